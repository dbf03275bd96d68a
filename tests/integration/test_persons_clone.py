"""Approving in a clone that is stale, shallow, partial, of one branch, or of a fork."""

import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.checkout import commit_all, git
from support.checkout_settings import SETTINGS
from support.delivery_command import run

from delivery.changes.persons_clone import MAIN, PersonsClone

Clone = Callable[..., Path]


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """The repository that people share: main with three commits, and a branch with one more."""
    folder = tmp_path / "shared"
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "shared")
    git(folder, "config", "uploadpack.allowFilter", "true")
    for number in range(3):
        (folder / "file").write_text(f"{number}")
        commit_all(folder, f"commit {number}")
    git(folder, "checkout", "--quiet", "-b", "change")
    (folder / "change").write_text("a change")
    commit_all(folder, "the change")
    git(folder, "checkout", "--quiet", "main")
    return folder


@pytest.fixture
def clone(origin: Path, tmp_path: Path) -> Clone:
    def make(*options: str, branch: str = "change", of: Path = origin) -> Path:
        git(tmp_path, "clone", "--quiet", f"--branch={branch}", *options, f"file://{of}", "mine")
        return tmp_path / "mine"

    return make


def asked(folder: Path, head: str = "HEAD", said: list[str] | None = None) -> str:
    kept = {"PATH": os.defpath, "GIT_CONFIG_GLOBAL": os.devnull}
    say = (said if said is not None else []).append
    return PersonsClone(folder, kept, lambda: datetime.now(UTC), say).objection(head)  # noqa: TID251


def typed(folder: Path, reason: str) -> None:
    """Do what a reason says."""
    command = reason.rpartition("Type: ")[2].partition(", and this again")[0]
    subprocess.run(["sh", "-c", command], cwd=folder, check=True, capture_output=True)


def test_a_clone_that_is_up_to_date_is_spoken_in_without_a_word(clone: Clone) -> None:
    said: list[str] = []

    assert asked(clone(), said=said) == ""
    assert said == []


def test_a_main_that_is_behind_is_fetched_and_it_is_said_how_far(
    clone: Clone, origin: Path
) -> None:
    mine = clone()
    for number in range(2):
        commit_all(origin, f"later {number}")
    said: list[str] = []

    assert asked(mine, said=said) == ""
    assert said == ["main here was 2 commits behind origin's: fetched"]
    assert git(mine, "rev-parse", "origin/main") == git(origin, "rev-parse", MAIN)


@pytest.mark.parametrize("head", ["HEAD", "change", "refs/heads/change"])
def test_a_branch_that_lacks_what_origin_has_is_not_spoken_about(
    clone: Clone, origin: Path, head: str
) -> None:
    mine = clone()
    git(origin, "checkout", "--quiet", "change")
    commit_all(origin, "one more")

    reason = asked(mine, head)

    assert reason.startswith("change here lacks 1 commits that origin's has")
    typed(mine, reason)
    assert asked(mine, head) == ""


def test_a_branch_that_went_another_way_than_origins_is_not_spoken_about(
    clone: Clone, origin: Path
) -> None:
    mine = clone()
    commit_all(mine, "mine")
    git(origin, "checkout", "--quiet", "change")
    commit_all(origin, "somebody else's")

    assert asked(mine).endswith("Type: git rebase origin/change")


def test_what_is_not_pushed_yet_may_be_spoken_about(clone: Clone) -> None:
    """An approver commits a statement, and speaks again."""
    mine = clone()
    commit_all(mine, "a statement")

    assert asked(mine) == ""


def test_a_branch_of_origins_is_looked_at_as_origin_has_it_now(clone: Clone, origin: Path) -> None:
    mine = clone(branch="main")
    git(origin, "checkout", "--quiet", "change")
    newest = commit_all(origin, "one more")

    assert asked(mine, "origin/change") == ""
    assert git(mine, "rev-parse", "origin/change").strip() == newest


def test_a_clone_of_one_branch_gets_main(clone: Clone) -> None:
    mine = clone("--single-branch")
    said: list[str] = []

    assert asked(mine, said=said) == ""
    assert git(mine, "rev-parse", "refs/remotes/origin/main")
    assert said == ["main wasn't here: fetched"]


def test_a_shallow_clone_says_what_to_type(clone: Clone) -> None:
    mine = clone("--depth=1")

    reason = asked(mine)

    assert reason.startswith("this clone is shallow")
    typed(mine, reason)
    assert asked(mine) == ""


def test_a_partial_clone_says_to_clone_anew(clone: Clone, tmp_path: Path) -> None:
    reason = asked(clone("--filter=blob:none"))

    assert reason.startswith("this clone is partial")
    typed(tmp_path, reason.partition(", and speak")[0])
    assert asked(tmp_path / "whole") == ""


def test_a_clone_of_a_fork_that_is_behind_names_the_upstream(
    clone: Clone, origin: Path, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(origin), "fork.git")
    mine = clone(of=tmp_path / "fork.git")
    git(mine, "remote", "add", "upstream", str(origin))
    assert asked(mine) == "", "a fork that is as far as its upstream is no hindrance"
    commit_all(origin, "people changed")

    reason = asked(mine)

    assert reason.startswith("origin's main is 1 commits behind upstream's: origin seems to be")
    typed(mine, reason)
    assert asked(mine) == ""


def test_a_remote_without_a_main_is_not_what_is_deployed_from(clone: Clone, origin: Path) -> None:
    mine = clone()
    git(origin, "branch", "--quiet", "-m", "main", "trunk")

    assert "origin has no branch main" in asked(mine)


def test_where_origin_can_not_be_asked_nothing_is_signed_unless_it_was_fetched_by_hand(
    clone: Clone, origin: Path, tmp_path: Path
) -> None:
    mine = clone()
    commit_all(origin, "later")
    origin.rename(tmp_path / "away")

    reason = asked(mine)

    assert "origin can't be asked whether this clone is up to date" in reason
    assert "Type: git fetch origin '+refs/heads/main:refs/remotes/origin/main'" in reason
    (tmp_path / "away").rename(origin)
    typed(mine, reason)
    origin.rename(tmp_path / "away")
    said: list[str] = []
    assert asked(mine, said=said) == ""
    assert "main is as fetched at" in said[0]
    old = (datetime.now(UTC) - timedelta(hours=2)).timestamp()  # noqa: TID251
    os.utime(mine / ".git/FETCH_HEAD", (old, old))
    assert "it was last fetched at" in asked(mine)


def test_a_clone_without_an_origin_is_its_own_main(origin: Path) -> None:
    assert asked(origin) == ""


@pytest.mark.parametrize(
    ("command", "more"),
    [("approve", ()), ("reject", ()), ("break-glass", ("--hours", "2")),
     ("withdraw", ("12345678",)), ("review-break-glass", ("12345678",))],
)  # fmt: skip
def test_each_command_that_signs_refuses_before_it_signs(
    clone: Clone,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    more: tuple[str, ...],
) -> None:
    mine = clone("--depth=1")
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"PLINTH_{name}", value if name == "JOBS" else str(mine / value))
    who = ("--as", "ada", "--role", "model_owner", "--key", tmp_path / "key", "--reason", "why")

    assert run(monkeypatch, command, *more, *who) == 1

    assert "refused: nothing is signed: this clone is shallow" in capsys.readouterr().err
    assert not (mine / "policies").exists()
