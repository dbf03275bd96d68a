"""The commands of releases: what they print, and what they end with."""

from pathlib import Path

import pytest
from support.deploy_world import commit, digest

from delivery import cli
from delivery.errors import RevertRefused
from delivery.releases.revert import Revert, Reverted

SETTINGS = (
    *("ROOT", "MODEL_STORE", "PUBLIC_KEY", "GATE_KEY", "GATE_SIGNERS", "REPRODUCTION_SIGNERS"),
    *("EVIDENCE", "POLICIES", "RELEASES", "DEPLOY_KEY", "DEPLOY_SIGNERS", "AUDIT", "AUDIT_HEAD"),
)


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The variables without which no command starts."""
    for name in SETTINGS:
        monkeypatch.setenv(f"PLINTH_{name}", str(tmp_path / name))


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["delivery", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_a_revert_says_what_comes_back_and_what_to_push(monkeypatch, capsys):
    made = Reverted("reverts/x", commit("r"), digest("old"), digest("new"), approved=False)
    monkeypatch.setattr(Revert, "run", lambda *_: made)
    assert run(monkeypatch, "revert", "abc") == 0
    said = capsys.readouterr().out
    assert "git push origin reverts/x" in said
    assert "its merge needs new approvals" in said


def test_a_revert_that_can_not_be_made_is_refused_with_the_reason(monkeypatch, capsys):
    def refuse(_: Revert, promotion: str) -> Reverted:
        raise RevertRefused(promotion, "it is no promotion")

    monkeypatch.setattr(Revert, "run", refuse)
    assert run(monkeypatch, "revert", "abc") == 1
    assert "it is no promotion" in capsys.readouterr().err
