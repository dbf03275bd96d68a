"""A git before 2.38 can't join two commits: whatever needs that says which git it is.

A shim stands on PATH: git 2.34.1 as far as its version and its `merge-tree` go.
"""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.checkout import commit_all, git

from artifacts.git_process import version_fault
from artifacts.ssh_keygen import create_statement_key
from delivery.errors import BranchFailed, RepositoryUnreadable
from delivery.git.branches import GitBranches
from delivery.git.repository import GitRepository
from rehearsal.box.errors import GitFailed
from rehearsal.box.repository import Git
from rehearsal.box.repository import GitRepository as BoxRepository

SAID = "needs git 2.38 or newer, this is 2.34.1"
SHIM = """#!/bin/sh
for word in "$@"; do
    case $word in
        version) echo "git version 2.34.1"; exit 0 ;;
        merge-tree) echo "usage: git merge-tree <base-tree> <branch1> <branch2>" >&2; exit 129 ;;
    esac
done
exec {git} "$@"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with a bare origin, whose main and branch have gone apart."""
    folder = tmp_path / "checkout"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "checkout")
    git(folder, "remote", "add", "origin", str(tmp_path / "origin.git"))
    (folder / "one").write_text("1")
    commit_all(folder, "first")
    git(folder, "checkout", "--quiet", "-b", "branch")
    (folder / "two").write_text("2")
    commit_all(folder, "of the branch")
    git(folder, "checkout", "--quiet", "main")
    (folder / "three").write_text("3")
    commit_all(folder, "of main")
    git(folder, "push", "--quiet", "origin", "main", "branch")
    return folder


@pytest.fixture
def old_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shim = tmp_path / "shim/git"
    shim.parent.mkdir()
    shim.write_text(SHIM.format(git=shutil.which("git")))
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{shim.parent}:{os.defpath}")


def test_this_machines_own_git_is_new_enough() -> None:
    assert version_fault() == ""


@pytest.mark.usefixtures("old_git")
def test_the_judge_says_which_git_it_needs(checkout: Path) -> None:
    with pytest.raises(RepositoryUnreadable, match=SAID):
        GitRepository(checkout).merged("refs/heads/main", "refs/heads/branch")


@pytest.mark.usefixtures("old_git")
def test_a_proposal_says_which_git_it_needs(checkout: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    create_statement_key(key, tmp_path / "signers", "delivery", ("git",))
    kept = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull}  # noqa: TID251
    branches = GitBranches(checkout, key, lambda: datetime(2026, 3, 1, tzinfo=UTC), kept)

    with pytest.raises(BranchFailed, match=SAID):
        branches.publish("branch", branches.base(), {"a": b"file"}, "a proposal")


@pytest.mark.usefixtures("old_git")
def test_the_box_says_which_git_it_needs(checkout: Path, tmp_path: Path) -> None:
    heads = [git(checkout, "rev-parse", name).strip() for name in ("main", "branch")]
    kept = {"PATH": os.environ["PATH"]}  # noqa: TID251
    repository = BoxRepository(Git(tmp_path / "origin.git", kept))

    with pytest.raises(GitFailed, match=SAID):
        repository.merged_tree(*heads)
