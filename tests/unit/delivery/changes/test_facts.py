"""What facts say of themselves: which champions a change forgets, and which payload it brings."""

from datetime import timedelta

import pytest
from support.change_facts import CODE, entry, facts, payload, production, staging
from support.people import NOON

from artifacts.cant_tell import CantTell
from delivery.changes.facts import Past, payload_of

GONE = CantTell("a file", "gone")
NONE, FIRST, SECOND = (), (entry("first"),), (entry("second"),)


def forgetting(environment, *past, after=NONE):
    """A change of an environment's release, whose last one was the last of those that it had."""
    made = {"staging": staging, "production": production}[environment]
    releases = [one if one is GONE else made(*one) for one in past]
    history = tuple(Past("", NOON - timedelta(days=9 - i), one) for i, one in enumerate(releases))
    still = {"staging": staging(), "production": production()}
    given = {
        "releases_before": still | {environment: releases[-1]},
        "releases_after": still | {environment: after if after is GONE else made(*after)},
        "staging_history": (),
        "production_history": (),
    }
    return facts(f"{environment}_release", **(given | {f"{environment}_history": history}))


@pytest.mark.parametrize("environment", ["staging", "production"])
@pytest.mark.parametrize(
    ("past", "forgets"),
    [
        ((FIRST,), True),
        ((NONE, FIRST), False),
        ((NONE, FIRST, SECOND), True),
        ((NONE, FIRST, SECOND, FIRST), False),
        ((NONE, GONE, FIRST), False),
        ((FIRST, NONE, SECOND), False),
        ((NONE, SECOND, NONE, FIRST, SECOND), True),
    ],
)
def test_a_champion_is_forgotten_unless_the_release_before_had_none(environment, past, forgets):
    made = forgetting(environment, *past)
    assert bool(made.protected) is forgets


def test_another_champion_is_none_forgotten():
    assert forgetting("staging", FIRST, after=SECOND).protected == ()
    assert forgetting("staging", NONE, after=NONE).protected == ()


def test_what_can_not_be_read_forgets_nothing_that_anybody_could_name():
    assert forgetting("staging", FIRST, after=GONE).protected == ()
    assert forgetting("staging", FIRST, GONE).protected == ()


def test_a_payload_is_what_is_released_with_the_code_that_is_pinned():
    assert payload_of(production(entry("first"))) == payload("first")
    pinned = production().model_copy(update={"code": CODE})
    unpinned = production(entry("first")).model_copy(update={"code": None})
    assert [payload_of(one) for one in (GONE, production(), pinned, unpinned)] == [None] * 4
