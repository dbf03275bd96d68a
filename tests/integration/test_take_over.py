"""What a bot, or a forge's button, changed becomes a person's in one command; a squash is named."""

import os
from pathlib import Path

import pytest
from support import change_world
from support.change_records import PRODUCTION, production
from support.change_world import World
from support.checkout_settings import SETTINGS
from support.delivery_command import run

from delivery.changes.findings import ChangeVerdict
from delivery.changes.verdict_page import verdict_page
from delivery.errors import TakeOverRefused
from delivery.releases.taken_over import GitTakeOver

LOCK = "requirements/delivery.txt"


@pytest.fixture
def world(template: World, tmp_path: Path) -> World:
    """Main, and a branch on which a bot raised a lock that the judge runs with, unsigned."""
    world = change_world.copy_of(template, tmp_path / "world")
    world.commit("max", {"docs/page.md": "a page\n"})
    world.branch("dependabot/pip/numpy-3")
    world.commit(None, {LOCK: "numpy==3\n"})
    return world


def take_over(world: World, revision: str, person: str = "max") -> str:
    """Take a change over as a person; return the branch, checked out."""
    kept = {"PATH": os.defpath, "GIT_CONFIG_GLOBAL": os.devnull, "HOME": str(world.folder)}
    mine = (world.keys / person, person.title(), f"{person}@people.invalid")
    made = GitTakeOver(world.root, kept, *mine)(revision)
    assert made.changes
    world.git("checkout", "--quiet", made.branch)
    return made.branch


def reasons(verdict: ChangeVerdict, rule: str = "authors") -> str:
    return "; ".join(one.reason for one in verdict.problems if one.rule == rule)


def test_a_bots_pull_request_says_the_two_commands_by_which_a_person_takes_it_over(
    world: World,
) -> None:
    verdict = world.judge()

    head = world.git("rev-parse", "HEAD")
    assert reasons(verdict)
    page = verdict_page(verdict)
    assert f"\nbin/plinth delivery take-over {head}\n" in page
    assert f"\ngit push origin taken-over/{head[:12]}\n" in page


@pytest.mark.parametrize("named", ["branch", "commit"])
def test_what_a_bot_changed_is_a_persons_own_and_needs_others_to_approve_it(
    world: World, named: str
) -> None:
    head = world.git("rev-parse", "HEAD")

    branch = take_over(world, "dependabot/pip/numpy-3" if named == "branch" else head)

    assert branch == f"taken-over/{head[:12]}"
    verdict = world.judge()
    assert reasons(verdict) == ""
    assert verdict.authors == ("max",)
    assert "take-over" not in verdict_page(verdict)
    assert world.git("diff", "--name-only", "main", "HEAD") == LOCK
    world.approve("ada", "bo", "cleo")
    assert world.judge().allowed, world.judge().problems


def test_who_takes_a_change_over_does_not_approve_it(world: World) -> None:
    take_over(world, "dependabot/pip/numpy-3", "ada")

    found = world.speak("ada")

    assert "author" in getattr(found, "reason", "")


def test_main_may_have_moved_on_meanwhile(world: World) -> None:
    world.git("checkout", "--quiet", "main")
    world.commit("max", {"docs/page.md": "another page\n"})

    take_over(world, "dependabot/pip/numpy-3")

    assert world.git("rev-parse", "HEAD~1") == world.git("rev-parse", "main")
    assert world.git("diff", "--name-only", "main", "HEAD") == LOCK


def test_a_conflict_with_main_is_named(world: World) -> None:
    world.git("checkout", "--quiet", "main")
    world.commit("max", {LOCK: "numpy==4\n"})

    with pytest.raises(TakeOverRefused, match=f"conflicts with main in {LOCK}: merge main"):
        take_over(world, "dependabot/pip/numpy-3")


def test_what_main_has_already_is_not_taken_over(world: World) -> None:
    world.merge("dependabot/pip/numpy-3")

    with pytest.raises(TakeOverRefused, match="main has all of it already"):
        take_over(world, "dependabot/pip/numpy-3")


@pytest.mark.parametrize("name", ["nowhere", "--output=x", ""])
def test_a_name_that_is_of_nothing_says_what_to_give(world: World, name: str) -> None:
    with pytest.raises(TakeOverRefused, match="name a branch of origin, or a"):
        take_over(world, name)


def test_from_a_forge_it_is_fetched_by_branch_or_commit(world: World, tmp_path: Path) -> None:
    head = world.git("rev-parse", "HEAD")
    world.git("checkout", "--quiet", "main")
    mine = World(tmp_path / "mine", world.keys)
    mine.folder.mkdir()
    words = ("clone", "--quiet", "--single-branch", "--branch=main", f"file://{world.root}")
    world.git(*words, str(mine.root))

    assert take_over(mine, "dependabot/pip/numpy-3") == f"taken-over/{head[:12]}"
    assert take_over(mine, head) == f"taken-over/{head[:12]}"


def test_the_forges_revert_button_is_taken_over_as_well(world: World) -> None:
    world.git("checkout", "--quiet", "main")
    world.commit("max", {PRODUCTION: production(world.payload("first"))})
    promotion = world.git("rev-parse", "HEAD")
    world.branch("revert-1-promotion")
    world.git(*world.as_person(None), "revert", "--no-edit", promotion)
    assert "take-over" in verdict_page(world.judge())

    take_over(world, "revert-1-promotion")

    assert reasons(world.judge()) == ""


def test_a_promotion_that_was_squashed_is_refused_with_the_likely_cause(world: World) -> None:
    """As a forge squashes: one commit of its own, with everything of the branch in it."""
    world.promote("first")
    world.approve("ada", "bo")
    branch = world.git("rev-parse", "--abbrev-ref", "HEAD")
    world.git("checkout", "--quiet", "main")
    world.git("merge", "--quiet", "--squash", branch)
    squashed = world.commit(None)

    verdict = world.judge_deploy()

    assert verdict.decision == "refused"
    found = reasons(verdict, "merged")
    assert found.startswith(f"{squashed[:12]} joins no branch: it is likely a squash or rebase")
    assert f"Fix: `git revert {squashed[:12]}` in a pull request" in found


def test_a_promotion_that_was_merged_and_is_refused_names_no_squash(world: World) -> None:
    world.promote("first")
    world.merge()

    verdict = world.judge_deploy()

    assert verdict.decision == "refused"
    assert reasons(verdict, "merged") == ""


def test_the_command_shows_what_is_taken_over_and_what_to_push(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    head = world.git("rev-parse", "HEAD")
    for name, value in SETTINGS.items():
        place = world.root if name == "ROOT" else world.folder / value
        monkeypatch.setenv(f"PLINTH_{name}", value if name == "JOBS" else str(place))
    mine = ("--key", world.keys / "max", "--name", "Max", "--email", "max@people.invalid")

    assert run(monkeypatch, "take-over", "dependabot/pip/numpy-3", *mine) == 0
    said = capsys.readouterr().out
    assert f"A {LOCK}" in " ".join(said.split())
    assert f"git push origin taken-over/{head[:12]}" in said
    assert run(monkeypatch, "take-over", "nowhere", *mine) == 1
    assert run(monkeypatch, "take-over", head, "--key", world.keys / "none") == 2
