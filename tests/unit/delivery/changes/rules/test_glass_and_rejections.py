"""Broken glass, and rejections: what takes the place of approvals, and what none makes up for."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.change_facts import (
    approved,
    change,
    commit,
    facts,
    finding,
    ground,
    log,
    outcome,
    payload,
    promotion,
    saying,
    stated,
    verified,
)
from support.people import NOON, key_of, people

from artifacts.cant_tell import CantTell
from artifacts.digests import digest_json
from artifacts.ssh_signatures import MISSING
from delivery.changes.judgement import judge_change
from delivery.changes.rules.approvals import glass_objection, roles_asked
from delivery.changes.statements import subjects_of

SUBJECT = subjects_of(promotion())[0]
_LOOKED_AT = SUBJECT.models["architecture"].model_copy(update={"policy": digest_json("other")})
OTHER_REPORT = SUBJECT.model_copy(update={"models": {"architecture": _LOOKED_AT}})
HOUR = timedelta(hours=1)
GONE = CantTell("a file", "gone")


def glass(*names, **changes):
    """A promotion that staging never saw, and whose glass some have broken."""
    made = promotion(log=())
    given = {"word": "break_glass", "expires_at": NOON + HOUR} | changes
    return saying(made, *(stated(made, name, **given) for name in names))


def test_two_named_roles_break_the_glass():
    verdict = judge_change(glass("bo", "cleo"))
    assert (verdict.allowed, len(verdict.break_glass)) == (True, 2)
    reasons = {one.rule: one.reason for one in verdict.findings}
    broken = "broken glass by bo (risk_officer) and cleo (security_officer)"
    assert broken in reasons["staging_verified"]


@pytest.mark.parametrize(
    "made",
    [
        glass("bo"),
        glass("bo", "ada"),
        approved(promotion(log=()), "bo", "cleo"),
        glass("bo", "cleo", expires_at=NOON, at=NOON - HOUR),
        glass("bo", "cleo", expires_at=NOON + 24 * HOUR, at=NOON - timedelta(seconds=1)),
        replace(glass("bo", "cleo"), reports={}),
        glass("bo", "cleo", key="eve"),
        glass("bo", "cleo", present=False),
        replace(glass("bo", "cleo"), pusher="bo"),
    ],
)
def test_otherwise_it_stays_whole(made):
    verdict = judge_change(made)
    assert (verdict.allowed, verdict.break_glass) == (False, ())


def test_it_holds_for_as_long_as_the_tiers_say():
    assert judge_change(glass("bo", "cleo", expires_at=NOON + 24 * HOUR)).allowed


def test_it_replaces_neither_reports_nor_rejections_nor_the_judges_own_protection():
    made = glass("bo", "cleo")
    rejected = saying(made, stated(made, "ada", word="rejected"))
    assert [one.rule for one in judge_change(rejected).problems] == ["rejections"]
    wrong = replace(
        made, reports={k: replace(v, signature=MISSING) for k, v in made.reports.items()}
    )
    assert [one.rule for one in judge_change(wrong).problems] == ["gate_reports"]
    changes = (*made.changes, *change("judge"))
    both = replace(made, changes=changes, commits=(commit("max", changes),))
    assert [one.rule for one in judge_change(both).problems] == ["change_approved"]


def test_glass_is_not_broken_where_nothing_is_missing():
    made = approved(replace(glass("bo", "cleo"), log=promotion().log), "ada", "bo")
    assert judge_change(made).break_glass == ()


def test_glass_stays_whole_where_what_is_missing_is_none_of_its_business():
    made = approved(replace(glass("bo", "cleo"), log=promotion().log), "ada", "bo")
    changes = (*made.changes, *change("judge"))
    verdict = judge_change(replace(made, changes=changes, commits=(commit("max", changes),)))
    assert ([one.rule for one in verdict.problems], verdict.break_glass) == (
        ["change_approved"], (),
    )  # fmt: skip


def test_what_was_there_is_said_as_it_is_though_the_glass_is_broken():
    made = replace(glass("bo", "cleo"), log=promotion().log)
    reasons = {one.rule: one.reason for one in judge_change(made).findings}
    assert "broken glass" in reasons["payload_approved"]
    assert reasons["staging_verified"].startswith("staging verified it")


def rejected(**changes):
    made = approved(promotion(), "ada", "bo")
    return saying(made, stated(made, "dan", word="rejected", **changes))


@pytest.mark.parametrize("changes", [{}, {"present": False}, {"added": False}])
def test_a_rejection_stops_an_approved_payload(changes):
    assert "dan rejected it" in finding(rejected(**changes), "rejections").reason
    assert not judge_change(rejected(**changes)).allowed


def test_a_rejection_outlives_its_key():
    gone = people(dan={"revoked": {key_of("dan"): NOON.date()}})
    assert outcome(replace(rejected(), ground=ground(people=gone)), "rejections") == "refused"


@pytest.mark.parametrize(
    "changes", [{"key": "eve"}, {"space": "git"}, {"problem": "it was edited"}, {"key": "ada"}]
)
def test_what_nobody_signed_rejects_nothing(changes):
    assert outcome(rejected(**changes), "rejections") == "passed"


def test_a_rejection_of_another_payload_stops_nothing():
    model = SUBJECT.models["architecture"].model_copy(update={"model": digest_json("other")})
    changes = {"payload": digest_json(1), "models": {"architecture": model}}
    subject = SUBJECT.model_copy(update=changes)
    assert outcome(rejected(subject=subject), "rejections") == "passed"
    other = SUBJECT.model_copy(update={"environment": "staging"})
    assert outcome(rejected(subject=other), "rejections") == "passed"
    assert outcome(facts("docs"), "rejections") == "nothing to judge"


def test_a_rejection_of_the_payload_under_another_policy_stops_it_too():
    subject = OTHER_REPORT
    assert outcome(rejected(subject=subject), "rejections") == "refused"


LOGGED = {"event": "rejection", "actor": "dan", "subject": digest_json("statement"), "reason": "no"}


@pytest.mark.parametrize(
    ("entry_", "expected"),
    [
        ({"environment": "production", "payload": payload("first")}, "refused"),
        ({"environment": "staging", "payload": payload("first")}, "passed"),
        ({"environment": "production", "payload": payload("second")}, "passed"),
        ({"change": digest_json("another")}, "passed"),
        ({"environment": "production", "payload": payload("first"), "event": "approval"}, "passed"),
    ],
)
def test_the_log_remembers_rejections_of_a_payload(entry_, expected):
    made = approved(promotion(), "ada", "bo")
    entries = log(verified(), verified(), LOGGED | entry_)
    assert outcome(replace(made, log=entries), "rejections") == expected


def test_the_log_remembers_rejections_of_a_change():
    made = facts("judge")
    entries = log(LOGGED | {"change": made.change_digest})
    assert "dan rejected it: no" in finding(replace(made, log=entries), "rejections").reason
    for other in ({"change": digest_json("another")}, {"environment": "production"}):
        assert outcome(replace(made, log=log(LOGGED | other)), "rejections") == "passed"
    taken = log(LOGGED | {"change": made.change_digest},
                {"event": "withdrawal", "actor": "dan", "subject": LOGGED["subject"]})  # fmt: skip
    assert outcome(replace(made, log=taken), "rejections") == "passed"


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("dan", {}, "passed"),
        ("dan", {"role": "model_owner"}, "passed"),
        ("bo", {}, "passed"),
        ("ada", {}, "refused"),
        ("bo", {"role": "security_officer"}, "refused"),
        ("bo", {"key": "eve"}, "refused"),
        ("max", {"role": "ml_engineer"}, "refused"),
    ],
)
def test_a_rejection_is_taken_back_by_its_person_or_a_named_role(name, changes, expected):
    made = rejected()
    digest = made.statements[-1].approval.digest
    back = saying(made, stated(made, name, word="withdrawn", of=digest, **changes))
    assert outcome(back, "rejections") == expected


def test_no_author_takes_back_another_persons_rejection():
    made = rejected()
    digest = made.statements[-1].approval.digest
    back = replace(saying(made, stated(made, "bo", word="withdrawn", of=digest)), pusher="bo")
    assert outcome(back, "rejections") == "refused"


@pytest.mark.parametrize("who", ["dan", "bo"])
def test_a_withdrawal_in_the_log_was_judged_when_it_came_there(who):
    made = rejected()
    digest = made.statements[-1].approval.digest
    entry = {"event": "withdrawal", "actor": who, "subject": digest}
    logged = replace(made, log=log(verified(), verified(), entry))
    assert outcome(logged, "rejections") == "passed"
    other = replace(made, log=log(verified(), verified(), entry | {"subject": digest_json(1)}))
    assert outcome(other, "rejections") == "refused"


def test_without_tiers_a_rejection_is_taken_back_by_its_person_alone():
    made = replace(rejected(), ground=ground(tiers=GONE))
    digest = made.statements[-1].approval.digest
    for name, expected in (("bo", "refused"), ("dan", "passed")):
        back = saying(made, stated(made, name, word="withdrawn", of=digest))
        assert outcome(back, "rejections") == expected


@pytest.mark.parametrize(
    ("made", "word", "roles"),
    [
        (promotion(), "approved", {"model_owner", "risk_officer"}),
        (facts("judge"), "approved", {"model_owner", "risk_officer", "security_officer"}),
        (promotion(), "break_glass", {"risk_officer", "security_officer"}),
        (promotion(), "rejected", {"model_owner", "risk_officer", "security_officer",
                                   "ml_engineer"}),
        (promotion(ground=ground(policies={})), "approved", set()),
        (promotion(ground=ground(tiers=GONE)), "rejected", set()),
    ],
)  # fmt: skip
def test_who_is_asked_for_a_word(made, word, roles):
    assert set(roles_asked(subjects_of(made)[0], word, made)) == roles


def test_an_expired_or_too_long_word_breaks_no_glass():
    made = glass("bo")
    said = made.statements[0].approval
    assert glass_objection(said, made) == ""
    assert "has expired" in glass_objection(said, replace(made, now=NOON + HOUR))
    assert "a file: gone" in glass_objection(said, replace(made, ground=ground(tiers=GONE)))
