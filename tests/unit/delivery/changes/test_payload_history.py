"""What ran, what was taken back, and what may come back without asking."""

from dataclasses import replace

import pytest
from support.change_facts import (
    deployed,
    entry,
    log,
    on_main,
    past,
    payload,
    production,
    promotion,
    staging,
    verified,
)
from support.people import NOON

from artifacts.cant_tell import CantTell
from delivery.changes.payload_history import course_of, departures, deployments, rolls_back

A, B, C = (payload(name) for name in "abc")
GONE = CantTell("a file", "gone")


@pytest.mark.parametrize(
    ("titles", "standing", "withdrawn", "left"),
    [
        ((), (), (), ()),
        ((None, "a"), (None, A), (), ()),
        (("a", "b"), (A, B), (), ((A, 1),)),
        (("a", "b", "a"), (A,), ((B, 2),), ((A, 1),)),
        (("a", "b", "c", "a"), (A,), ((B, 3), (C, 3)), ((A, 1), (B, 2))),
        ((None, "a", None), (None,), ((A, 2),), ()),
        (("a", None, "a"), (A,), (), ((A, 1),)),
        (("a", "b", "b"), (A, B), (), ((A, 1),)),
    ],
)
def test_a_release_that_comes_back_takes_off_all_above_it(titles, standing, withdrawn, left):
    found = course_of(past(*titles))
    assert found.standing == standing
    assert found.withdrawn == tuple((name, on_main(at)) for name, at in withdrawn)
    assert found.left == tuple((name, on_main(at)) for name, at in left)


def test_each_payload_has_its_own_commits_by_which_it_was_left():
    found = course_of(past("a", "b", "a", "b", "a", "c"))
    assert found.withdrawn_by(B) == (on_main(2), on_main(4))
    assert found.withdrawn_by(A) == ()
    assert found.left_by(A) == (on_main(1), on_main(3), on_main(5))
    assert found.left_by(B) == (on_main(2), on_main(4))
    assert found.left_by(C) == ()


@pytest.mark.parametrize(
    ("events", "sequences", "present"),
    [
        ([], [], False),
        ([deployed("b")], [], True),
        ([deployed("b"), deployed("a")], [2], False),
        ([deployed("b"), deployed("b")], [], True),
        ([deployed("b"), deployed("a", outcome="red")], [], True),
        ([deployed("b"), deployed("a", environment="staging")], [], True),
        ([deployed("b"), verified("a") | {"environment": "production"}], [], True),
        ([deployed("a", event="rollback", left=B)], [1], False),
        ([deployed("a", event="rollback", left=B, outcome="red")], [1], False),
        ([deployed("a", left=B)], [], False),
        ([deployed("a", event="rollback", left=B, environment="staging")], [], False),
        ([deployed("a", event="rollback")], [], False),
        ([deployed("b"), deployed("a", event="rollback", left=B)], [2], False),
        ([deployed("b"), deployed("a"), deployed("b"), deployed("c")], [2, 4], False),
    ],
)
def test_the_log_says_when_production_left_a_payload(events, sequences, present):
    found, there = departures(log(*events), B)
    assert ([entry.sequence for entry in found], there) == (sequences, present)


@pytest.mark.parametrize(
    ("titles", "title", "returns"),
    [
        ((None,), None, False),
        (("a",), "a", False),
        (("a", "b"), "a", True),
        (("a", "b"), "b", False),
        ((None, "a"), None, True),
        (("a", "b", "c"), "a", False),
    ],
)
def test_only_what_stands_right_under_the_present_returns(titles, title, returns):
    wanted = payload(title) if title else None
    assert course_of(past(*titles)).returns_to(wanted) is returns


def test_deployments_are_what_ran_in_an_environment():
    entries = log(
        deployed("a"),
        deployed("b", event="rollback", outcome="done"),
        deployed("a", outcome="red"),
        deployed("a", outcome="refused"),
        deployed("a", environment="staging"),
        deployed("a", event="verification"),
    )
    assert [one.sequence for one in deployments(entries, "production")] == [1, 2]


def going_back(**changes):
    """Production goes from `b` to `a`, which ran."""
    before = {"staging": staging(), "production": production(entry("b"))}
    given = {
        "releases_before": before,
        "production_history": past(None, "a", "b"),
        "log": log(deployed("a"), deployed("b")),
    } | changes
    return promotion("a", **given)


def test_what_was_withdrawn_counts_again_once_it_was_deployed_anew():
    left = deployed("c", event="rollback", left=A)
    assert rolls_back(going_back())
    assert not rolls_back(going_back(log=log(deployed("a"), left)))
    assert rolls_back(going_back(log=log(deployed("a"), left, deployed("a"))))
    assert rolls_back(going_back(log=log(deployed("a"), left | {"environment": "staging"})))
    assert rolls_back(going_back(log=log(deployed("a"), deployed("c", left=A))))
    first, second = log(deployed("a"), left)
    assert not rolls_back(going_back(log=(first.model_copy(update={"at": NOON}), second)))


@pytest.mark.parametrize(("place", "expected"), [(2, False), (3, False), (4, True), (101, False)])
def test_what_main_withdrew_counts_again_once_a_later_commit_was_deployed(place, expected):
    history = past(None, "x", "a", "x", "a", "b")
    made = going_back(
        production_history=history, log=log(deployed("a", commit=on_main(place)), deployed("b"))
    )
    assert rolls_back(made) is expected
    nameless = deployed("a", commit=None)
    assert not rolls_back(going_back(production_history=history, log=log(nameless)))
    assert rolls_back(going_back(log=log(nameless)))


def test_the_first_promotion_goes_back_to_nothing_that_can_be_read():
    after = {"staging": staging(), "production": production()}
    history = past(None, "b")
    made = going_back(production_history=history, releases_after=after)
    assert rolls_back(made)
    broken = replace(made, releases_after=after | {"production": GONE})
    assert not rolls_back(broken)
    unpinned = production(entry("a")).model_copy(update={"code": None})
    assert not rolls_back(replace(made, releases_after=after | {"production": unpinned}))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([deployed("a", event="rollback", left=A)], False),
        ([deployed("c", event="rollback", left=B)], True),
    ],
)
def test_a_rollback_withdraws_what_it_left_and_nothing_else(events, expected):
    assert rolls_back(going_back(log=log(deployed("a"), *events))) is expected


def test_what_ran_and_does_not_stand_right_under_the_present_is_no_rollback():
    assert not rolls_back(going_back(production_history=past(None, "a", "c", "b")))


def test_what_a_commit_that_nobody_finds_on_main_withdrew_does_not_count_again():
    history = past(None, "x", "a", "x", "a", "b")
    made = going_back(
        production_history=history, log=log(deployed("a", commit=on_main(4)), deployed("b"))
    )
    assert rolls_back(made)
    assert not rolls_back(replace(made, line={on_main(4): 4}))
