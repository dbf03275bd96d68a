"""The process that tries a model runs what a stranger made: it gets nothing of this one."""

from pathlib import Path

import pytest

from scoring import UnusableModel, trial


def test_a_tried_model_gets_the_variables_that_are_listed_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANY_NAME_OF_A_SECRET", "planted")
    script = tmp_path / "trial_process.py"
    script.write_text("import os, sys; sys.exit(' '.join(sorted(os.environ)))")
    monkeypatch.setattr(trial, "_PROCESS", script)

    with pytest.raises(UnusableModel) as refused:
        trial.try_out([trial.Trial("heads/style.onnx", b"no model", (1, 2))])

    said = str(refused.value).split("fails: ")[1]
    assert set(said.split()) - {"LC_CTYPE"} == set(trial.ENVIRONMENT)
