"""Attacks on what is kept and in which order: looks, approvals, clocks, what main has now."""

from datetime import timedelta

import pytest
import yaml
from support import change_records
from support.change_records import PRODUCTION, approvers, production
from support.change_world import World
from support.people import ROLES, email

from delivery.changes.findings import ChangeVerdict

PEOPLE = "policies/approvers.yaml"


def problems(verdict: ChangeVerdict) -> dict[str, str]:
    """Rules that are broken, with their reasons."""
    found: dict[str, str] = {}
    for one in verdict.problems:
        found[one.rule] = found.get(one.rule, "") + one.reason + "\n"
    return found


def promoted(world: World, title: str = "first", *, merge: bool = True) -> str:
    """Promote a model with all that it takes, and return its payload."""
    payload = world.promote(title)
    world.approve("ada", "bo")
    if merge:
        world.merge()
    return payload.digest


def test_staging_green_then_red_for_hours_then_green_is_no_hour_of_watching(world: World) -> None:
    payload = world.payload("first").digest
    world.note("verification", payload, environment="staging", outcome="red")
    world.now += timedelta(hours=5)
    world.note("verification", payload, environment="staging")
    promoted(world, merge=False)
    assert "in a row since verification" in problems(world.judge())["staging_verified"]


def test_two_looks_that_are_a_month_apart_are_no_hour_of_watching(world: World) -> None:
    world.now += timedelta(days=31)
    world.note("verification", world.payload("first").digest, environment="staging")
    promoted(world, merge=False)
    assert "nobody looked from" in problems(world.judge())["staging_verified"]


def test_an_approval_that_expired_does_not_count_again_by_a_clock_set_back(world: World) -> None:
    promoted(world, merge=False)
    approved_at = world.now
    world.now += timedelta(days=31)
    world.note("alias", None, environment=None, outcome="done")
    world.now = approved_at
    verdict = world.judge()
    assert not verdict.allowed
    assert "set the clock right" in problems(verdict)["clock"]
    assert "has expired" in problems(verdict)["payload_approved"]


def ran(world: World, title: str, gap: timedelta = timedelta(hours=3)) -> str:
    """Promote a model, and let production run it."""
    world.now += gap
    world.verified(world.payload(title).digest)
    payload = promoted(world, title)
    world.deployed(payload)
    return payload


@pytest.mark.parametrize("days", [-4000, 10000])
def test_old_approvals_do_not_count_again_whatever_commits_are_dated(
    world: World, days: int
) -> None:
    """A, B, C and A again: its approvals are on main since the first turn."""
    payload = ran(world, "first")
    world.branch("other")
    world.commit("max", {PRODUCTION: production(world.payload("second"))})
    odd = (world.now + timedelta(days=days)).isoformat()
    dates = {"GIT_AUTHOR_DATE": odd, "GIT_COMMITTER_DATE": odd}
    world.git("checkout", "--quiet", "main")
    merge = ("merge", "--quiet", "--no-ff", "--no-edit", "other")
    world.git(*world.as_person(None), *merge, **dates)
    world.deployed(world.payload("second").digest)
    world.commit(None, {PRODUCTION: production(world.payload("third"))})
    world.deployed(world.payload("third").digest)
    world.now += timedelta(hours=1)
    world.verified(payload)
    world.branch("again")
    world.commit("max", {PRODUCTION: production(world.payload("first"))})
    before = problems(world.judge())["payload_approved"]
    assert "before production left this payload (main's commit" in before
    world.approve("ada", "bo")
    assert "payload_approved" not in problems(world.judge())


@pytest.mark.parametrize("days", [-4000, 4000])
def test_a_merge_that_is_dated_years_off_is_not_deployed(world: World, days: int) -> None:
    promoted(world, merge=False)
    world.git("checkout", "--quiet", "main")
    odd = (world.now + timedelta(days=days)).isoformat()
    merge = ("merge", "--quiet", "--no-ff", "--no-edit", "promote-first")
    world.git(*world.as_person(None), *merge, GIT_COMMITTER_DATE=odd)
    verdict = world.judge_deploy()
    assert verdict.decision == "refused"
    (reason,) = problems(verdict).values()
    assert f"main's commit {world.git('rev-parse', 'main')[:12]} is dated" in reason
    assert "merge anew" in reason


