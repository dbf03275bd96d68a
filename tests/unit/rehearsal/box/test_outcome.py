"""How runs ended, in a word and a line."""

import pytest
from support.box_fakes import run, sha, status

from rehearsal.box.outcome import Colour, check_state, closing_line, colour
from rehearsal.box.records import BoxConfig, CheckState, Event, State
from rehearsal.box.statuses import latest, stale_checks


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((), Colour.GREEN),
        ((State.SUCCESS, State.SUPERSEDED), Colour.GREEN),
        ((State.SUCCESS, State.FAILURE), Colour.RED),
        ((State.INTERRUPTED,), Colour.RED),
        ((State.QUEUED, State.FAILURE), Colour.RED),
        ((State.SUCCESS, State.QUEUED), Colour.UNKNOWN),
        ((State.RUNNING,), Colour.UNKNOWN),
    ],
)
def test_the_colour_of_runs(states: tuple[State, ...], expected: Colour) -> None:
    assert colour(states) == expected


def test_the_last_line_says_what_to_do() -> None:
    green, red = run(1, state=State.SUCCESS), run(2, workflow="judge", state=State.FAILURE)

    assert closing_line((green,)) == "green: ci success (run 1)"
    assert "red: ci success (run 1), judge failure (run 2)" in closing_line((green, red))
    assert "`box retry 2`" in closing_line((green, red))
    assert "It goes on" in closing_line((run(3),))


def test_what_a_run_says_of_its_commit() -> None:
    assert {state: check_state(state) for state in State} == {
        State.QUEUED: CheckState.PENDING,
        State.RUNNING: CheckState.PENDING,
        State.SUCCESS: CheckState.SUCCESS,
        State.FAILURE: CheckState.FAILURE,
        State.SUPERSEDED: CheckState.SUPERSEDED,
        State.INTERRUPTED: CheckState.FAILURE,
    }


def test_statuses_of_two_events_are_two() -> None:
    found = latest((status("ci", "failure"), status("ci", event=Event.PUSH), status("ci")))

    assert [(each.event, each.state) for each in found] == [
        (Event.PULL_REQUEST, CheckState.SUCCESS),
        (Event.PUSH, CheckState.SUCCESS),
    ]


@pytest.mark.parametrize(
    ("found", "stale"),
    [
        ((), ("judge",)),
        ((status("judge"),), ()),
        ((status("judge", "pending"),), ()),
        ((status("judge", "failure"),), ()),
        ((status("judge", base=sha("c")),), ("judge",)),
        ((status("judge", "superseded"),), ("judge",)),
        ((status("judge", event=Event.PULL_REQUEST),), ("judge",)),
    ],
)
def test_a_judgement_is_stale_when_it_says_nothing_of_mains_tip(
    found: tuple[object, ...], stale: tuple[str, ...]
) -> None:
    assert stale_checks(BoxConfig(), found, sha("a")) == stale  # type: ignore[arg-type]
