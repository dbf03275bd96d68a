import subprocess
from pathlib import Path

import pytest

from training.errors import MissingIdentity
from training.work.work_setup import code_of


@pytest.fixture(autouse=True)
def no_git_but_the_tests_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hooks run tests with GIT_DIR set, and a user's own settings must not matter."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org")
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "code.py").write_text("one = 1\n", encoding="utf-8")
    git(folder, "add", "code.py")
    git(folder, "commit", "--quiet", "--message", "Begin")
    return folder


def test_a_clean_checkout_is_its_commit(checkout: Path) -> None:
    code = code_of(checkout)
    assert code.commit == git(checkout, "rev-parse", "HEAD")
    assert not code.dirty


@pytest.mark.parametrize("staged", [False, True])
def test_a_changed_tracked_file_makes_it_dirty(checkout: Path, staged: bool) -> None:
    (checkout / "code.py").write_text("one = 2\n", encoding="utf-8")
    if staged:
        git(checkout, "add", "code.py")
    assert code_of(checkout).dirty


def test_a_file_that_git_does_not_know_leaves_it_clean(checkout: Path) -> None:
    (checkout / "notes.txt").write_text("of no matter", encoding="utf-8")
    assert not code_of(checkout).dirty


def test_the_next_commit_is_another_identity(checkout: Path) -> None:
    before = code_of(checkout)
    (checkout / "code.py").write_text("one = 2\n", encoding="utf-8")
    git(checkout, "commit", "--quiet", "--all", "--message", "Go on")
    after = code_of(checkout)
    assert after.commit != before.commit
    assert not after.dirty


def test_a_repository_without_a_commit_has_no_identity(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    with pytest.raises(MissingIdentity, match="no git checkout with a commit"):
        code_of(tmp_path)


@pytest.mark.parametrize("name", [".", "not there"])
def test_outside_of_git_there_is_no_identity(tmp_path: Path, name: str) -> None:
    with pytest.raises(MissingIdentity, match="can't be traced"):
        code_of(tmp_path / name)


def test_a_machine_without_git_has_no_identity(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingIdentity, match="the command git is missing"):
        code_of(checkout)
