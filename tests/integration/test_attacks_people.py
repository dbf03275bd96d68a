"""Attacks by people on the judgement: false bases, hidden authors, lost rejections, forged words.

Each is played over real commits, real signatures and a real audit log.
"""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from support import change_records
from support.change_records import AFTER_FIRST, PRODUCTION, STAGING, approvers, production
from support.change_world import World
from support.people import email

from artifacts.refusal import Refusal
from delivery.changes.findings import ChangeVerdict
from delivery.errors import NotOnMain

JUDGE, CODE = "services/delivery/src/judge.py", "services/inference/src/part.py"
PEOPLE = "policies/approvers.yaml"


def problems(verdict: ChangeVerdict) -> dict[str, str]:
    return {one.rule: one.reason for one in verdict.problems}


def commit_as(
    world: World, author: str, files: Mapping[str, str | bytes | None], message: str = "a change"
) -> None:
    """Commit files, signed by Max, with an author and a message of the attacker's choice."""
    for path, text in files.items():
        world.write(path, text)
    world.git("add", "--all")
    words = ("commit", "--quiet", "-m", message, "--author", author)
    world.git(*world.as_person("max"), *words)


def judge_changed(world: World, branch: str = "judge", text: str = "STRICT = 1\n") -> None:
    world.branch(branch)
    world.commit("max", {JUDGE: text})


# Row 6: who is an author


@pytest.mark.parametrize(
    "author",
    [
        "Nobody <12345+bo-at-forge@users.noreply.github.com>",
        "Nobody <Bo-At-Forge@users.noreply.github.com>",
        "Nobody <bo+work@people.invalid>",
        "Nobody <BO@PEOPLE.INVALID>",
        "Nobody <\uff42\uff4f@people.invalid>",
        "Bo <bo@home.invalid>",
    ],
)
def test_every_address_of_a_person_makes_an_author(world: World, author: str) -> None:
    world.branch("judge")
    commit_as(world, author, {JUDGE: "STRICT = 1\n"})
    for name in ("ada", "bo", "cleo"):
        world.state(name)
    found = problems(world.judge())["change_approved"]
    assert "lacks approvals by risk_officer" in found
    assert "bo as risk_officer: is an author" in found


@pytest.mark.parametrize(
    "trailer",
    [
        "Co-authored-by: Bo <bo@people.invalid>",
        "co-authored-BY: X <12345+bo-at-forge@users.noreply.github.com>",
        "Signed-off-by: Bo <bo@people.invalid>",
        "Pair: bo@people.invalid",
        "Written-by: @bo-at-forge",
    ],
)
def test_every_trailer_that_names_a_person_makes_an_author(world: World, trailer: str) -> None:
    world.branch("judge")
    commit_as(world, "Max <max@people.invalid>", {JUDGE: "STRICT = 1\n"}, f"a change\n\n{trailer}")
    for name in ("ada", "bo", "cleo"):
        world.state(name)
    assert "bo as risk_officer: is an author" in problems(world.judge())["change_approved"]


def test_who_wrote_the_code_of_a_payload_does_not_approve_it(world: World) -> None:
    first = world.promote()
    world.approve("ada", "bo")
    world.merge()
    world.deployed(first.digest)
    world.branch("code")
    world.commit("bo", {CODE: "2\n"})
    world.merge()
    payload = world.promote()
    world.verified(payload.digest)
    for name in ("ada", "bo"):
        world.state(name)
    found = problems(world.judge())["payload_approved"]
    assert "bo as risk_officer: wrote code that the payload pins" in found
    world.state("dan", role="risk_officer")
    assert world.judge().allowed


# Rows 7 and 16: rejections at first sight


def test_a_rejection_that_is_force_pushed_away_before_it_was_recorded_blocks(world: World) -> None:
    world.promote()
    clean = world.git("rev-parse", "HEAD")
    world.speak("bo", word="rejected")
    world.pushed.append(world.git("rev-parse", "HEAD"))
    world.branch("promote-first", clean)
    world.approve("ada")
    world.state("dan", role="risk_officer")
    assert "bo rejected it" in problems(world.judge(record=True))["rejections"]
    world.pushed.clear()
    assert "bo rejected it" in problems(world.judge())["rejections"]


def test_who_is_taken_off_the_approvers_has_rejected_all_the_same(world: World) -> None:
    world.promote()
    world.speak("bo", word="rejected")
    world.approve("ada")
    world.state("dan", role="risk_officer")
    world.git("checkout", "--quiet", "main")
    gone = "\n".join(
        part for part in _persons(approvers(world.keys)) if not part.startswith("  bo:")
    )
    world.commit("max", {PEOPLE: gone})
    found = world.judge(head="promote-first", record=True)
    assert "bo rejected it" in problems(found)["rejections"]


def _persons(text: str) -> list[str]:
    """Cut the file of approvers before each person."""
    parts: list[str] = []
    for line in text.splitlines():
        if line.startswith("  ") and not line.startswith("   "):
            parts.append(line)
        elif parts:
            parts[-1] += f"\n{line}"
        else:
            parts.append(line)
    return parts


# Row 8: a rejection follows what it is about


def test_a_rejected_payload_stays_rejected_with_a_blank_line_in_its_code(world: World) -> None:
    world.promote()
    world.speak("bo", word="rejected")
    world.judge(record=True)
    world.branch("code")
    world.commit("max", {CODE: "1\n\n"})
    world.merge()
    payload = world.promote()
    world.verified(payload.digest)
    world.state("ada")
    world.state("dan", role="risk_officer")
    assert "bo rejected" in problems(world.judge(record=True))["rejections"]


