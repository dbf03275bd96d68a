"""What is known of a rejection, what it follows, and what answers it: each at its bounds."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.change_facts import (
    deployed,
    entry,
    facts,
    finding,
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
)
from support.people import NOON

from artifacts.digests import digest_json
from delivery.changes.rules.rejections import (
    EVERYTHING,
    MOST_PATHS,
    Rejection,
    bounded_paths,
    counts_as_withdrawal,
    rejection_of,
    rejections,
)

OTHER = digest_json("another")
MODEL = entry("first").digest
REJECTED = {"event": "rejection", "actor": "dan", "subject": digest_json("said"), "reason": "no"}
OF_CHANGE = REJECTED | {"change": OTHER}
OF_PAYLOAD = REJECTED | {
    "environment": "production",
    "payload": OTHER,
    "models": {"architecture": MODEL},
}


def known(*events: dict) -> Rejection:
    (found,) = rejections(facts("judge", log=log(*events)))
    return found


def test_what_is_known_of_one_rejection_is_put_together_from_wherever_it_was_seen():
    first = OF_CHANGE | {"paths": ["a"], "authors": ["max"], "models": {"one": MODEL}}
    second = OF_CHANGE | {"paths": ["b"], "authors": ["bo"], "models": {"two": OTHER}}
    found = known(first, second)
    assert found.paths == ("a", "b")
    assert found.authors == ("max", "bo")
    assert found.models == {"one": MODEL, "two": OTHER}
    assert found.at == NOON - timedelta(hours=1)


def test_the_same_digest_in_two_names_is_two_rejections():
    both = log(OF_CHANGE, OF_CHANGE | {"actor": "bo"}, OF_CHANGE | {"subject": OTHER})
    assert len(rejections(facts("judge", log=both))) == 3


@pytest.mark.parametrize(
    ("rejected", "judged"),
    [
        (OF_PAYLOAD, {"event": "judgement", "outcome": "refused", "paths": ["Makefile"]}),
        (OF_CHANGE, {"event": "approval", "change": OTHER, "paths": ["Makefile"]}),
    ],
)
def test_files_are_known_from_judgements_of_the_rejected_change_alone(rejected, judged):
    assert known(judged, rejected).paths == ()


@pytest.mark.parametrize(
    ("made", "event"),
    [
        (promotion(), OF_CHANGE | {"models": {"architecture": MODEL}}),
        (facts("judge"), OF_PAYLOAD | {"paths": ["Makefile"]}),
        (
            facts(
                "judge",
                releases_before={"staging": staging(), "production": production(entry("first"))},
                releases_after={"staging": staging(), "production": production(entry("first"))},
            ),
            OF_PAYLOAD,
        ),
    ],
)
def test_files_follow_a_rejected_change_and_models_a_rejected_payload_that_is_brought(made, event):
    assert outcome(replace(made, log=(*made.log, *log(event))), "rejections") == "passed"


def test_a_folder_of_a_rejected_change_holds_all_in_it():
    events = log(OF_CHANGE | {"paths": ["policies/"]})
    digits = digest_json("said").removeprefix("sha256:")[:12]
    reason = finding(facts("policy", log=events), "rejections").reason
    assert f"`delivery withdraw {digits}`" in reason


def test_a_rollback_is_stopped_by_a_rejection_of_its_very_payload_alone():
    still = {"staging": staging(entry())}
    made = facts(
        "production_release",
        releases_before=still | {"production": production(entry("second"))},
        releases_after=still | {"production": production(entry("first"))},
        production_history=past("first", "second"),
    )
    ran = [deployed("first", commit=on_main(0)), deployed("second", commit=on_main(1))]
    found = [
        outcome(replace(made, log=log(*ran, OF_PAYLOAD | {"payload": digest})), "rejections")
        for digest in (OTHER, payload("first"))
    ]
    assert found == ["passed", "refused"]


@pytest.mark.parametrize(
    "more",
    [
        {"word": "withdrawn", "of": digest_json("x"), "at": NOON + timedelta(minutes=1)},
        {"at": NOON},
    ],
)
def test_nothing_but_a_later_approval_answers_a_rejection(more):
    made = facts("judge", log=log(OF_CHANGE | {"paths": ["Makefile"]}))
    assert outcome(saying(made, stated(made, "dan", **more)), "rejections") == "refused"


def test_an_approval_that_was_withdrawn_answers_no_rejection():
    made = facts("judge", log=log(OF_CHANGE | {"paths": ["Makefile"]}))
    said = stated(made, "dan", at=NOON + timedelta(minutes=1))
    assert outcome(saying(made, said), "rejections") == "passed"
    back = stated(made, "dan", word="withdrawn", of=said.approval.digest)
    assert outcome(saying(made, said, back), "rejections") == "refused"


@pytest.mark.parametrize(
    ("authors", "code_authors", "expected"),
    [((), frozenset(), "passed"), (("bo",), frozenset(), "refused"), ((), {"bo"}, "refused")],
)
def test_who_made_what_was_rejected_or_its_code_does_not_withdraw(authors, code_authors, expected):
    made = promotion(code_authors=frozenset(code_authors))
    said = replace(stated(made, "dan", word="rejected"), authors=authors)
    back = stated(made, "bo", word="withdrawn", of=said.approval.digest)
    assert outcome(saying(made, said, back), "rejections") == expected


def test_as_many_paths_as_the_log_takes_stay_whole():
    assert MOST_PATHS == 200
    paths = tuple(sorted(f"a/{n}" for n in range(200)))
    assert bounded_paths(paths) == paths
    assert bounded_paths((*paths, "a/x")) == ("a/",)


def test_too_many_paths_become_the_deepest_folders_that_are_few_enough():
    many = [f"a/b/{n}.py" for n in range(MOST_PATHS)]
    assert bounded_paths([*many, "p/q", "x"]) == ("a/b/", "p/q", "x")
    deep = [f"s/{n % 3}/{n}/y.py" for n in range(MOST_PATHS + 1)]
    assert bounded_paths(deep) == ("s/0/", "s/1/", "s/2/")
    wide = [f"{n}/y.py" for n in range(MOST_PATHS + 1)]
    assert bounded_paths(wide) == (EVERYTHING,)


SAID = digest_json("said")
REJECTIONS = log(OF_CHANGE, OF_CHANGE | {"actor": "eve", "subject": digest_json("other")})


@pytest.mark.parametrize(
    ("who", "role", "of", "counts"),
    [
        ("dan", "nobody", SAID, True),
        ("ada", "nobody", SAID, False),
        ("bo", "risk_officer", SAID, True),
        ("dan", "nobody", digest_json("other"), False),
        ("dan", "risk_officer", digest_json("unknown"), False),
    ],
)
def test_a_rejection_is_withdrawn_by_its_own_person_or_as_a_role(who, role, of, counts):
    made = facts("judge", log=REJECTIONS)
    said = stated(made, who, word="withdrawn", of=of, role=role).approval
    assert counts_as_withdrawal(said, made) == counts


@pytest.mark.parametrize(
    ("who", "key", "counts"), [("ada", "", True), ("bo", "", False), ("ada", "eve", False)]
)
def test_any_other_word_is_withdrawn_by_whoever_said_it(who, key, counts):
    made = facts("judge")
    said = stated(made, "ada", key=key)
    made = saying(made, said, stated(made, "bo"))
    back = stated(made, who, word="withdrawn", of=said.approval.digest, role="risk_officer")
    assert counts_as_withdrawal(back.approval, made) == counts
    unknown = stated(made, "ada", word="withdrawn", of=digest_json("unknown")).approval
    assert not counts_as_withdrawal(unknown, made)
    assert not counts_as_withdrawal(unknown, facts("judge"))


def test_a_statement_rejects_a_change_or_a_payload_in_production():
    judges, made = facts("judge"), promotion()
    said = stated(judges, "dan", word="rejected")
    found = rejection_of(said, said.approval)
    assert (found.change, found.payload, found.models) == (judges.change_digest, None, {})
    said = stated(made, "dan", word="rejected")
    found = rejection_of(said, said.approval)
    assert (found.change, found.payload) == (None, made.new_payload)
    assert found.models == {"architecture": MODEL}
    elsewhere = said.approval.subject.model_copy(update={"environment": "staging"})
    for more in ({"word": "approved"}, {"word": "rejected", "subject": elsewhere}):
        other = stated(made, "dan", **more)
        assert rejection_of(other, other.approval) is None
