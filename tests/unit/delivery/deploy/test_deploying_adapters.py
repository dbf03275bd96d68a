import json
import os
import subprocess
import threading
from pathlib import Path

import pytest
from support.checkout import commit_all, git
from support.deploy_world import code, digest, model
from support.training_rooms import rooms_of, script_rooms

from artifacts.locks import lock_file, take
from artifacts.records.release import Payload
from artifacts.ssh_keygen import SshSigner, create_statement_key
from delivery.deploy.alias_registry import MlflowAliases
from delivery.deploy.deploy_locks import FileDeployLocks
from delivery.errors import (
    DeployLocked,
    RegistryFailed,
    RepositoryUnreadable,
    RevertRefused,
)
from delivery.git.branches import MainBranch
from delivery.releases.revert import GitReverter
from delivery.releases.wanted import AliasPoint

ENVIRONMENT = {"PATH": os.defpath, "GIT_CONFIG_GLOBAL": os.devnull}
PAYLOAD = Payload(code=code(), models={"architecture": (model(),)})
P, C, M = digest("p"), digest("c"), digest("m")


def test_a_lock_is_waited_for_and_freed(tmp_path):
    locks, order = FileDeployLocks(tmp_path), []

    def second() -> None:
        with locks.held("staging"):
            order.append("second")

    with locks.held("staging"):
        waiting = threading.Thread(target=second)
        waiting.start()
        with locks.held("production"):
            order.append("first")
    waiting.join(timeout=20)
    assert order == ["first", "second"]


def test_a_lock_that_is_never_freed_ends_the_wait(tmp_path):
    second = FileDeployLocks(tmp_path, seconds=0.0).held("staging")
    first = FileDeployLocks(tmp_path).held("staging")
    with first, pytest.raises(DeployLocked, match="another deploy of staging") as caught:
        second.__enter__()
    # Nothing reruns it: whoever reads the red run must know who holds the lock, and what to type.
    said = str(caught.value)
    assert "nothing repeats it by itself" in said
    assert "`lslocks -o PID,COMMAND,PATH | grep staging/deploy.lock`" in said
    assert said.endswith(
        'bin/plinth delivery deploy staging --commit "$(git rev-parse origin/main)"'
    )


def test_a_lock_is_taken_while_a_deploy_holds_it_and_whoever_asks_takes_it_from_nobody(tmp_path):
    locks = FileDeployLocks(tmp_path)
    assert not locks.taken("staging")
    with locks.held("staging"):
        assert locks.taken("staging")
        assert not locks.taken("production")
    assert not locks.taken("staging")
    with lock_file(tmp_path / "staging" / "deploy.lock") as asking:
        assert take(asking, shared=True)
        assert not locks.taken("staging")


def test_a_registry_that_was_never_used_has_no_aliases(tmp_path):
    registry = MlflowAliases(f"sqlite:///{tmp_path / 'none.db'}", rooms_of(tmp_path))
    assert registry.aliases("architecture") == ()


@pytest.mark.parametrize("uri", ["sqlite:///{}/other.db", "http://registry.invalid"])
def test_where_its_tables_are_not_known_mlflow_itself_is_asked(tmp_path, uri):
    (tmp_path / "other.db").write_bytes(b"")
    said = [{"model": "architecture", "alias": "staging", "version": 3, "digest": M}]
    asked = script_rooms(tmp_path, f"[ $1 = aliases ] && echo '{json.dumps(said)}'")
    points = MlflowAliases(uri.format(tmp_path), asked).aliases("architecture")
    assert points == (AliasPoint("architecture", "staging", 3, M),)


def test_orders_are_handed_on_a_line_each(tmp_path):
    taking = script_rooms(tmp_path, f"cat > {tmp_path}/orders")
    registry = MlflowAliases("http://registry.invalid", taking)
    registry.prepare()
    points = [AliasPoint("m", "staging", 3, M), AliasPoint("m", "old", None, None)]
    registry.point(points)
    orders = [json.loads(line) for line in (tmp_path / "orders").read_text().splitlines()]
    assert orders == [
        {"model": "m", "alias": "staging", "version": 3},
        {"model": "m", "alias": "old", "version": None},
    ]


def test_a_registry_that_refuses_is_told(tmp_path):
    failing = script_rooms(tmp_path, "cat >/dev/null; echo no such version >&2; exit 1")
    with pytest.raises(RegistryFailed, match="no such version"):
        MlflowAliases("http://registry.invalid", failing).point([AliasPoint("m", "a", 1, M)])


