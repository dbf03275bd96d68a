"""Statements of people, one by one: whose they are, what they speak of, whom they add up to."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.change_facts import (
    approved,
    deployed,
    entry,
    facts,
    ground,
    log,
    outcome,
    past,
    production,
    promotion,
    saying,
    staging,
    stated,
)
from support.people import NOON, key_of, people

from artifacts.cant_tell import CantTell
from artifacts.digests import digest_json
from artifacts.records.approval import ChangeSubject
from delivery.changes.facts import Statement
from delivery.changes.statements import (
    covers,
    is_own,
    objection,
    speaks_of,
    subjects_of,
    withdrawn_by,
)

GONE = CantTell("a file", "gone")


@pytest.mark.parametrize(
    ("asked", "given", "missing"),
    [
        ((), (), ()),
        ((("x", 1),), (), ("x",)),
        ((("x", 1),), (("a", "x"),), ()),
        ((("x", 1),), (("a", "y"),), ("x",)),
        ((("x", 2),), (("a", "x"), ("a", "x")), ("x",)),
        ((("x", 2),), (("a", "x"), ("b", "x")), ()),
        ((("x", 1), ("y", 1)), (("a", "x"), ("a", "y")), ("y",)),
        ((("x", 1), ("y", 1)), (("a", "x"), ("a", "y"), ("b", "x")), ()),
        ((("x", 1), ("y", 1), ("z", 1)), (("a", "x"), ("b", "x"), ("a", "y"), ("b", "z")), ("z",)),
        (
            (("x", 1), ("y", 1), ("z", 1)),
            (("a", "x"), ("b", "x"), ("c", "x"), ("a", "y"), ("b", "y"), ("a", "z")),
            (),
        ),
    ],
)
def test_each_person_counts_once_and_where_they_help_most(asked, given, missing):
    assert covers(asked, given) == missing


def test_what_can_not_be_read_is_nobodys():
    made = promotion()
    broken = Statement("policies/approvals/x/bo.json", GONE)
    assert "a file: gone" in objection(broken, made)
    assert not is_own(broken, made)
    nobody = replace(made, ground=ground(people=GONE))
    assert "nobody can say who is who" in objection(stated(made, "bo"), nobody)
    assert not is_own(stated(made, "bo"), nobody)
    assert is_own(stated(made, "bo"), made)


def test_a_key_that_is_revoked_now_said_nothing_before_either():
    made = promotion()
    gone = replace(made, ground=ground(people=people(bo={"revoked": {key_of("bo"): NOON.date()}})))
    yesterday = stated(made, "bo", at=NOON - timedelta(days=1))
    assert "has revoked this key" in objection(yesterday, gone)
    assert is_own(yesterday, gone)


def test_a_statement_speaks_of_a_change_or_of_a_payload_in_production():
    made = facts("judge")
    (subject,) = subjects_of(made)
    assert speaks_of(subject, made)
    assert not speaks_of(ChangeSubject(change=digest_json("other")), made)
    (of_payload,) = subjects_of(promotion())
    assert speaks_of(of_payload, promotion())
    assert not speaks_of(of_payload, made)
    assert not speaks_of(subject, promotion())


def test_only_a_withdrawal_of_this_statement_takes_it_back():
    made = approved(promotion(), "bo")
    digest, other = made.statements[0].approval.digest, digest_json("other")
    for word, of, found in (
        ("withdrawn", digest, {("bo", "risk_officer")}),
        ("withdrawn", other, set()),
        ("reviewed", digest, set()),
    ):
        assert withdrawn_by(digest, saying(made, stated(made, "bo", word=word, of=of))) == found


def test_a_rollback_has_nothing_to_approve():
    before = {"staging": staging(), "production": production(entry("second"))}
    made = promotion(
        releases_before=before,
        production_history=past(None, "first", "second"),
        log=log(deployed("first"), deployed("second")),
    )
    assert subjects_of(made) == ()
    assert subjects_of(replace(made, log=())) != ()
    assert outcome(made, "payload_approved") == "passed"


def test_a_word_about_staging_speaks_of_no_payload_of_production():
    made = promotion()
    (subject,) = subjects_of(made)
    assert speaks_of(subject, made)
    assert not speaks_of(subject.model_copy(update={"environment": "staging"}), made)


def test_what_can_not_be_read_is_nobodys_own_word():
    made = promotion()
    assert is_own(stated(made, "ada"), made)
    assert not is_own(replace(stated(made, "ada"), approval=GONE), made)
