"""Branches over a real git: one signed commit, nothing lost that people signed."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.checkout import commit_all, git

from artifacts.ssh_keygen import SshSigner, create_statement_key
from delivery.errors import BranchFailed
from delivery.git.branches import GitBranches

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
BRANCH, FILES = "proposals/one", {"releases/staging.yaml": b"new\n", "releases/r.json": b"{}\n"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A clone whose origin has main."""
    made, origin = tmp_path / "checkout", tmp_path / "origin.git"
    (made / "releases").mkdir(parents=True)
    (made / "releases/staging.yaml").write_text("old\n")
    (made / "other.txt").write_text("words\n")
    git(made, "init", "--quiet", "--initial-branch=main")
    commit_all(made, "Begin")
    git(tmp_path, "clone", "--quiet", "--bare", str(made), str(origin))
    git(made, "remote", "add", "origin", str(origin))
    key = tmp_path / "keys/delivery"
    create_statement_key(key, tmp_path / "keys/delivery.signers", "delivery", ("git",))
    return made


def branches(checkout: Path, **more: str) -> GitBranches:
    environment = dict(os.environ) | more  # noqa: TID251 - a child's environment is its parent's
    return GitBranches(
        checkout, SshSigner(checkout.parent / "keys/delivery", "git"), lambda: NOON, environment
    )


def publish(checkout: Path, files: Mapping[str, bytes] | None = None) -> tuple[str, bool]:
    """Publish onto main as it is, and return the commit and whether the branch changed."""
    door = branches(checkout)
    made = door.publish(BRANCH, door.base(), files or FILES, "Release *this*\n")
    return made.commit, made.changed


def person(checkout: Path, branch: str) -> Path:
    """Return somebody's clone at a branch."""
    folder = checkout.parent / f"person-{branch.replace('/', '-')}"
    git(checkout, "clone", "--quiet", "--branch", branch, str(checkout.parent / "origin.git"), str(folder))  # fmt: skip # noqa: E501
    return folder


def share(folder: Path, branch: str, **files: str) -> str:
    """Commit files of a clone and push them."""
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    commit = commit_all(folder, "Somebody's change")
    git(folder, "push", "--quiet", "origin", f"HEAD:{branch}")
    return commit


def test_a_branch_is_one_signed_commit_that_changes_the_files_alone(checkout: Path) -> None:
    commit, changed = publish(checkout)

    origin = checkout.parent / "origin.git"
    signers = f"gpg.ssh.allowedSignersFile={checkout.parent}/keys/delivery.signers"
    facts = git(origin, "-c", signers, "log", "-1", "--format=%G? %GS %ae %ce %s", BRANCH)
    assert changed
    assert facts.strip() == (
        "G delivery delivery@plinth.invalid delivery@plinth.invalid Release *this*"
    )
    assert git(origin, "rev-parse", f"{BRANCH}^").strip() == branches(checkout).base()
    assert git(origin, "rev-parse", BRANCH).strip() == commit
    assert git(origin, "diff", "--name-only", "main", BRANCH).split() == sorted(FILES)
    assert git(origin, "show", f"{BRANCH}:releases/staging.yaml") == "new\n"


def test_the_working_tree_and_its_index_are_left_alone(checkout: Path) -> None:
    (checkout / "other.txt").write_text("somebody's work\n")
    git(checkout, "add", "other.txt")

    publish(checkout)

    assert git(checkout, "status", "--porcelain") == "M  other.txt\n"
    assert git(checkout, "branch", "--format=%(refname:short)").split() == ["main"]


def test_variables_of_a_hook_lead_nowhere_else(checkout: Path, tmp_path: Path) -> None:
    astray = {"GIT_DIR": str(tmp_path), "GIT_INDEX_FILE": str(tmp_path / "index")}

    assert branches(checkout, **astray).base() == git(checkout, "rev-parse", "HEAD").strip()


