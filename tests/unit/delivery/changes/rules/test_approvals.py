"""Whose word counts for a payload or a change of what judges, and who can stop either."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.change_facts import (
    approved,
    change,
    commit,
    deployed,
    entry,
    facts,
    finding,
    ground,
    log,
    on_main,
    outcome,
    past,
    payload,
    production,
    promotion,
    saying,
    staging,
    stated,
    verified,
)
from support.change_records import report
from support.people import NOON, key_of, people

from artifacts.cant_tell import CantTell
from artifacts.digests import digest_json
from artifacts.records.approval import ChangeSubject
from artifacts.ssh_signatures import MISSING
from delivery.changes.facts import Report, Statement
from delivery.changes.judgement import judge_change
from delivery.changes.rules.approvals import PAYLOAD
from delivery.changes.statements import subjects_of

GONE = CantTell("a file", "gone")
SUBJECT = subjects_of(promotion())[0]
_LOOKED_AT = SUBJECT.models["architecture"].model_copy(update={"policy": digest_json("other")})
OTHER_REPORT = SUBJECT.model_copy(update={"models": {"architecture": _LOOKED_AT}})
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def with_bo(**changes):
    """A promotion that ada has approved as she should, and bo in some way."""
    made = approved(promotion(), "ada")
    return saying(made, stated(made, "bo", **changes))


def test_the_persons_of_the_tier_approve_a_payload():
    assert outcome(with_bo(), "payload_approved") == "passed"
    assert judge_change(with_bo()).allowed


@pytest.mark.parametrize(
    "names", [(), ("ada",), ("bo",), ("ada", "ada"), ("ada", "cleo"), ("max",)]
)
def test_fewer_or_others_do_not(names):
    assert outcome(approved(promotion(), *names), "payload_approved") == "refused"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"key": "eve"}, "unknown key"),
        ({"key": "ada"}, "signed by ada in the name of bo"),
        ({"space": "git"}, "in the namespace git"),
        ({"problem": "it is not signed"}, "it is not signed"),
        ({"role": "security_officer"}, "doesn't hold the role"),
        ({"at": NOON + timedelta(minutes=6)}, "from the future"),
        ({"at": NOON - 30 * DAY - timedelta(seconds=1)}, "has expired"),
        ({"present": False}, "was there and is gone"),
        ({"subject": SUBJECT.model_copy(update={"environment": "staging"})}, "is for staging"),
        ({"subject": SUBJECT.model_copy(update={"payload": digest_json(1)})}, "another payload"),
        ({"subject": OTHER_REPORT}, "names another gate report"),
    ],
)
def test_a_word_that_does_not_count_is_named_with_its_reason(changes, words):
    found = finding(with_bo(**changes), "payload_approved")
    assert (found.outcome, words in found.reason) == ("refused", True)
    assert "lacks approvals by risk_officer; not counted: bo" in found.reason


def test_another_word_is_no_approval():
    broken = with_bo(word="break_glass", expires_at=NOON + HOUR)
    assert outcome(broken, "payload_approved") == "refused"
    assert outcome(with_bo(word="rejected"), "payload_approved") == "refused"


def test_an_approval_that_main_has_already_counts():
    assert outcome(with_bo(added=False), "payload_approved") == "passed"


def test_a_payload_and_a_change_of_the_judge_are_approved_each_by_itself():
    changes = (*promotion().changes, *change("judge"))
    made = replace(promotion(), changes=changes, commits=(commit("max", changes),))
    of_change, of_payload = subjects_of(made)
    by_two = saying(made, *(stated(made, name, subject=of_payload) for name in ("ada", "bo")))
    assert outcome(by_two, "payload_approved") == "passed"
    missing = finding(by_two, "change_approved").reason
    assert "not counted" not in missing
    names = ("ada", "bo", "cleo")
    both = saying(by_two, *(stated(made, name, subject=of_change) for name in names))
    assert judge_change(both).allowed
    alone = saying(made, *(stated(made, name, subject=of_change) for name in names))
    assert "not counted" not in finding(alone, "payload_approved").reason


def test_without_people_nobody_can_say_who_approved():
    nobody = ground(people=GONE)
    assert outcome(replace(with_bo(), ground=nobody), "payload_approved") == "undecided"
    assert outcome(facts("judge", ground=nobody), "change_approved") == "undecided"


@pytest.mark.parametrize("at", [NOON + timedelta(minutes=5), NOON - 30 * DAY])
def test_times_on_the_edge_still_count(at):
    assert outcome(with_bo(at=at), "payload_approved") == "passed"


def test_a_statement_that_can_not_be_read_is_named():
    made = approved(promotion(), "ada")
    for added, named in ((True, True), (False, False)):
        broken = Statement("policies/approvals/x/bo.json", GONE, MISSING, added)
        found = finding(saying(made, broken), "payload_approved")
        assert ("a file: gone" in found.reason) is named


def test_statements_about_other_releases_are_not_spoken_of():
    subject = SUBJECT.model_copy(update={"payload": digest_json(1)})
    made = approved(promotion(), "ada")
    old = stated(made, "bo", subject=subject, added=False)
    assert "not counted" not in finding(saying(made, old), "payload_approved").reason


@pytest.mark.parametrize(
    "person", [{"revoked": {key_of("bo"): NOON.date()}}, {"until": NOON.date()}]
)
def test_a_key_that_counts_no_more_approves_nothing(person):
    made = replace(with_bo(), ground=ground(people=people(bo=person)))
    assert "bo as risk_officer: bo" in finding(made, "payload_approved").reason


def test_a_key_that_did_not_count_yet_approved_nothing():
    recent = ground(people=people(bo={"since": NOON.date()}))
    made = replace(with_bo(at=NOON - DAY), ground=recent)
    assert "and this was made at" in finding(made, "payload_approved").reason


@pytest.mark.parametrize(
    "fields", [{"pusher": "bo"}, {"commits": (commit("bo", change("judge")),)}]
)
def test_nobody_approves_their_own_work(fields):
    found = finding(replace(with_bo(), **fields), "payload_approved")
    assert "is an author of the change" in found.reason


def test_an_approval_is_taken_back_by_its_person_alone():
    made = with_bo()
    digest = made.statements[1].approval.digest
    other = saying(made, stated(made, "dan", word="withdrawn", of=digest))
    assert outcome(other, "payload_approved") == "passed"
    own = saying(made, stated(made, "bo", word="withdrawn", of=digest, present=False))
    assert "was withdrawn" in finding(own, "payload_approved").reason
    forged = saying(made, stated(made, "bo", word="withdrawn", of=digest, key="eve"))
    assert outcome(forged, "payload_approved") == "passed"
    logged = log(verified(), verified(), {"event": "withdrawal", "actor": "bo", "subject": digest})
    assert outcome(replace(made, log=logged), "payload_approved") == "refused"


def test_one_person_counts_once_whatever_roles_they_hold():
    made = promotion()
    twice = [stated(made, "dan", role=role) for role in ("risk_officer", "model_owner")]
    assert outcome(saying(made, *twice), "payload_approved") == "refused"
    assert outcome(approved(saying(made, *twice), "ada"), "payload_approved") == "passed"
    assert outcome(approved(saying(made, *twice), "bo"), "payload_approved") == "passed"


def test_without_a_report_there_is_nothing_to_approve():
    for made in (promotion(reports={}), promotion(reports={report("first").digest: Report(GONE)})):
        assert "nothing can be approved" in finding(made, "payload_approved").reason
        assert subjects_of(made) == ()


@pytest.mark.parametrize("field", ["policy", "risk_tiers", "photo_manifest"])
def test_a_report_without_grounds_is_nothing_to_approve(field):
    made = report("first", decision="undecided", **{field: None})
    assert subjects_of(promotion(reports={report("first").digest: Report(made)})) == ()


def test_a_change_of_what_judges_takes_the_strictest_tier():
    made = facts("judge", "policy")
    assert outcome(approved(made, "ada", "bo"), "change_approved") == "refused"
    assert outcome(approved(made, "ada", "bo", "cleo"), "change_approved") == "passed"
    assert outcome(facts("docs"), "change_approved") == "nothing to judge"


@pytest.mark.parametrize("kind", ["judge", "policy", "keys", "holdout"])
def test_each_kind_that_judges_is_guarded(kind):
    assert outcome(facts(kind), "change_approved") == "refused"


def test_approvals_of_a_change_expire_and_are_of_exactly_that_change():
    made = facts("judge")
    late = saying(made, *(stated(made, n, at=NOON - 31 * DAY) for n in ("ada", "bo", "cleo")))
    assert "has expired" in finding(late, "change_approved").reason
    subject = ChangeSubject(change=digest_json("other"))
    other = saying(made, *(stated(made, n, subject=subject) for n in ("ada", "bo", "cleo")))
    assert "about another change" in finding(other, "change_approved").reason


def test_the_name_of_a_change_covers_paths_and_both_sides():
    made = facts("judge")
    one = made.changes[0]
    others = [
        replace(one, after="100755 new"), replace(one, before=None), replace(one, path="bin/x"),
    ]  # fmt: skip
    names = {replace(made, changes=(other,)).change_digest for other in (one, *others)}
    assert len(names) == 4
    beside = replace(made, changes=(one, *change("docs")))
    assert beside.change_digest == made.change_digest


def test_many_files_are_named_shortly():
    made = facts("judge", "policy", "keys", "holdout")
    assert "and 1 more" in finding(made, "change_approved").reason


def test_tiers_that_can_not_be_read_leave_a_change_undecided():
    made = facts("judge", ground=ground(tiers=GONE))
    assert outcome(made, "change_approved") == "undecided"


def rollback(**changes):
    """Production goes from `second` back to `first`, which ran."""
    before = {"staging": staging(entry()), "production": production(entry("second"))}
    given = {
        "releases_before": before,
        "production_history": past(None, "first", "second"),
        "log": log(deployed("first"), deployed("second")),
    } | changes
    return promotion("first", **given)


def test_a_rollback_needs_neither_approvals_nor_reports():
    verdict = judge_change(rollback(reports={}, ground=ground(policies={})))
    assert {one.rule for one in verdict.problems} == {"policies_apply"}
    verdict = judge_change(rollback(reports={}))
    assert (verdict.allowed, verdict.rollback, verdict.subjects) == (True, True, ())
    assert verdict.withdraws == payload("second")


@pytest.mark.parametrize(
    "changes",
    [
        {"log": log(deployed("second"))},
        {"log": log(deployed("first", outcome="red"), deployed("second"))},
        {"log": log(deployed("first", environment="staging"), deployed("second"))},
        {"log": log(deployed("first"), {**deployed("other"), "event": "rollback",
                                        "left": payload("first")})},
        {"production_history": past(None, "first", "third", "second")},
        {"production_history": past(None, "second", "first", "second")},
    ],
)  # fmt: skip
def test_only_the_release_before_that_ran_and_was_never_withdrawn_comes_back(changes):
    made = rollback(**changes)
    assert not judge_change(made).rollback
    assert outcome(made, "payload_approved") == "refused"


def second_again(**changes):
    """A promotion of `second`, which a rollback withdrew by main's commit 3."""
    given = {
        "production_history": past(None, "first", "second", "first"),
        "releases_before": {"staging": staging(), "production": production(entry("first"))},
        "log": log(verified("second"), verified("second")),
    } | changes
    return promotion("second", **given)


