"""A rejection follows what it is about: the same models in production, the same protected files."""

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
    promotion,
    saying,
    stated,
    verified,
)
from support.people import NOON, people

from artifacts.cant_tell import CantTell
from artifacts.digests import digest_json
from artifacts.policies.approvers import People
from artifacts.records.approval import ChangeSubject
from delivery.changes.judgement import judge_change
from delivery.changes.recording import events_of
from delivery.changes.rules.rejections import EVERYTHING, MOST_PATHS, bounded_paths
from delivery.changes.statements import subjects_of

OTHER = digest_json("another")
REJECTED = {"event": "rejection", "actor": "dan", "subject": digest_json("said"), "reason": "no"}
MODEL = subjects_of(promotion())[0].models["architecture"].model  # type: ignore[union-attr]
SAME_MODEL = {"environment": "production", "payload": OTHER, "models": {"architecture": MODEL}}


def promoted(*entries, **changes):
    return approved(promotion(log=log(verified(), verified(), *entries), **changes), "ada", "bo")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (SAME_MODEL, "refused"),
        (SAME_MODEL | {"environment": "staging"}, "passed"),
        (SAME_MODEL | {"models": {"architecture": OTHER}}, "passed"),
        (SAME_MODEL | {"models": {"buildings": MODEL}}, "passed"),
        (SAME_MODEL | {"event": "approval"}, "passed"),
    ],
)
def test_a_rejection_follows_a_model_in_production(entry, expected):
    assert outcome(promoted(REJECTED | entry), "rejections") == expected


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["Makefile"], "refused"),
        (["policies/", "Makefile"], "refused"),
        ([EVERYTHING], "refused"),
        (["services/"], "passed"),
        (["Make"], "passed"),
        ([], "passed"),
    ],
)
def test_a_rejection_follows_protected_files(paths, expected):
    made = facts("judge", log=log(REJECTED | {"change": OTHER, "paths": paths}))
    assert outcome(made, "rejections") == expected


def test_the_files_of_a_rejected_change_are_known_from_its_judgement():
    judged = {"event": "judgement", "outcome": "refused", "change": OTHER, "paths": ["Makefile"]}
    made = facts("judge", log=log(judged, REJECTED | {"change": OTHER}))
    assert "dan rejected a change of Makefile before" in finding(made, "rejections").reason
    other = log(judged | {"change": digest_json(1)}, REJECTED | {"change": OTHER})
    assert outcome(replace(made, log=other), "rejections") == "passed"


def test_a_rejection_is_answered_by_a_later_approval_of_its_own_person():
    made = facts("judge", log=log(REJECTED | {"change": OTHER, "paths": ["Makefile"]}))
    later = {"at": NOON + timedelta(minutes=1)}
    for who, more, expected in (
        ("dan", later, "passed"),
        ("dan", {"at": NOON - timedelta(minutes=1)}, "refused"),
        ("dan", later | {"present": False}, "refused"),
        ("dan", later | {"key": "eve"}, "refused"),
        ("dan", later | {"subject": ChangeSubject(change=OTHER)}, "refused"),
        ("bo", later, "refused"),
    ):
        assert outcome(saying(made, stated(made, who, **more)), "rejections") == expected


def test_an_approval_answers_no_rejection_of_this_very_change():
    made = facts("judge")
    entries = log(REJECTED | {"change": made.change_digest})
    later = stated(made, "dan", at=NOON + timedelta(minutes=1))
    assert outcome(saying(replace(made, log=entries), later), "rejections") == "refused"


def test_a_head_that_nobody_could_read_leaves_it_undecided():
    made = promoted(unread=("the head 0123 of the branch can't be read",))
    assert outcome(made, "rejections") == "undecided"
    assert judge_change(made).decision == "undecided"


def test_who_was_listed_before_rejects_all_the_same():
    listed = people()
    persons = {name: one for name, one in listed.persons.items() if name != "dan"}
    without = People(kind="approvers", persons=persons)
    made = approved(promotion(ground=ground(people=without)), "ada", "bo")
    rejected = saying(made, stated(made, "dan", word="rejected"))
    assert outcome(rejected, "rejections") == "passed"
    assert outcome(replace(rejected, formerly=(listed,)), "rejections") == "refused"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"authors": ["bo"]}, "refused"),
        ({"authors": ["bo"], "payload": OTHER}, "passed"),
        ({"authors": ["ada"]}, "passed"),
    ],
)
def test_no_author_of_the_same_on_another_branch_withdraws(entry, expected):
    made = approved(promotion(), "ada", "dan")
    said = stated(made, "dan", word="rejected")
    digest = said.approval.digest  # type: ignore[union-attr]
    judged = {"event": "judgement", "outcome": "refused", "payload": made.new_payload} | entry
    back = saying(made, said, stated(made, "bo", word="withdrawn", of=digest))
    entries = log(verified(), verified(), judged)
    assert outcome(replace(back, log=entries), "rejections") == expected


def test_no_author_of_the_same_on_another_branch_approves():
    judged = {"event": "judgement", "outcome": "refused", "authors": ["bo"]}
    made = promoted(judged | {"payload": promotion().new_payload})
    assert "an author of the same on another branch" in finding(made, "payload_approved").reason


def test_who_wrote_the_code_approves_no_payload_and_is_shown():
    made = approved(promotion(code_authors=frozenset({"bo"})), "ada", "bo")
    assert "wrote code that the payload pins" in finding(made, "payload_approved").reason
    assert judge_change(replace(made, code_strangers=("x@y",))).code_authors == ("bo", "x@y")
    both = approved(facts("judge", code_authors=frozenset({"bo"})), "ada", "bo", "cleo")
    assert outcome(both, "change_approved") == "passed"


def test_names_in_unsigned_commits_are_not_remembered_as_authors():
    made = facts("judge")
    assert events_of(made, judge_change(made), "a test")[-1].authors == ("max",)
    changes = change("judge")
    forged = commit("eve", changes, author="bo@people.invalid")
    unsigned = replace(made, commits=(commit("max", changes), forged))
    assert events_of(unsigned, judge_change(unsigned), "a test")[-1].authors == ("max",)
    nobody = replace(made, ground=ground(people=CantTell("a file", "gone")))
    assert events_of(nobody, judge_change(nobody), "a test")[-1].authors == ()


def test_paths_are_remembered_whole_or_by_their_folders():
    assert bounded_paths(["b", "a", "a"]) == ("a", "b")
    many = [f"services/{n % 3}/{n}.py" for n in range(MOST_PATHS + 1)]
    assert bounded_paths(many) == ("services/0/", "services/1/", "services/2/")
    assert bounded_paths([f"{n}" for n in range(MOST_PATHS + 1)]) == (EVERYTHING,)