def test_a_branch_that_is_up_to_date_stays_as_it_is(checkout: Path) -> None:
    first, _ = publish(checkout)
    share(person(checkout, "main"), "main", other__txt="main has moved\n")

    assert publish(checkout) == (first, False)


def test_a_branch_that_conflicts_with_main_is_made_anew_on_it(checkout: Path) -> None:
    publish(checkout)
    moved = share(person(checkout, "main"), "main", releases__staging=".", **{"releases/staging.yaml": "theirs\n"})  # fmt: skip # noqa: E501

    commit, changed = publish(checkout)

    assert changed
    assert git(checkout, "rev-parse", f"{commit}^").strip() == moved
    assert git(checkout, "show", f"{commit}:releases/staging.yaml") == "new\n"


def test_what_people_signed_outlives_a_branch_that_is_made_anew(checkout: Path) -> None:
    publish(checkout)
    share(person(checkout, BRANCH), BRANCH, policies__approvals__a="signed\n", smuggled="code\n")

    commit, changed = publish(checkout, FILES | {"releases/staging.yaml": b"newer\n"})

    assert changed
    assert git(checkout, "show", f"{commit}:policies/approvals/a") == "signed\n"
    assert "smuggled" not in git(checkout, "ls-tree", "-r", "--name-only", commit)


def test_an_approval_on_top_of_a_proposal_is_no_reason_to_touch_it(checkout: Path) -> None:
    publish(checkout)
    signed = share(person(checkout, BRANCH), BRANCH, policies__approvals__a="signed\n")

    assert publish(checkout) == (signed, False)


def test_a_push_that_came_between_is_not_overwritten(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(checkout)
    clone, commit = person(checkout, BRANCH), GitBranches._commit

    def push_between(*words: str) -> str:
        share(clone, BRANCH, policies__approvals__a="signed\n")
        return commit(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(GitBranches, "_commit", push_between)
    with pytest.raises(BranchFailed, match="stale info"):
        publish(checkout, FILES | {"releases/staging.yaml": b"newer\n"})


def test_without_a_key_nothing_is_published(checkout: Path) -> None:
    (checkout.parent / "keys/delivery").unlink()

    with pytest.raises(BranchFailed, match="create-deploy-key"):
        publish(checkout)

    assert git(checkout.parent / "origin.git", "branch", "--list", BRANCH) == ""


def test_without_a_shared_repository_the_branch_is_here_alone(checkout: Path) -> None:
    git(checkout, "remote", "remove", "origin")
    door = branches(checkout)

    first = door.publish(BRANCH, door.base(), FILES, "Release\n")
    second = door.publish(BRANCH, door.base(), FILES, "Release\n")

    assert (first.pushed, first.changed, second.changed) == (False, True, False)
    assert git(checkout, "rev-parse", BRANCH).strip() == first.commit == second.commit


def test_what_is_here_already_is_not_fetched_again(checkout: Path) -> None:
    door, fetched = branches(checkout), checkout / ".git/FETCH_HEAD"
    door.base()
    fetched.unlink()

    assert door.base() == git(checkout, "rev-parse", "main").strip()
    assert not fetched.exists()

    moved = share(person(checkout, "main"), "main", other__txt="moved")
    assert door.base() == moved
    assert fetched.exists()


def test_an_origin_that_is_gone_is_a_breakdown(checkout: Path) -> None:
    git(checkout, "remote", "set-url", "origin", str(checkout.parent / "nowhere"))

    with pytest.raises(BranchFailed, match="nowhere"):
        branches(checkout).base()


def test_a_token_is_handed_to_https_alone_and_on_no_command_line(checkout: Path) -> None:
    door = GitBranches(checkout, SshSigner(checkout, "git"), lambda: NOON, {}, token="a-token")  # noqa: S106

    assert door._access() == {}
    git(checkout, "remote", "set-url", "origin", "https://forge.invalid/team/plinth")
    given = door._access()

    assert given["GIT_CONFIG_KEY_0"] == "http.https://forge.invalid/team/plinth.extraHeader"
    assert "a-token" not in str(given)
