"""What the log remembers of a judgement, and reviews of broken glass."""

from dataclasses import replace

from support.change_facts import approved, facts, ground, log, promotion, saying, stated
from support.people import NOON, key_of, people

from artifacts.cant_tell import CantTell
from delivery.changes.findings import refused
from delivery.changes.judgement import judge_change
from delivery.changes.recording import events_of
from delivery.changes.statements import subjects_of


def events(made):
    return events_of(made, judge_change(made), "a test")


def said(made):
    return [(one.event, one.actor) for one in events(made)[:-1]]


def test_what_holds_is_recorded_with_what_it_is_about():
    made = approved(promotion(), "ada")
    first, judgement = events(made)
    statement = made.statements[0].approval
    assert (first.event, first.actor, first.subject) == ("approval", "ada", statement.digest)
    assert (first.environment, first.payload) == ("production", made.new_payload)
    assert (judgement.event, judgement.outcome) == ("judgement", "refused")
    assert "payload_approved: the payload lacks approvals by risk_officer" in judgement.reason


def test_a_word_about_a_change_is_recorded_with_the_change():
    made = facts("judge")
    rejected = saying(made, stated(made, "bo", word="rejected"))
    first, judgement = events(rejected)
    assert (first.event, first.change, first.payload) == ("rejection", made.change_digest, None)
    assert judgement.change == made.change_digest


def test_what_the_log_has_is_not_recorded_again():
    made = approved(promotion(), "ada")
    known = log(events(made)[0].model_dump())
    assert said(replace(made, log=known)) == []


def test_what_does_not_hold_is_not_recorded():
    made = promotion()
    wrong = [stated(made, "bo", key="eve", word=word) for word in ("approved", "rejected")]
    assert said(saying(made, *wrong)) == []


def test_broken_glass_is_for_the_deploy_to_record():
    made = promotion()
    broken = stated(made, "bo", word="break_glass", expires_at=NOON.replace(hour=13))
    assert said(saying(made, broken)) == []


def test_a_withdrawal_is_recorded_only_if_it_takes_something_back():
    made = approved(promotion(), "ada")
    digest = made.statements[0].approval.digest
    for name, expected in (("ada", [("approval", "ada"), ("withdrawal", "ada")]),
                           ("bo", [("approval", "ada")])):  # fmt: skip
        back = saying(made, stated(made, name, word="withdrawn", of=digest))
        assert said(back) == expected


def test_a_withdrawal_names_what_it_takes_back_and_itself():
    made = promotion()
    rejected = saying(made, stated(made, "dan", word="rejected"))
    digest = rejected.statements[0].approval.digest
    back = saying(rejected, stated(made, "bo", word="withdrawn", of=digest))
    event = next(one for one in events(back) if one.event == "withdrawal")
    assert (event.subject, event.actor) == (digest, "bo")
    assert event.statement == back.statements[1].approval.digest


def test_a_review_is_recorded_if_a_third_person_made_it_about_what_broke_the_glass():
    made = promotion()
    later = NOON.replace(hour=13)
    broken = [stated(made, n, word="break_glass", expires_at=later) for n in ("bo", "cleo")]
    digest = broken[0].approval.digest
    for name, of, expected in (
        ("ada", digest, [("review", "ada")]),
        ("bo", digest, []),
        ("cleo", digest, []),
        ("ada", digest.replace(digest[-8:], "00000000"), []),
    ):
        review = stated(made, name, word="reviewed", of=of)
        assert said(saying(made, *broken, review)) == expected


def test_a_role_takes_back_a_rejection_if_it_is_named_and_no_author_speaks():
    made = promotion()
    rejected = saying(made, stated(made, "dan", word="rejected"), stated(made, "dan"))
    digest = rejected.statements[0].approval.digest
    for name, more, counts in (
        ("bo", {}, True),
        ("bo", {"pusher": "bo"}, False),
        ("ada", {}, False),
        ("dan", {"pusher": "dan"}, True),
    ):
        back = replace(saying(rejected, stated(made, name, word="withdrawn", of=digest)), **more)
        assert (("withdrawal", name) in said(back)) is counts
    approval = rejected.statements[1].approval.digest
    other = saying(rejected, stated(made, "bo", word="withdrawn", of=approval))
    assert ("withdrawal", "bo") not in said(other)


def test_without_tiers_no_role_takes_anything_back():
    made = promotion()
    rejected = saying(made, stated(made, "dan", word="rejected"))
    digest = rejected.statements[0].approval.digest
    gone = ground(tiers=CantTell("a file", "gone"))
    back = saying(rejected, stated(made, "bo", word="withdrawn", of=digest))
    assert said(replace(back, ground=gone)) == [("rejection", "dan")]


def test_a_rejection_by_a_key_that_was_revoked_since_is_recorded():
    made = promotion()
    rejected = saying(made, stated(made, "dan", word="rejected"))
    gone = ground(people=people(dan={"revoked": {key_of("dan"): NOON.date()}}))
    assert said(replace(rejected, ground=gone)) == [("rejection", "dan")]


def test_long_reasons_are_cut_to_what_the_log_takes():
    made = promotion()
    verdict = judge_change(made).model_copy(update={"findings": (refused("r", "x" * 5000),)})
    assert len(events_of(made, verdict, "a test")[-1].reason) == 4000


def test_a_review_is_of_statements_about_the_same_payload():
    made = promotion()
    other = subjects_of(made)[0].model_copy(update={"environment": "staging"})
    later = NOON.replace(hour=13)
    broken = stated(made, "bo", word="break_glass", expires_at=later, subject=other)
    unread = replace(broken, approval=CantTell("a file", "gone"))
    review = stated(made, "ada", word="reviewed", of=broken.approval.digest)
    assert said(saying(made, unread, broken, review)) == []


def test_a_change_of_the_judge_breaks_no_glass_and_needs_no_review():
    made = facts("judge")
    later = NOON.replace(hour=13)
    broken = stated(made, "bo", word="break_glass", expires_at=later)
    review = stated(made, "ada", word="reviewed", of=broken.approval.digest)
    assert said(saying(made, broken, review)) == []
