"""Attacks on the audit log by somebody who has delivery's key and may write both of its folders.

What they can't reach is the branch plinth-audit, where each head was published.
"""

import shutil
import subprocess
from pathlib import Path

import pytest
from support.audit import deploy
from support.change_records import FIRST, production, staging
from typer.testing import CliRunner

from artifacts.digests import digest_json
from artifacts.records.audit import AuditHead
from artifacts.records.release import Payload, ReleasedCode, ReleasedModel
from artifacts.ssh_keygen import SshSigner
from delivery.errors import AuditBroken, AuditMissing, BranchFailed
from delivery.git.branches import GitBranches
from delivery.settings import read_settings
from delivery.trail.audit_chain import SignedHead, head_bytes, read_chain
from delivery.trail.audit_heads import BRANCH
from delivery.trail.audit_log import FileAuditLog
from delivery.trail.commands import app
from delivery.trail.wiring import head_lines, make_audit_log, state_of_log

SETTINGS = {
    "AUDIT": "state/audit",
    "AUDIT_HEAD": "state/audit-head",
    "DEPLOY_KEY": "keys/delivery",
    "DEPLOY_SIGNERS": "keys/delivery.signers",
    "ROOT": "clone",
    "MODEL_STORE": "models",
    "PUBLIC_KEY": "keys/model.pub.pem",
    "GATE_KEY": "keys/gate",
    "GATE_SIGNERS": "keys/gate.signers",
    "REPRODUCTION_SIGNERS": "keys/reproduction.signers",
    "EVIDENCE": "evidence",
    "POLICIES": "policies",
    "RELEASES": "releases",
}


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=Max", "-c", "user.email=max@people.invalid")
    done = subprocess.run(
        ["git", "-C", str(folder), *identity, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A clone of a forge whose main releases nothing yet, and delivery's key."""
    for name, path in SETTINGS.items():
        monkeypatch.setenv(f"PLINTH_{name}", str(tmp_path / path))
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "forge.git")
    git(tmp_path, "clone", "--quiet", "forge.git", "clone")
    release(tmp_path, staging(FIRST))
    assert run("create-deploy-key").exit_code == 0
    return tmp_path


@pytest.fixture
def log(place):
    """A log of four entries, whose second and fourth were published as heads."""
    made = make_audit_log(read_settings())
    for _ in range(2):
        for _ in range(2):
            made.append(deploy())
        assert "published as commit" in head_lines(read_settings(), publish=True)[1]
    assert git(place / "forge.git", "rev-list", "--count", BRANCH) == "2"
    return made


def run(*words):
    return CliRunner().invoke(app, words)


def release(place: Path, text: str) -> None:
    file = place / "clone/releases/staging.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    git(place / "clone", "add", "--all")
    git(place / "clone", "commit", "--quiet", "-m", "a release")
    git(place / "clone", "push", "--quiet", "origin", "HEAD:main")


def cut(place: Path, left: int) -> None:
    """Cut the log and sign a head of what is left, with delivery's own key."""
    file = place / "state/audit/log.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)[:left]
    file.write_bytes(b"".join(lines))
    sign_head(place, read_chain(file.read_bytes(), "log").head)


def sign_head(place: Path, head: AuditHead) -> None:
    signer = SshSigner(place / "keys/delivery", "plinth-audit")
    signed = SignedHead(head=head, signature=signer.sign(head_bytes(head)).decode())
    (place / "state/audit-head/head.json").write_text(signed.model_dump_json())


@pytest.mark.usefixtures("log")
def test_a_log_that_was_cut_and_signed_anew_with_the_real_key_is_found(place):
    cut(place, 3)
    done = run("audit")
    assert done.exit_code == 1
    assert "names entry 4" in done.stderr
    assert "the log was cut, replaced or rewritten" in done.stderr


def test_nothing_is_added_to_a_log_that_was_cut(log, place):
    cut(place, 3)
    with pytest.raises(AuditBroken, match="was cut"):
        log.append(deploy())


def test_a_log_that_was_cut_and_went_on_to_the_same_length_is_found(log, place):
    cut(place, 1)
    alone = FileAuditLog(
        place / "state/audit",
        place / "state/audit-head",
        log._signer,
        log._verifier,
        log._clock,
    )
    for _ in range(5):
        alone.append(deploy("another"))
    done = run("audit")
    assert done.exit_code == 1
    assert "names entry 2" in done.stderr


@pytest.mark.usefixtures("log")
def test_log_and_head_that_older_ones_replaced_are_found(place):
    shutil.copytree(place / "state", place / "older")
    make_audit_log(read_settings()).append(deploy("later"))
    head_lines(read_settings(), publish=True)
    shutil.rmtree(place / "state")
    shutil.copytree(place / "older", place / "state")
    assert run("audit").exit_code == 1


@pytest.mark.usefixtures("log")
def test_log_and_head_that_were_both_deleted_are_found_by_a_published_head(place):
    shutil.rmtree(place / "state")
    done = run("audit")
    assert done.exit_code == 2
    assert f"of {BRANCH} published its head: entry 4" in done.stderr
    assert "delivery restart-audit" in done.stderr
    with pytest.raises(AuditMissing):
        make_audit_log(read_settings()).append(deploy())
    assert run("audit").exit_code == 2, "what was refused began a log"


@pytest.mark.parametrize("of", ["staging", "production"])
def test_an_empty_log_beside_a_release_on_main_is_broken_and_not_new(place, of):
    assert run("audit").exit_code == 0
    entry = ReleasedModel(digest=digest_json("m"), version=1, gate_report=digest_json("r"))
    text = staging(entry) if of == "staging" else staging(FIRST)
    if of == "production":
        code = ReleasedCode(
            digest=digest_json("code"), commit=git(place / "clone", "rev-parse", "HEAD")
        )
        payload = Payload(code=code, models={"architecture": (entry,)})
        (place / "clone/releases/production.yaml").write_text(production(payload))
    release(place, text + "# a word\n")
    done = run("audit")
    assert done.exit_code == 2
    assert f"main has a release in {of}" in done.stderr
    (place / "state/audit").mkdir(parents=True)
    (place / "state/audit/log.jsonl").touch()
    assert run("audit").exit_code == 2


@pytest.mark.usefixtures("log")
def test_a_runner_that_has_not_fetched_learns_of_newer_heads_when_it_publishes(place):
    git(place, "clone", "--quiet", "forge.git", "other")
    make_audit_log(read_settings()).append(deploy("later"))
    head_lines(read_settings(), publish=True)
    git(place / "clone", "update-ref", f"refs/remotes/origin/{BRANCH}", f"origin/{BRANCH}~1")
    cut(place, 4)
    assert run("audit").exit_code == 0, "this clone doesn't know better yet"
    with pytest.raises(AuditBroken, match="names entry 5"):
        head_lines(read_settings(), publish=True)
    assert run("audit").exit_code == 1


def test_a_head_that_somebody_else_pushed_stops_no_deploy_and_is_named_by_audit(log, place):
    other = place / "other"
    git(place, "clone", "--quiet", "--branch", BRANCH, "forge.git", "other")
    (other / "head.json").write_text("{}")
    git(other, "commit", "--quiet", "--all", "-m", "rubbish")
    git(other, "push", "--quiet", "origin", BRANCH)
    git(place / "clone", "fetch", "--quiet")
    log.append(deploy())
    done = run("audit")
    assert done.exit_code == 1
    assert "is not delivery's" in done.stderr


@pytest.mark.usefixtures("log")
def test_a_branch_that_lost_its_newest_head_is_told_by_a_clone_that_has_it(place):
    git(place / "forge.git", "update-ref", f"refs/heads/{BRANCH}", f"{BRANCH}~1")
    cut(place, 3)
    assert run("audit").exit_code == 1
    with pytest.raises(AuditBroken, match="names entry 4"):
        head_lines(read_settings(), publish=True)


def test_a_head_that_can_not_be_pushed_is_told_and_stops_nothing(log, place):
    (place / "forge.git").rename(place / "gone.git")
    log.append(deploy())
    assert "NOT PUBLISHED" in head_lines(read_settings(), publish=True)[-1]
    assert run("audit").exit_code == 0


@pytest.mark.parametrize("moment", ["before the push", "after the push"])
def test_of_two_deploys_side_by_side_the_newest_head_is_the_one_published(log, monkeypatch, moment):
    """Another deploy adds to the log, and to the branch, while this one publishes."""
    append, log_of_the_other = GitBranches.append, [log]

    def overtaken(branches, branch, files, message):
        if moment == "after the push":
            made = append(branches, branch, files, message)
        if log_of_the_other:
            log_of_the_other.pop().append(deploy("the other"))
            if moment == "before the push":
                raise BranchFailed(branch, "somebody else added to it")
        return made if moment == "after the push" else append(branches, branch, files, message)

    log.append(deploy("this"))
    monkeypatch.setattr(GitBranches, "append", overtaken)

    assert "entry 6" in head_lines(read_settings(), publish=True)[0]
    assert state_of_log(read_settings()).green


def test_a_published_head_is_told_though_the_newer_one_of_another_deploy_is_not(log, monkeypatch):
    append, log_of_the_other = GitBranches.append, [log]

    def overtaken(branches, branch, files, message):
        if not log_of_the_other:
            raise BranchFailed(branch, "the forge is gone")
        made = append(branches, branch, files, message)
        log_of_the_other.pop().append(deploy("the other"))
        return made

    log.append(deploy("this"))
    monkeypatch.setattr(GitBranches, "append", overtaken)

    entry, published = head_lines(read_settings(), publish=True)

    assert "entry 5" in entry
    assert "published as commit" in published


@pytest.mark.usefixtures("log")
def test_heads_are_only_added_to_the_branch(place):
    first = git(place / "forge.git", "rev-parse", BRANCH)
    make_audit_log(read_settings()).append(deploy("later"))
    head_lines(read_settings(), publish=True)
    parent, tip = git(place / "forge.git", "rev-parse", f"{BRANCH}~1", BRANCH).split()
    assert parent == first
    head_lines(read_settings(), publish=True)  # nothing was added: nothing is published
    assert git(place / "forge.git", "rev-parse", BRANCH) == tip
    assert git(place / "forge.git", "ls-tree", "--name-only", BRANCH) == "head.json"
    allowed = f"gpg.ssh.allowedSignersFile={place / 'keys/delivery.signers'}"
    git(place / "forge.git", "-c", allowed, "verify-commit", tip)


def test_the_status_is_red_while_the_end_of_the_log_is_published_nowhere(log):
    log.append(deploy("later"))

    found = state_of_log(read_settings())

    assert not found.green
    assert "its end from entry 5 (deploy," in found.lines[1]
    published = run("audit", "--publish")
    assert published.exit_code == 0, published.output
    assert state_of_log(read_settings()).green


@pytest.mark.usefixtures("log")
def test_a_head_that_can_not_be_published_is_no_success(place):
    (place / "forge.git").rename(place / "away")
    done = run("audit", "--publish")
    assert done.exit_code == 2
    assert "NOT PUBLISHED" in done.stdout


@pytest.mark.usefixtures("log")
def test_a_log_that_was_begun_anew_is_red_in_the_status_until_somebody_reviewed_it(place):
    assert run("review-restart", "--reason", "nothing was lost").exit_code == 1
    shutil.rmtree(place / "state")
    assert run("restart-audit", "--reason", "the disk died, Ada saw it").exit_code == 0
    assert not state_of_log(read_settings()).green

    done = run("review-restart", "--reason", "compared with Bo's clone, nothing is missing")

    assert done.exit_code == 0, done.output
    assert state_of_log(read_settings()).green
    assert run("review-restart", "--reason", "again").exit_code == 1


@pytest.mark.usefixtures("log")
def test_a_log_that_was_lost_begins_anew_before_everybodys_eyes(place):
    assert run("restart-audit", "--reason", "none at all").exit_code == 1
    shutil.rmtree(place / "state")
    done = run("restart-audit", "--reason", "the disk died, Ada saw it")
    assert done.exit_code == 0, done.output
    entries = make_audit_log(read_settings()).entries(full=True, every_head=True)
    assert [entry.event for entry in entries] == ["restart"]
    head, begun = state_of_log(read_settings()).lines
    assert "its head is entry 1; the last published one is entry 1" in head
    assert "begun anew" in begun
    assert "the disk died" in begun
    assert "the disk died" in entries[0].reason
    assert "entry 4" in entries[0].reason
    assert git(place / "forge.git", "rev-list", "--count", BRANCH) == "3"
    make_audit_log(read_settings()).append(deploy())
    head_lines(read_settings(), publish=True)
    assert run("audit").exit_code == 0


@pytest.mark.usefixtures("log")
def test_a_broken_log_begins_anew_and_is_kept_beside_it(place):
    cut(place, 3)
    assert run("restart-audit", "--reason", "cut, as the heads say").exit_code == 0
    kept = list((place / "state/audit").glob("log.jsonl.until-*"))
    assert [len(file.read_bytes().splitlines()) for file in kept] == [3]
    assert run("audit").exit_code == 0


@pytest.mark.usefixtures("log")
def test_a_log_that_begins_anew_names_the_newest_head_and_no_older_one(place):
    """Else whoever cuts a log begins it anew, as if only an old one had been lost."""
    fetched = git(place / "clone", "rev-parse", f"origin/{BRANCH}")
    git(place / "clone", "update-ref", f"refs/remotes/origin/{BRANCH}", f"origin/{BRANCH}~1")
    shutil.rmtree(place / "state")
    assert run("restart-audit", "--reason", "the disk died").exit_code == 0
    assert make_audit_log(read_settings()).entries()[0].commit == fetched
