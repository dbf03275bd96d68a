"""A broken glass is reviewed by a person who had no part in the case."""

from dataclasses import replace

import pytest
from support.change_facts import facts, log, promotion, saying, stated
from support.people import NOON

from artifacts.digests import digest_json
from delivery.changes.rules.approvals import counts_as_review

LATER = {"expires_at": NOON.replace(hour=13)}


def broken(made, *names, **more):
    return [stated(made, name, word="break_glass", **(LATER | more)) for name in names]


def reviewed(made, *others, by="ada", of=None, log_of=(), **more):
    """Whether somebody's review of a broken glass counts beside other statements."""
    glass = broken(made, "bo", "cleo")
    review = stated(made, by, word="reviewed", of=of or glass[0].approval.digest)
    case = replace(saying(made, *glass, *others), log=log(*log_of), **more)
    return counts_as_review(review.approval, case)


def test_a_third_persons_review_counts():
    assert reviewed(promotion())


@pytest.mark.parametrize("by", ["bo", "cleo", "max"])
def test_who_broke_it_or_made_the_change_does_not_review(by):
    assert not reviewed(promotion(), by=by)


def test_a_review_names_a_word_that_broke_the_glass():
    assert not reviewed(promotion(), of=digest_json("another"))


def test_who_approved_it_does_not_review_and_only_signed_words_are_approvals():
    made = promotion()
    assert not reviewed(made, stated(made, "ada"))
    assert reviewed(made, stated(made, "ada", key="eve"))


def test_a_glass_that_was_broken_in_somebodys_name_is_broken_by_nobody():
    made = promotion()
    forged = broken(made, "dan", key="eve")[0]
    review = stated(made, "ada", word="reviewed", of=forged.approval.digest)
    assert not counts_as_review(review.approval, saying(made, forged))
    assert reviewed(made, broken(made, "ada", key="eve")[0])


@pytest.mark.parametrize(
    ("event", "payload", "counts"),
    [("approval", "", False), ("approval", "other", True), ("deploy", "", True)],
)
def test_who_approved_it_by_the_log_does_not_review(event, payload, counts):
    made = promotion()
    about = digest_json(payload) if payload else made.new_payload
    entry = {"event": event, "outcome": "done", "actor": "ada", "payload": about}
    assert reviewed(made, log_of=[entry]) is counts


def test_makers_are_those_who_brought_it_or_else_of_this_change():
    made = promotion()
    mine = {"code_authors": frozenset({"ada"})}
    brought = {made.new_payload: frozenset({"ada"})}
    assert not reviewed(made, **mine)
    assert not reviewed(made, brought_by=brought)
    assert reviewed(made, brought_by={made.new_payload: frozenset({"dan"})}, **mine)
    elsewhere = {"event": "judgement", "outcome": "refused", "authors": ["ada"]}
    assert not reviewed(made, log_of=[elsewhere | {"payload": made.new_payload}])


def test_where_nobody_can_say_who_brought_it_no_review_counts():
    made = promotion()
    glass = broken(made, "bo")[0]
    review = stated(made, "ada", word="reviewed", of=glass.approval.digest)
    later = replace(saying(facts("docs"), glass), releases_after=made.releases_before)
    assert not counts_as_review(review.approval, later)
    known = {made.new_payload: frozenset[str]()}
    assert counts_as_review(review.approval, replace(later, brought_by=known))


def test_a_review_of_a_change_closes_no_case():
    made = facts("judge")
    said = stated(made, "bo", word="rejected")
    review = stated(made, "ada", word="reviewed", of=said.approval.digest)
    assert not counts_as_review(review.approval, saying(made, said))
