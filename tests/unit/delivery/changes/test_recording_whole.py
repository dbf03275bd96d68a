"""What an event of the log has of the word and of the judgement that it records."""

from dataclasses import replace

import pytest
from support.change_facts import (
    change,
    commit,
    entry,
    facts,
    ground,
    log,
    on_main,
    promotion,
    saying,
    stated,
)
from support.people import NOON, people

from artifacts.cant_tell import CantTell
from artifacts.digests import digest_json
from delivery.changes.judgement import judge_change
from delivery.changes.recording import events_of, rejection_events

MODELS = {"architecture": entry("first").digest}
SEEN = {"paths": ("b", "a"), "authors": ("max", "bo"), "commit": on_main(3)}


def judgement(made):
    return events_of(made, judge_change(made), "a test")[-1]


def test_a_rejection_is_recorded_with_all_that_it_follows_and_where_it_was_seen():
    made = promotion()
    found = replace(stated(made, "dan", word="rejected"), **SEEN)
    first, _ = events_of(saying(made, found), judge_change(made), "a test")
    assert (first.event, first.commit, first.models) == ("rejection", on_main(3), MODELS)
    assert (first.paths, first.authors) == (("a", "b"), ("bo", "max"))


def test_any_other_word_is_recorded_without_it():
    made = promotion()
    found = replace(stated(made, "ada"), paths=("a",), authors=("bo",))
    first, _ = events_of(saying(made, found), judge_change(made), "a test")
    assert (first.event, first.commit) == ("approval", made.head)
    assert (first.models, first.paths, first.authors) == ({}, (), ())


def test_rejections_alone_are_recorded_of_whom_main_lists_or_listed():
    made = promotion()
    rejected = replace(stated(made, "dan", word="rejected"), **SEEN)
    forged = stated(made, "dan", word="rejected", key="eve")
    unread = replace(rejected, approval=CantTell("a file", "gone"))
    approval = stated(made, "ada")
    (event,) = rejection_events((unread, approval, forged, rejected), (people(),))
    assert (event.event, event.actor, event.commit) == ("rejection", "dan", on_main(3))
    assert event.models == MODELS
    assert list(rejection_events((rejected,), ())) == []


def test_a_judgement_is_recorded_with_what_it_was_about():
    event = judgement(promotion())
    assert event.models == MODELS
    assert judgement(facts("judge")).paths == ("Makefile",)
    assert judgement(facts("judge")).models == {}


def test_a_judgement_is_recorded_with_its_authors():
    assert judgement(facts("judge", code_authors=frozenset({"bo"}))).authors == ("bo", "max")
    assert judgement(facts("docs", code_authors=frozenset({"bo"}))).authors == ("bo",)
    gone = ground(people=CantTell("a file", "gone"))
    assert judgement(facts("judge", ground=gone)).authors == ()


def test_of_a_change_that_is_not_signed_throughout_those_who_signed_it_are_recorded():
    changes = change("judge")
    signed = commit("max", changes)
    named = commit("eve", changes, author="bo@people.invalid")
    words = commit("ada", change("docs"))
    made = facts("judge", commits=(signed, named, words))
    assert judgement(made).authors == ("max",)


@pytest.mark.parametrize(
    ("event", "word", "recorded"), [("review", "reviewed", 1), ("approval", "approved", 0)]
)
def test_a_second_review_by_the_same_person_is_new_and_a_second_approval_is_not(
    event, word, recorded
):
    made = promotion()
    later = {"expires_at": NOON.replace(hour=13)}
    broken = [stated(made, name, word="break_glass", **later) for name in ("bo", "cleo")]
    named = {"of": broken[0].approval.digest} if word == "reviewed" else {}
    said = stated(made, "ada", word=word, **named)
    known = {
        "event": event,
        "actor": "ada",
        "subject": said.approval.of or said.approval.digest,
        "statement": digest_json("an earlier one"),
    }
    again = replace(saying(made, *broken, said), log=log(known))
    found = [one for one in events_of(again, judge_change(again), "a test") if one.event == event]
    assert len(found) == recorded
