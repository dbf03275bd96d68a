"""What CI's own commands end with, and tell later jobs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.github_stand_in import REPOSITORY, TOKEN, Github, serving

from delivery import cli

NEEDS = {
    "changes": {"result": "success", "outputs": {"lint": "true", "suite": "false"}},
    "lint": {"result": "success", "outputs": {}},
    "suite": {"result": "skipped", "outputs": None},
}
REPORT = ("report-check", "judge", "--commit", "a" * 40, "--outcome")


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Github]:
    for name in ("ROOT", "MODEL_STORE", "PUBLIC_KEY", "GATE_KEY", "GATE_SIGNERS", "EVIDENCE"):
        monkeypatch.setenv(f"PLINTH_{name}", str(tmp_path))
    for name in ("REPRODUCTION_SIGNERS", "POLICIES", "RELEASES"):
        monkeypatch.setenv(f"PLINTH_{name}", str(tmp_path))
    github = Github()
    with serving(github) as url:
        monkeypatch.setenv("PLINTH_FORGE_URL", url)
        monkeypatch.setenv("PLINTH_FORGE_REPOSITORY", REPOSITORY)
        monkeypatch.setenv("PLINTH_FORGE_TOKEN", TOKEN)
        yield github


def run(*words: str) -> int:
    """Run a command and return its exit code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["delivery", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    return int(ended.value.code or 0)


def test_checks_that_are_green_add_up_to_green(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("sum-checks", json.dumps(NEEDS)) == 0
    assert capsys.readouterr().out == "changes: success\nlint: success\nsuite: skipped\n"


@pytest.mark.parametrize("result", ["failure", "cancelled", "skipped"])
def test_a_needed_job_that_is_not_green_makes_the_whole_red(
    result: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("sum-checks", json.dumps({**NEEDS, "lint": {"result": result}})) == 1
    assert f"refused: lint ended as {result}" in capsys.readouterr().err


@pytest.mark.parametrize("results", ["", "{", "[]", '{"lint": "success"}', '{"lint": {}}'])
def test_results_that_cannot_be_read_are_a_breakdown(
    results: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("sum-checks", results) == 2
    assert "RESULTS is not what `toJSON(needs)` writes" in capsys.readouterr().err


@pytest.mark.parametrize("outcome", ["success", "failure", "cancelled", "skipped", ""])
def test_only_a_step_that_succeeded_makes_a_green_status(outcome: str, github: Github) -> None:
    assert run(*REPORT, outcome) == 0

    ((commit, status),) = github.statuses
    said: dict[str, Any] = status
    assert (commit, said["context"]) == ("a" * 40, "judge")
    assert said["state"] == ("success" if outcome == "success" else "failure")


def test_without_a_forge_a_status_that_nobody_got_is_a_breakdown(
    github: Github, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PLINTH_FORGE_TOKEN")

    assert run(*REPORT, "success") == 2
    assert "nobody was told" in capsys.readouterr().err
    assert github.statuses == []