def test_a_rejected_change_stays_rejected_with_a_trailing_comment(world: World) -> None:
    judge_changed(world)
    world.judge(record=True)
    world.speak("bo", word="rejected")
    world.judge(record=True)
    judge_changed(world, text="STRICT = 1  # harmless\n")
    for name, role in (("ada", ""), ("dan", "risk_officer"), ("cleo", "")):
        world.state(name, **({"role": role} if role else {}))
    assert "bo rejected" in problems(world.judge(record=True))["rejections"]


# Row 9: broken glass


def broken(world: World) -> str:
    """Promote with broken glass by Bo and Cleo, merge and deploy, and return a statement."""
    world.promote("second", name="ada")
    made = [world.speak(name, word="break_glass", hours=2) for name in ("bo", "cleo")]
    assert not any(isinstance(one, Refusal) for one in made)
    world.merge()
    verdict = world.judge_deploy()
    payload = verdict.payload
    assert payload
    for digest in verdict.break_glass:
        world.note("break_glass", payload, outcome="done", subject=digest,
                   commit=world.git("rev-parse", "main"))  # fmt: skip
    world.deployed(payload)
    return verdict.break_glass[0]


def test_an_author_of_the_change_does_not_review_its_broken_glass(world: World) -> None:
    statement = broken(world)
    world.branch("review")
    outcome = world.speak_of("ada", "reviewed", statement)
    assert isinstance(outcome, Refusal)
    assert "new to the case" in outcome.reason
    assert isinstance(world.speak_of("dan", "reviewed", statement), tuple)


def test_who_approved_does_not_review_its_broken_glass(world: World) -> None:
    world.promote("second")
    world.approve("ada")
    for name in ("bo", "cleo"):
        world.speak(name, word="break_glass", hours=2)
    world.merge()
    statement = world.judge_deploy().break_glass[0]
    world.branch("review")
    assert isinstance(world.speak_of("ada", "reviewed", statement), Refusal)


# Row 10: forged words


def test_forged_break_glass_in_everybodys_name_leaves_everybody_to_review(world: World) -> None:
    statement = broken(world)
    subject = next(
        one.approval.subject
        for one in world.gather.statements_of(world.gather("main", "main")).statements
        if one.approval.word == "break_glass"
    )
    world.branch("forged")
    until = world.now + timedelta(hours=2)
    for name in ("dan", "max"):
        world.state(name, key="eve", word="break_glass", subject=subject, expires_at=until)
    world.merge()
    world.branch("review")
    assert isinstance(world.speak_of("dan", "reviewed", statement), tuple)


# Row 11: withdrawal through a twin


def test_the_author_of_what_was_rejected_withdraws_nothing_through_a_twin(world: World) -> None:
    world.promote(name="bo")
    statement = world.speak("ada", word="rejected")
    world.judge(record=True)
    assert isinstance(statement, tuple)
    digest = next(one.subject for one in world.log.entries() if one.event == "rejection")
    world.branch("twin")
    payload = world.payload("first")
    world.commit("max", {PRODUCTION: production(payload)})
    assert isinstance(world.speak_of("bo", "withdrawn", digest or ""), Refusal)
    world.state("bo", word="withdrawn", of=digest)
    assert "ada rejected it" in problems(world.judge(record=True))["rejections"]
    assert "withdrawal" not in {one.event for one in world.log.entries()}


# Row 5: the base


def test_a_change_is_not_judged_by_a_side_branch(world: World) -> None:
    world.branch("side")
    key = change_records.public(world.keys, "eve")
    eve = {"keys": [key], "emails": [email("eve")], "accounts": [], "name": "Eve",
           "roles": ["model_owner"]}  # fmt: skip
    world.commit("max", {PEOPLE: approvers(world.keys, eve=eve)})
    judge_changed(world)
    with pytest.raises(NotOnMain, match="first-parent"):
        world.judge(base="side")


def test_main_is_read_by_its_full_name(world: World) -> None:
    main = world.git("rev-parse", "refs/heads/main")
    judge_changed(world)
    world.git("tag", "main", "HEAD")
    assert world.judge(base="").base == main


def test_a_base_that_main_stood_at_is_judged_against_the_tip(world: World) -> None:
    first = world.git("rev-parse", "main")
    world.git("checkout", "--quiet", "main")
    world.commit(None, {"README.md": "other words\n"})
    judge_changed(world)
    assert world.judge(base=first).base == world.git("rev-parse", "refs/heads/main")


def test_a_forged_release_that_main_got_is_not_deployed_to_staging(world: World) -> None:
    world.git("checkout", "--quiet", "main")
    files = {STAGING: change_records.staging(world.entry("second", **AFTER_FIRST))}
    world.commit(None, files | world.reported("second", key="max", **AFTER_FIRST))
    text = (world.root / STAGING).read_text()
    world.commit(None, {STAGING: f"# only words\n{text}"})
    found = problems(world.judge_deploy("staging"))
    assert "fabricated" in found["gate_reports"]
    assert "is not signed" in found["authors"]


def test_a_rejection_is_recorded_before_anything_else_that_may_fail(world: World) -> None:
    world.promote()
    world.speak("bo", word="rejected")
    with pytest.raises(NotOnMain):
        world.judge(base="promote-first", record=True)
    assert [(one.event, one.actor) for one in world.log.entries()][-1:] == [("rejection", "bo")]


def test_a_head_that_is_gone_leaves_a_change_undecided(world: World) -> None:
    judge_changed(world)
    for name in ("ada", "bo", "cleo"):
        world.state(name)
    assert world.judge(record=True).allowed
    judged = world.git("rev-parse", "HEAD")
    world.pushed.append("e" * 40)
    assert world.judge().decision == "undecided"
    assert "the head eeeeeeeeeeee of the branch" in problems(world.judge())["rejections"]
    world.pushed[:] = [judged]
    assert world.judge().allowed