def approvals(made, there=(), **changes):
    """Ada's and Bo's, there already at some of main's commits."""
    said = (stated(made, name, **changes) for name in ("ada", "bo"))
    return [replace(one, there_at=frozenset(map(on_main, there))) for one in said]


def test_approvals_that_main_had_when_a_rollback_withdrew_a_payload_do_not_count_again():
    made = second_again()
    old = finding(saying(made, *approvals(made, there=[3])), "payload_approved").reason
    assert "before a rollback withdrew this payload (main's commit 000000000000 had it)" in old
    for there in ([], [2], [1]):
        assert outcome(saying(made, *approvals(made, there=there)), "payload_approved") == "passed"


def test_no_date_of_a_commit_makes_an_approval_count_or_not():
    """A rollback that is dated decades ahead locks nothing out, and one dated back lets none in."""
    for at in (NOON + 9999 * DAY, NOON - 9999 * DAY):
        history = tuple(replace(one, at=at) for one in second_again().production_history)
        made = second_again(production_history=history)
        assert outcome(saying(made, *approvals(made)), "payload_approved") == "passed"
        old = saying(made, *approvals(made, there=[3]))
        assert outcome(old, "payload_approved") == "refused"


def left_in_log(title, **event):
    """Looks at `first` in staging, and before them what production did."""
    back = deployed(title, **event) | {"at": NOON - 2 * DAY}
    return log(back, verified(), verified())


