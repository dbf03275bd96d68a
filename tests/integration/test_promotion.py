"""What may be merged and deployed: promotions, rollbacks, broken glass, changes of the judge."""

from datetime import timedelta
from pathlib import Path

import pytest
from support import change_records, change_world, people
from support.change_records import AFTER_FIRST, PRODUCTION, STAGING, production
from support.change_world import World

from artifacts.records.release import Payload
from artifacts.refusal import Refusal
from delivery.changes.findings import ChangeVerdict

JUDGE = "services/delivery/src/judge.py"


@pytest.fixture(scope="module")
def released(template: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world in which production ran `first` and now runs `second`."""
    world = change_world.copy_of(template, tmp_path_factory.mktemp("released") / "world")
    for title in ("first", "second"):
        payload = world.promote(title)
        world.verified(payload.digest)
        world.approve("ada", "bo")
        world.merge()
        world.deployed(payload.digest)
    return world


@pytest.fixture
def running(released: World, tmp_path: Path) -> World:
    return change_world.copy_of(released, tmp_path / "world")


def problems(verdict: ChangeVerdict) -> dict[str, str]:
    return {one.rule: one.reason for one in verdict.problems}


def refusal(outcome: tuple[Path, ...] | Refusal) -> str:
    assert isinstance(outcome, Refusal)
    return outcome.reason


def promoted(world: World) -> Payload:
    payload = world.promote()
    world.approve("ada", "bo")
    world.merge()
    return payload


def test_a_rollback_to_the_release_before_needs_no_approvals(running: World) -> None:
    running.revert("main", name="max")
    verdict = running.judge()
    assert (verdict.allowed, verdict.rollback) == (True, True)
    assert verdict.subjects == ()
    assert verdict.withdraws == running.payload("second").digest
    running.merge()
    assert running.judge_deploy().allowed


def test_a_withdrawn_payload_comes_back_with_approvals_made_after_the_rollback(
    running: World,
) -> None:
    running.revert("main")
    running.now += timedelta(minutes=1)
    merge = running.merge()
    running.deployed(running.payload("first").digest, "main", "rollback",
                     left=running.payload("second").digest)  # fmt: skip
    running.revert(merge, name="max")
    assert "before a rollback withdrew" in problems(running.judge())["payload_approved"]
    running.approve("ada", "bo")
    assert running.judge().problems == ()


def test_a_payload_two_releases_back_needs_approvals(running: World) -> None:
    third = running.promote("third")
    running.verified(third.digest)
    running.approve("ada", "bo")
    running.merge()
    running.deployed(third.digest)
    running.branch("back")
    running.commit("max", {PRODUCTION: production(running.payload("first"))})
    assert "before production left" in problems(running.judge())["payload_approved"]


def test_what_never_became_ready_is_reverted_to_what_runs(running: World) -> None:
    third = running.promote("third")
    running.verified(third.digest)
    running.approve("ada", "bo")
    running.merge()
    running.deployed(third.digest, outcome="red")
    running.revert("main", name="max")
    assert running.judge().rollback


def test_a_release_that_never_ran_is_none_to_roll_back_to(world: World) -> None:
    first = promoted(world)
    second = world.promote("second")
    world.verified(second.digest)
    world.approve("ada", "bo")
    world.merge()
    world.deployed(second.digest)
    world.revert("main", name="max")
    assert world.payload("first").digest == first.digest
    assert not world.judge().rollback


def test_the_first_promotion_rolls_back_to_nothing(world: World) -> None:
    world.deployed(promoted(world).digest)
    world.revert("main", name="max")
    verdict = world.judge()
    assert (verdict.allowed, verdict.rollback) == (True, True)
    world.merge()
    assert world.judge_deploy().allowed


def test_a_rollback_takes_no_other_statement_along(running: World) -> None:
    running.revert("main", name="max")
    of_first = running.payload("first")
    kept = sorted(running.root.glob("policies/approvals/*/*.json"))
    assert kept
    assert of_first.digest in kept[0].read_text()
    running.commit("max", {str(kept[0].relative_to(running.root)): None})
    assert "was removed" in problems(running.judge())["records_kept"]


def test_two_persons_of_the_named_roles_break_the_glass(world: World) -> None:
    world.promote("second")  # that staging never saw
    world.speak("bo", word="break_glass", hours=2)
    assert "staging_verified" in problems(world.judge())
    world.speak("cleo", word="break_glass", hours=2)
    verdict = world.judge()
    assert (verdict.allowed, len(verdict.break_glass)) == (True, 2)
    world.merge()
    assert len(world.judge_deploy().break_glass) == 2
    world.now += timedelta(hours=3)
    assert "payload_approved" in problems(world.judge_deploy())


def test_one_person_in_two_roles_breaks_no_glass(world: World) -> None:
    world.git("checkout", "--quiet", "main")
    both = {"roles": ["risk_officer", "security_officer"]}
    text = change_records.approvers(world.keys, bo=both)
    world.commit("max", {"policies/approvers.yaml": text})
    world.promote("second")
    for role in both["roles"]:
        assert isinstance(world.speak("bo", role, "break_glass", hours=2), tuple)
    assert world.judge().break_glass == ()


def test_broken_glass_replaces_no_gate_report_and_no_signature(world: World) -> None:
    world.branch("promote-bad")
    payload = Payload(
        code=world.code(), models={"architecture": (world.entry("bad", decision="refused"),)}
    )
    files = {PRODUCTION: production(payload), **world.reported("bad", decision="refused")}
    world.commit(None, files)
    for name in ("bo", "cleo"):
        world.speak(name, word="break_glass", hours=2)
    assert set(problems(world.judge())) == {"authors", "gate_reports"}


def test_glass_is_broken_for_no_longer_than_the_tiers_say(world: World) -> None:
    world.promote("second")
    outcome = world.speak("bo", word="break_glass", hours=25)
    assert "would hold for longer than 24 h" in refusal(outcome)
    world.state("bo", word="break_glass", expires_at=world.now + timedelta(hours=25))
    world.state("cleo", word="break_glass", expires_at=world.now + timedelta(hours=25))
    assert world.judge().break_glass == ()


def test_broken_glass_is_reviewed_by_a_third_person(world: World) -> None:
    world.promote("second")
    statement = world.speak("bo", word="break_glass", hours=2)
    world.speak("cleo", word="break_glass", hours=2)
    world.merge()
    assert isinstance(statement, tuple)
    world.branch("review")
    outcome = world.speak_of("bo", "reviewed", str(statement[0]))
    assert "somebody new to the case" in refusal(outcome)
    assert isinstance(world.speak_of("ada", "reviewed", str(statement[0])), tuple)
    assert world.judge(record=True).allowed
    recorded = [(one.event, one.actor) for one in world.log.entries()][-2:]
    assert recorded == [("review", "ada"), ("judgement", "a test")]


def test_a_review_by_one_who_broke_the_glass_is_not_recorded(world: World) -> None:
    world.promote("second")
    world.speak("bo", word="break_glass", hours=2)
    broken = world.state("cleo", word="break_glass", expires_at=world.now + timedelta(hours=2))
    world.merge()
    world.branch("review")
    world.state("cleo", word="reviewed", of=broken.digest, subject=broken.subject)
    world.judge(record=True)
    assert "review" not in {one.event for one in world.log.entries()}


def test_staging_goes_back_to_a_model_that_it_ran(world: World) -> None:
    world.branch("proposal-second")
    second = change_records.staging(world.entry("second", **AFTER_FIRST))
    world.commit("delivery", {STAGING: second, **world.reported("second", **AFTER_FIRST)})
    assert world.judge().allowed
    world.merge()
    stricter = change_records.policy_text(known_limits=["Judged by this no more."])
    world.commit("max", {"policies/models/architecture.yaml": stricter})
    world.branch("back")
    world.commit("max", {STAGING: change_records.staging(world.entry("first"))})
    assert world.judge().problems == ()


def test_a_policy_that_changed_since_leaves_a_promotion_undecided(world: World) -> None:
    stricter = change_records.policy_text(known_limits=["Judged by this no more."])
    world.git("checkout", "--quiet", "main")
    world.commit("max", {"policies/models/architecture.yaml": stricter})
    world.promote()
    world.approve("ada", "bo")
    verdict = world.judge()
    assert verdict.decision == "undecided"
    assert "judged by the policy" in problems(verdict)["gate_reports"]


def test_what_was_deployed_is_not_judged_again(world: World) -> None:
    world.deployed(promoted(world).digest)
    world.now += timedelta(days=400)
    world.git("checkout", "--quiet", "main")
    world.commit(None, {"README.md": "other words\n"})
    assert world.judge_deploy().allowed


def test_approvals_that_expired_before_the_first_deploy_refuse_it(world: World) -> None:
    promoted(world)
    world.commit(None, {"README.md": "other words\n"})
    assert world.judge_deploy().allowed
    world.now += timedelta(days=31)
    assert "has expired" in problems(world.judge_deploy())["payload_approved"]


def test_a_deploy_of_it_before_the_revert_does_not_vouch_for_what_comes_back(
    running: World,
) -> None:
    """The rollback was merged and never deployed: then main takes the revert back, by force."""
    running.revert("main")
    running.now += timedelta(minutes=1)
    merge = running.merge()
    running.revert(merge)
    running.merge()
    assert "before a rollback withdrew" in problems(running.judge_deploy())["payload_approved"]


def test_a_rejection_that_main_gets_before_the_deploy_stops_it(world: World) -> None:
    world.promote()
    world.approve("ada", "bo")
    subject = world.judge().subjects[0]
    world.merge()
    world.state("dan", word="rejected", role="risk_officer", subject=subject)
    assert "dan rejected it" in problems(world.judge_deploy())["rejections"]


def test_a_release_that_main_began_with_is_refused(world: World) -> None:
    world.git("checkout", "--quiet", "--orphan", "other")
    world.commit(None, {PRODUCTION: production(world.payload("first"))})
    assert "main began with a release" in problems(world.judge_deploy(commit="other")).popitem()[1]
    world.git("checkout", "--quiet", "--orphan", "third")
    world.commit(None, {PRODUCTION: production(None)})
    assert world.judge_deploy(commit="third").allowed


def test_a_merge_of_main_into_the_branch_makes_no_author(world: World) -> None:
    world.promote()
    world.git("checkout", "--quiet", "main")
    world.commit(None, {"README.md": "more words\n"})
    world.git("checkout", "--quiet", "promote-first")
    words = ("merge", "--quiet", "--no-edit", "main")
    world.git(*world.as_person("bo"), *words)
    verdict = world.judge()
    assert verdict.authors == ("max",)
    assert "authors" not in problems(verdict)


def test_a_branch_behind_main_is_judged_as_it_would_land(world: World) -> None:
    world.promote()
    world.approve("ada", "bo")
    world.git("checkout", "--quiet", "main")
    world.commit(None, {"README.md": "more words\n"})
    assert world.judge(head="promote-first").problems == ()


@pytest.mark.parametrize("who", ["dan", "bo"])
def test_a_rejection_is_withdrawn_by_its_signer_or_a_named_role(world: World, who: str) -> None:
    world.promote()
    world.approve("ada", "bo")
    statement = world.speak("dan", "model_owner", "rejected")
    assert isinstance(statement, tuple)
    world.judge(record=True)
    assert "rejections" in problems(world.judge())
    role = "model_owner" if who == "dan" else "risk_officer"
    assert isinstance(world.speak_of(who, "withdrawn", str(statement[0]), role), tuple)
    assert world.judge(record=True).allowed
    assert world.judge().allowed


def test_a_rejection_that_only_the_log_remembers_can_be_withdrawn(world: World) -> None:
    world.promote()
    world.speak("bo", word="rejected")
    world.judge(record=True)
    digest = next(one.subject for one in world.log.entries() if one.event == "rejection")
    world.promote()
    assert isinstance(world.speak_of("bo", "withdrawn", digest or ""), tuple)
    world.approve("ada", "bo")
    assert world.judge().problems == ()


def test_a_change_of_the_judge_takes_the_strictest_tier(world: World) -> None:
    world.branch("judge")
    world.commit("max", {JUDGE: "STRICT = 1\n"})
    world.approve("ada", "bo")
    assert "lacks approvals by security_officer" in problems(world.judge())["change_approved"]
    world.approve("cleo")
    assert world.judge().problems == ()


def test_words_and_code_of_services_need_nobody(world: World) -> None:
    world.branch("topic")
    world.commit(None, {"README.md": "x\n", "services/inference/src/inference/part.py": "2\n"})
    verdict = world.judge()
    assert (verdict.decision, verdict.kinds) == ("allowed", ("code", "docs"))


def test_the_log_gets_each_statement_once_and_every_judgement(world: World) -> None:
    before = len(world.log.entries())
    world.promote()
    world.approve("ada")
    world.state("bo", key="eve")
    for _ in range(2):
        world.judge(record=True)
    events = [(one.event, one.outcome, one.actor) for one in world.log.entries()[before:]]
    judged = ("judgement", "refused", "a test")
    assert events == [("approval", "done", "ada"), judged, judged]


@pytest.mark.parametrize(
    ("name", "role", "key", "words"),
    [
        ("eve", "model_owner", "", "main knows no eve"),
        ("bo", "model_owner", "", "doesn't hold the role model_owner"),
        ("cleo", "", "", "approved is for model_owner, risk_officer"),
        ("bo", "", "eve", "unknown key"),
        ("bo", "", "ada", "signed by ada in the name of bo"),
    ],
)
def test_who_can_not_approve_is_told_before_anything_is_written(
    world: World, name: str, role: str, key: str, words: str
) -> None:
    world.promote()
    assert words in refusal(world.speak(name, role or people.ROLES.get(
        name, ["risk_officer"])[0], key=key))  # fmt: skip
    assert world.git("status", "--porcelain") == ""


def test_an_author_is_told_that_they_can_not_approve(world: World) -> None:
    world.promote(name="bo")
    assert "is an author" in refusal(world.speak("bo"))


def test_there_is_nothing_to_approve_in_a_change_of_words(world: World) -> None:
    world.branch("topic")
    world.commit("max", {"README.md": "x\n"})
    assert "nothing in this change needs it" in refusal(world.speak("ada"))


def test_approvers_are_shown_what_they_sign(world: World) -> None:
    payload = world.promote()
    world.approve("ada")
    shown = "\n".join(world.said)
    entry = payload.models["architecture"][0]
    assert all(part in shown for part in (payload.digest, entry.digest, entry.gate_report))
    assert "gate      architecture: allowed" in shown


@pytest.mark.parametrize(
    ("statement", "words"), [("nothing", "names no statement"), ("f" * 64, "there is no statement")]
)
def test_a_statement_that_is_not_there_is_refused(world: World, statement: str, words: str) -> None:
    world.promote()
    assert words in refusal(world.speak_of("bo", "withdrawn", statement))
