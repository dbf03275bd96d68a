"""Anybody with a clone judges main's history again, and holds the log to the published heads."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from support import change_world
from support.change_world import World
from typer.testing import CliRunner

from artifacts.ssh_keygen import SshSigner
from delivery.git.branches import GitBranches
from delivery.trace.commands import app
from delivery.trail.audit_heads import BRANCH, head_file, publication


@pytest.fixture(scope="module")
def lived_in(template: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world whose production runs `first`, after words and an approved change of the judge."""
    world = change_world.copy_of(template, tmp_path_factory.mktemp("lived-in") / "world")
    world.branch("words")
    world.commit(None, {"docs/word.md": "a word\n"})
    world.merge()
    world.branch("judge")
    world.commit("max", {"services/delivery/src/judge.py": "STRICT = 1\n"})
    world.approve("ada", "bo", "cleo")
    world.merge()
    payload = world.promote("first")
    world.verified(payload.digest)
    world.approve("ada", "bo")
    world.merge()
    world.deployed(payload.digest)
    return world


@pytest.fixture
def world(lived_in: World, tmp_path: Path) -> World:
    return change_world.copy_of(lived_in, tmp_path / "world")


def run(world: World, *, log: bool = True):
    audit = ("--audit", str(world.folder / "audit")) if log else ()
    return CliRunner().invoke(app, ["verify-history", str(world.root), *audit])


def publish(world: World) -> None:
    branches = GitBranches(
        world.root, SshSigner(world.keys / "delivery", "git"), lambda: world.now, {}
    )
    head = world.log.signed_head()
    assert head is not None
    branches.append(BRANCH, head_file(head), publication(head))


def test_each_merge_is_judged_by_what_stood_before_it(world):
    done = run(world)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert [line.split("; ")[2] for line in lines[:4]] == ["allowed"] * 4
    assert (
        lines[-2] == "4 commits of main since it names approvers: 4 allowed, 0 refused, 0 undecided"
    )


def test_a_merge_that_got_around_the_judge_is_named_with_the_rule(world):
    pushed = world.commit(None, {"services/delivery/src/judge.py": "STRICT = 0\n"})
    done = run(world)
    assert done.exit_code == 1
    (line,) = [one for one in done.stdout.splitlines() if pushed[:12] in one]
    assert "; refused; judge; " in line
    assert "authors: " in line
    assert "change_approved: " in line


def test_approvers_whom_an_unjudged_merge_brought_count_in_no_merge_before_it(world):
    text = (world.root / "policies/approvers.yaml").read_text()
    world.commit(None, {"policies/approvers.yaml": text + "# a word\n"})
    world.branch("judge-again")
    world.commit("max", {"services/delivery/src/judge.py": "STRICT = 3\n"})
    world.approve("ada", "bo", "cleo")
    world.merge()
    done = run(world)
    assert done.exit_code == 1
    assert [line.split("; ")[2] for line in done.stdout.splitlines()[4:6]] == ["refused", "allowed"]


def test_without_a_log_what_needs_it_is_named_as_not_checked(world):
    done = run(world, log=False)
    assert done.exit_code == 0, done.output
    promotion = done.stdout.splitlines()[3]
    assert (
        "not checked without the log: payload_approved, rejections, staging_verified" in promotion
    )
    assert "not wholly checked" in done.stdout


def test_with_a_log_a_promotion_that_staging_never_verified_is_refused(world):
    world.promote("second")
    world.approve("ada", "bo")
    merged = world.merge()
    done = run(world)
    assert done.exit_code == 1
    (line,) = [one for one in done.stdout.splitlines() if merged[:12] in one]
    assert "staging_verified: " in line


def test_what_the_log_learned_after_a_merge_makes_it_no_better(world):
    payload = world.promote("second")
    world.approve("ada", "bo")
    world.merge()
    world.now += timedelta(hours=1)
    world.verified(payload.digest)
    assert run(world).exit_code == 1


def test_a_merge_that_is_dated_before_its_parent_is_refused(world):
    world.now -= timedelta(days=300)
    world.commit(None, {"docs/word.md": "another word\n"})
    done = run(world)
    assert done.exit_code == 1
    assert "dated: it is dated before its first parent" in done.stdout


def test_published_heads_are_verified_and_the_log_is_held_to_them(world):
    publish(world)
    world.note("verification", environment="staging")
    publish(world)
    done = run(world)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1] == "2 published heads, 0 faults"
    file = world.folder / "audit/log.jsonl"
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
    done = run(world)
    assert done.exit_code == 1
    assert "the log was cut, replaced or rewritten" in done.stdout


def test_heads_that_go_back_are_found_without_a_log(world):
    older = world.folder / "older"
    for name in ("audit", "head"):
        shutil.copytree(world.folder / name, older / name)
    world.note("verification", environment="staging")
    publish(world)
    for name in ("audit", "head"):
        shutil.rmtree(world.folder / name)
        shutil.copytree(older / name, world.folder / name)
    publish(world)
    done = run(world, log=False)
    assert done.exit_code == 1
    assert "it was begun anew, or cut" in done.stdout


def test_a_line_of_the_log_that_delivery_never_signed_is_broken(world):
    file = world.folder / "audit/log.jsonl"
    first, *rest = file.read_bytes().splitlines(keepends=True)
    signature = first.split(b'"signature":"')[1]
    file.write_bytes(
        b"".join([first.replace(signature, rest[0].split(b'"signature":"')[1]), *rest])
    )
    done = run(world)
    assert done.exit_code == 1
    assert "line 1" in done.stderr


def test_a_clone_without_main_can_not_be_told(tmp_path):
    done = CliRunner().invoke(app, ["verify-history", str(tmp_path)])
    assert done.exit_code != 0
    assert done.exception is not None