def misdated(world: World, days: int) -> str:
    """Merge a page into main, dated some days off, and a sound one after it; return the first."""
    odd = (world.now + timedelta(days=days)).isoformat()
    world.branch("page")
    world.commit("max", {"docs/page.md": "a page"})
    world.git("checkout", "--quiet", "main")
    merge = ("merge", "--quiet", "--no-ff", "--no-edit", "page")
    world.git(*world.as_person(None), *merge, GIT_COMMITTER_DATE=odd)
    found = world.git("rev-parse", "main")
    world.commit(None, {"docs/page.md": "another page"})
    return found


@pytest.mark.parametrize("days", [-4000, 4000])
def test_a_merge_dated_years_off_between_a_promotion_and_its_deploy_stops_it(
    world: World, days: int
) -> None:
    promoted(world)
    odd = misdated(world, days)
    verdict = world.judge_deploy()
    assert verdict.decision == "refused"
    (reason,) = problems(verdict).values()
    assert reason.startswith(f"main's commit {odd[:12]} is dated")
    assert "`git revert -m 1` of the merge that brought the release" in reason


def test_what_was_brought_after_a_merge_that_is_dated_years_back_is_deployed(world: World) -> None:
    misdated(world, -4000)
    promoted(world)
    assert world.judge_deploy().allowed


def later_on_main(world: World, files: dict[str, str]) -> ChangeVerdict:
    """Let main change after a promotion was merged and before it is first deployed."""
    promoted(world)
    assert world.judge_deploy().allowed
    world.now += timedelta(minutes=10)
    world.commit(None, files)
    return world.judge_deploy()


def test_a_key_revoked_before_the_first_deploy_stops_it(world: World) -> None:
    key = change_records.public(world.keys, "bo")
    people = approvers(world.keys, bo={"revoked": {key: world.now.date()}, "roles": ROLES["bo"],
                                       "keys": [key], "emails": [email("bo")],
                                       "accounts": ["bo-at-forge"]})  # fmt: skip
    verdict = later_on_main(world, {PEOPLE: people})
    assert verdict.decision == "refused"
    reason = problems(verdict)["payload_approved"]
    assert "by what main has now" in reason
    assert "has revoked this key" in reason


def test_an_approver_taken_off_before_the_first_deploy_stops_it(world: World) -> None:
    text = approvers(world.keys)
    people = yaml.safe_load(text)
    del people["persons"]["bo"]
    verdict = later_on_main(world, {PEOPLE: change_records.yaml_text(people)})
    assert verdict.decision == "refused"
    assert "lacks approvals by risk_officer" in problems(verdict)["payload_approved"]


def test_a_policy_tightened_before_the_first_deploy_takes_a_new_gate_report(world: World) -> None:
    path = "policies/models/architecture.yaml"
    text = change_records.policy_text(uses=["another use of it"])
    verdict = later_on_main(world, {path: text})
    assert verdict.decision == "undecided"
    assert "run the gate again" in problems(verdict)["gate_reports"]


def test_tiers_tightened_before_the_first_deploy_count(world: World) -> None:
    tiers = change_records.tiers_document()
    for tier in tiers["tiers"].values():
        tier["approvals"] = [{"role": "risk_officer", "persons": 2}, *tier["approvals"][:1]]
    verdict = later_on_main(world, {"policies/risk_tiers.yaml": change_records.yaml_text(tiers)})
    assert verdict.decision == "refused"
    assert "lacks approvals by risk_officer" in problems(verdict)["payload_approved"]


def test_what_ran_before_stays_as_it_is_whatever_main_has_now(world: World) -> None:
    payload = promoted(world)
    world.deployed(payload)
    people = yaml.safe_load(approvers(world.keys))
    del people["persons"]["bo"]
    world.branch("without-bo")
    world.commit("max", {PEOPLE: change_records.yaml_text(people)})
    world.approve("ada", "bo", "cleo")
    world.merge()
    assert world.judge_deploy().allowed
