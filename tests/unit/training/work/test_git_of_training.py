"""Training's git obeys nothing of its caller's environment, and starts nothing of a clone's own."""

from pathlib import Path

import pytest
from support.checkout import commit_all, git

from training.errors import CannotReproduce, MissingIdentity
from training.reproducing.commit_rebuilder import CommitRebuilder
from training.work.work_setup import code_of


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    (folder / "requirements").mkdir(parents=True)
    (folder / "requirements/training.txt").write_text("numpy")
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "checkout")
    commit_all(folder, "first")
    return folder


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A program that leaves a trace when somebody starts it."""
    program = tmp_path / "trap"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    program.chmod(0o755)
    return program


def test_a_monitor_of_files_in_the_clones_settings_is_not_started(
    checkout: Path, trap: Path
) -> None:
    git(checkout, "config", "core.fsmonitor", str(trap))

    code_of(checkout)

    assert not trap.with_name("sprung").exists()


def test_a_replaced_commit_changes_nothing_of_what_is_rebuilt(
    checkout: Path, tmp_path: Path
) -> None:
    first = git(checkout, "rev-parse", "HEAD").strip()
    (checkout / "requirements/training.txt").write_text("another numpy")
    second = commit_all(checkout, "second")
    git(checkout, "replace", first, second)
    rebuilder = CommitRebuilder(checkout, tmp_path / "place", checkout / "none")

    rebuilder.check_out(first)

    lock = tmp_path / "place/checkout/requirements/training.txt"
    assert lock.read_text() == "numpy"


def test_variables_and_settings_of_the_caller_lead_git_nowhere_else(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = git(checkout, "rev-parse", "HEAD").strip()
    settings = tmp_path / "settings"
    settings.write_text("[core]\n\tautocrlf = true\n\tworktree = /nonexistent\n")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))

    found = code_of(checkout)

    assert (found.commit, found.dirty) == (commit, False)


def test_a_machine_without_git_is_told_which_git_to_install(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(MissingIdentity, match=r"install git 2\.38 or newer"):
        code_of(checkout)
    with pytest.raises(CannotReproduce, match=r"install git 2\.38 or newer"):
        CommitRebuilder(checkout, tmp_path / "place", checkout / "none").check_out("a" * 40)