@pytest.mark.parametrize("said", ["{}", "nonsense", '[{"model": "m"}]'])
def test_aliases_that_can_not_be_read_are_a_failure(tmp_path, said):
    asked = script_rooms(tmp_path, f"echo '{said}'")
    with pytest.raises(RegistryFailed, match="can't be read"):
        MlflowAliases("http://registry.invalid", asked).aliases("m")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a merge on main that changed two files, and a key to sign with."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "release").write_text("one\n")
    commit_all(folder, "first")
    git(folder, "switch", "--quiet", "-c", "branch")
    (folder / "release").write_text("two\n")
    (folder / "report").write_text("allowed\n")
    commit_all(folder, "change")
    git(folder, "switch", "--quiet", "main")
    named = ("-c", "user.name=T", "-c", "user.email=t@plinth.invalid")
    git(folder, *named, "merge", "--quiet", "--no-ff", "--no-edit", "branch")
    create_statement_key(tmp_path / "key", tmp_path / "signers", "ada", ("plinth-audit",))
    return folder


def revert(repository: Path, commit: str) -> str:
    key = repository.parent / "key"
    reverter = GitReverter(repository, ENVIRONMENT, key, "Ada", "ada@plinth.invalid")
    return reverter.revert(commit, onto="main", branch="reverts/x", message="Revert it")


def test_a_merge_is_reverted_whole_by_a_signed_commit_on_a_branch_of_its_own(repository):
    head = git(repository, "rev-parse", "HEAD").strip()
    (repository / "release").write_text("a person's own work\n")
    made = revert(repository, head)
    assert git(repository, "rev-parse", "reverts/x").strip() == made
    assert git(repository, "show", f"{made}:release") == "one\n"
    assert git(repository, "ls-tree", "--name-only", made).split() == ["release"]
    assert git(repository, "rev-parse", f"{made}^").strip() == head
    shown = git(repository, "log", "-1", "--format=%an %ae %s", made).strip()
    assert shown == "Ada ada@plinth.invalid Revert it"
    assert "BEGIN SSH SIGNATURE" in git(repository, "cat-file", "commit", made)
    assert (repository / "release").read_text() == "a person's own work\n"
    assert git(repository, "branch", "--show-current").strip() == "main"
    assert len(git(repository, "worktree", "list").splitlines()) == 1


def test_a_revert_is_signed_by_whoever_holds_the_key_that_git_can_not_be_given(repository):
    head = git(repository, "rev-parse", "HEAD").strip()
    signer = SshSigner(repository.parent / "key", "git")
    reverter = GitReverter(repository, ENVIRONMENT, None, "Ädä", "ada@plinth.invalid", signer)
    made = reverter.revert(head, onto="main", branch="reverts/x", message="Revert “it”")
    assert git(repository, "rev-parse", "reverts/x").strip() == made
    assert git(repository, "log", "-1", "--format=%an %s", made).strip() == "Ädä Revert “it”"
    signers = repository.parent / "signers"
    signers.write_text(signers.read_text().replace("plinth-audit", "git"))
    git(repository, "-c", f"gpg.ssh.allowedSignersFile={signers}", "verify-commit", made)
    git(repository, "fsck", "--strict", "--no-dangling")


def test_a_revert_that_can_not_be_signed_is_refused_and_leaves_no_branch(repository):
    head = git(repository, "rev-parse", "HEAD").strip()
    signer = SshSigner(repository.parent / "none", "git")
    reverter = GitReverter(repository, ENVIRONMENT, None, "Ada", "ada@plinth.invalid", signer)
    with pytest.raises(RevertRefused, match="there is no such key"):
        reverter.revert(head, onto="main", branch="reverts/x", message="Revert it")
    assert git(repository, "branch", "--list", "reverts/x") == ""


def test_a_plain_commit_is_reverted_too(repository):
    (repository / "release").write_text("three\n")
    made = revert(repository, commit_all(repository, "plain"))
    assert git(repository, "show", f"{made}:release") == "two\n"


def test_a_revert_that_later_changes_are_in_the_way_of_is_refused(repository):
    merge = git(repository, "rev-parse", "HEAD").strip()
    (repository / "release").write_text("three\n")
    commit_all(repository, "later")
    with pytest.raises(RevertRefused, match="release"):
        revert(repository, merge)
    assert len(git(repository, "worktree", "list").splitlines()) == 1
    with pytest.raises(subprocess.CalledProcessError):
        git(repository, "rev-parse", "--verify", "--quiet", "reverts/x")


def test_a_revert_that_can_not_be_signed_is_refused(repository):
    (repository.parent / "key").unlink()
    with pytest.raises(RevertRefused, match="key"):
        revert(repository, git(repository, "rev-parse", "HEAD").strip())


def test_main_is_the_checkouts_own_without_an_origin_and_the_shared_one_with(repository):
    own = git(repository, "rev-parse", "main").strip()
    main = MainBranch(repository, lambda: "shared")
    git(repository, "switch", "--quiet", "branch")
    assert main.tip() == own
    git(repository, "remote", "add", "origin", str(repository))
    assert main.tip() == "shared"


def test_without_any_main_nobody_can_say_where_it_stands(tmp_path):
    git(tmp_path, "init", "--quiet", "--initial-branch=other")
    with pytest.raises(RepositoryUnreadable, match="where main stands"):
        MainBranch(tmp_path, lambda: "shared").tip()