@pytest.mark.parametrize(
    ("at", "expected"),
    [(NOON - 2 * DAY, "refused"), (NOON - 2 * DAY + HOUR, "passed")],
)
def test_what_was_kept_back_until_now_is_told_by_the_logs_time(at, expected):
    back = {"event": "rollback", "left": payload("first")}
    made = promotion(log=left_in_log("second", **back))
    assert outcome(saying(made, *approvals(made, at=at)), "payload_approved") == expected
    if expected == "refused":
        reason = finding(saying(made, *approvals(made, at=at)), "payload_approved").reason
        assert "before a rollback withdrew this payload (2026-11-20T12:00:00+00:00)" in reason


def test_what_the_log_recorded_before_production_left_a_payload_does_not_count_again():
    made = promotion()
    said = approvals(made)
    recorded = [
        {"event": "approval", "outcome": "done", "statement": one.approval.digest} for one in said
    ]
    back = deployed("second", event="rollback", left=payload("first")) | {"at": NOON - 2 * DAY}
    before = log(*recorded, back, verified(), verified())
    after = log(back, *recorded, verified(), verified())
    refusal = finding(saying(promotion(log=before), *said), "payload_approved")
    assert "before a rollback withdrew" in refusal.reason
    assert outcome(saying(promotion(log=after), *said), "payload_approved") == "passed"


