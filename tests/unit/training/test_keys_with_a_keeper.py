"""Beside a keeper training creates the key of models alone."""

from pathlib import Path

import pytest

from training.cli import main

PATHS = (
    *("root", "model_store", "signing_key", "public_key", "gate_signers", "reproduction_key"),
    *("reproduction_signers", "vector_cache", "tracking_artifacts", "environment_lock"),
)


@pytest.mark.parametrize("keeper", ["", "/run/plinth/keeper.sock"])
def test_the_key_of_reproductions_is_created_where_no_keeper_holds_it(
    keeper: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in PATHS:
        monkeypatch.setenv(f"PLINTH_{name.upper()}", str(tmp_path / name))
    monkeypatch.setenv("PLINTH_TRACKING_URI", "")
    monkeypatch.setenv("PLINTH_KEEPER", keeper)
    monkeypatch.setattr("sys.argv", ["training", "create-keys"])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 0
    assert (tmp_path / "signing_key").is_file()
    assert (tmp_path / "reproduction_key").is_file() is not bool(keeper)
