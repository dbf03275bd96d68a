"""What ran, what was taken back, and what may come back without asking."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.change_facts import (
    NOON,
    deployed,
    entry,
    log,
    past,
    payload,
    production,
    promotion,
    staging,
)

from delivery.domain.promotion.facts import Unreadable
from delivery.domain.promotion.history import course_of, deployments, rolls_back

DAY = timedelta(days=1)
A, B, C = (payload(name) for name in "abc")
GONE = Unreadable("a file", "gone")


def ago(days):
    return NOON - days * DAY


@pytest.mark.parametrize(
    ("titles", "standing", "withdrawn", "left"),
    [
        ((), (), (), ()),
        ((None, "a"), (None, A), (), ()),
        (("a", "b"), (A, B), (), ((A, ago(1)),)),
        (("a", "b", "a"), (A,), ((B, ago(1)),), ((A, ago(2)),)),
        (("a", "b", "c", "a"), (A,), ((B, ago(1)), (C, ago(1))), ((A, ago(3)), (B, ago(2)))),
        ((None, "a", None), (None,), ((A, ago(1)),), ()),
        (("a", None, "a"), (A,), (), ((A, ago(2)),)),
        (("a", "b", "b"), (A, B), (), ((A, ago(2)),)),
    ],
)
def test_a_release_that_comes_back_takes_off_all_above_it(titles, standing, withdrawn, left):
    found = course_of(past(*titles), ())
    assert (found.standing, found.withdrawn, found.left) == (standing, withdrawn, left)


@pytest.mark.parametrize(
    ("event", "counts"),
    [
        ({"event": "rollback", "left": B}, True),
        ({"event": "rollback", "left": B, "outcome": "red"}, True),
        ({"event": "deploy", "left": B}, False),
        ({"event": "rollback", "left": B, "environment": "staging"}, False),
        ({"event": "rollback"}, False),
    ],
)
def test_the_log_says_what_deploys_withdrew(event, counts):
    found = course_of((), log(deployed("a", **event)))
    assert found.withdrawn == (((B, NOON),) if counts else ())


def test_the_last_time_counts_of_each_payload_by_itself():
    found = course_of(past("a", "b", "a", "b", "a", "c"), ())
    assert found.withdrawn_at(B) == ago(2)
    assert found.withdrawn_at(A) is None
    assert found.left_at(A) == ago(1)
    assert found.left_at(B) == ago(2)
    assert found.left_at(C) is None


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
    assert course_of(past(*titles), ()).returns_to(wanted) is returns


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
    first, second = log(deployed("a"), left)
    assert not rolls_back(going_back(log=(first.model_copy(update={"at": NOON}), second)))


def test_the_first_promotion_goes_back_to_nothing_that_can_be_read():
    after = {"staging": staging(), "production": production()}
    history = past(None, "b")
    made = going_back(production_history=history, releases_after=after)
    assert rolls_back(made)
    broken = replace(made, releases_after=after | {"production": GONE})
    assert not rolls_back(broken)
    unpinned = production(entry("a")).model_copy(update={"code": None})
    assert not rolls_back(replace(made, releases_after=after | {"production": unpinned}))