def test_approvals_from_before_a_payload_was_replaced_do_not_count_after_it():
    made = promotion(
        production_history=past("first", "second", "third"),
        releases_before={"staging": staging(), "production": production(entry("third"))},
    )
    old = approvals(made, there=[1])
    assert "before production left" in finding(saying(made, *old), "payload_approved").reason


def test_a_payload_that_main_has_left_and_production_still_runs_takes_no_approvals_yet():
    made = promotion(
        production_history=past("first", "second", "third"),
        releases_before={"staging": staging(), "production": production(entry("third"))},
        log=log(deployed("first"), verified(), verified()),
    )
    reason = finding(saying(made, *approvals(made)), "payload_approved").reason
    assert "production still runs: deploy main first" in reason
    gone = replace(made, log=log(deployed("first"), deployed("second"), verified(), verified()))
    assert outcome(saying(gone, *approvals(gone, at=NOON)), "payload_approved") == "passed"


def test_what_brings_no_new_payload_needs_no_approval_of_one():
    assert outcome(facts("docs"), "payload_approved") == "nothing to judge"
    assert outcome(facts("judge"), "payload_approved") == "nothing to judge"


def test_nobody_approves_what_they_made_on_another_branch_or_wrote_the_code_of():
    judged = {"event": "judgement", "outcome": "refused", "authors": ["bo"]}
    made, judges = promotion(), facts("judge")
    again = judged | {"payload": made.new_payload}
    elsewhere = promotion(log=log(verified(), verified(), again))
    assert outcome(approved(elsewhere, "ada", "bo"), "payload_approved") == "refused"
    changed = replace(judges, log=log(judged | {"change": judges.change_digest}))
    assert outcome(approved(changed, "ada", "bo", "cleo"), "change_approved") == "refused"
    wrote = {"code_authors": frozenset({"bo"})}
    assert outcome(approved(promotion(**wrote), "ada", "bo"), "payload_approved") == "refused"
    assert outcome(approved(facts("judge", **wrote), "ada", "bo", "cleo"), "change_approved") == (
        "passed"
    )


def test_approvals_count_of_a_payload_that_runs_and_that_main_never_left():
    ran = promotion(log=log(verified(), verified(), deployed("first")))
    assert outcome(approved(ran, "ada", "bo"), "payload_approved") == "passed"


def test_of_several_times_that_production_left_a_payload_the_last_one_counts():
    made = promotion(log=log(*(deployed(one) for one in ("first", "second", "first", "second"))))
    between = NOON - timedelta(minutes=90)
    said = [stated(made, name, at=between) for name in ("ada", "bo")]
    assert "production left this payload" in finding(saying(made, *said), PAYLOAD).reason


def test_an_approval_that_the_departure_itself_names_is_not_from_before_it():
    made = promotion()
    ada, bo = stated(made, "ada"), stated(made, "bo")
    for subject in (None, ada.approval.digest):
        ran = (deployed("first"), deployed("second", subject=subject))
        spoken = saying(replace(made, log=log(*ran, verified(), verified())), ada, bo)
        assert outcome(spoken, PAYLOAD) == "passed"
