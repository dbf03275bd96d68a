"""How git is run, and what of a caller's environment reaches it."""

from pathlib import Path

import pytest

from artifacts.errors import GitFailed
from artifacts.git_process import reading_environment, run_git, sharing_environment

GIVEN = {
    "PATH": "/usr/bin",
    "PLINTH_RUN": "7",
    "PLINTH_GATE_KEY": "/keys/gate",
    "GIT_DIR": "/elsewhere",
    "GIT_OBJECT_DIRECTORY": "/elsewhere/objects",
    "LD_PRELOAD": "/elsewhere/evil.so",
}


def test_a_push_says_from_which_run_it_comes_so_that_a_box_believes_it() -> None:
    assert sharing_environment(GIVEN)["PLINTH_RUN"] == "7"


def test_no_variable_leads_a_push_to_another_repository_or_hands_it_a_key() -> None:
    reached = sharing_environment(GIVEN)

    assert not {"GIT_DIR", "GIT_OBJECT_DIRECTORY", "LD_PRELOAD", "PLINTH_GATE_KEY"} & set(reached)
    assert reached["GIT_NO_REPLACE_OBJECTS"] == "1"


def test_a_command_that_only_reads_has_nothing_of_its_callers() -> None:
    reached = reading_environment()

    assert reached["HOME"] == "/nonexistent"
    assert not any(name.startswith("PLINTH_") for name in reached)


def test_a_command_that_fails_says_why_in_one_line(tmp_path: Path) -> None:
    answer = run_git(tmp_path, "rev-parse", "HEAD")

    assert answer.code == 128
    assert "not a git repository" in answer.reason
    assert run_git(tmp_path, "config", "--get", "no.such").reason == "git config ended with 1"


def test_what_git_prints_comes_back_byte_for_byte(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "--quiet", "--bare")
    data = b"\xff no text\n"
    name = run_git(tmp_path, "hash-object", "-w", "--stdin", data=data).text.strip()

    answer = run_git(tmp_path, "cat-file", "blob", name)

    assert answer.out == data
    assert answer.text.encode(errors="surrogateescape") == data


def test_git_that_takes_too_long_or_is_not_there_is_a_breakdown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "git"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(GitFailed, match=r"git fetch took more than 0\.05 s"):
        run_git(tmp_path, "fetch", seconds=0.05)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    with pytest.raises(GitFailed, match="git is missing"):
        run_git(tmp_path, "fetch")
