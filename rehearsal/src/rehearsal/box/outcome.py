"""How runs ended, together and in a word."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rehearsal.box.records import CheckState, Run, State


@dataclass(frozen=True)
class Refused:
    """What was asked is not done, for these reasons."""

    reasons: tuple[str, ...]


class Colour(StrEnum):
    """What a push, a merge or a commit came to."""

    GREEN = "green"
    RED = "red"
    UNKNOWN = "not done"


def colour(states: Iterable[State]) -> Colour:
    """Return the colour of runs: what a newer one superseded is not red."""
    found = set(states)
    if found & {State.FAILURE, State.INTERRUPTED}:
        return Colour.RED
    return Colour.UNKNOWN if found & {State.QUEUED, State.RUNNING} else Colour.GREEN


def check_state(state: State) -> CheckState:
    """Return what a run in this state says of its commit."""
    if not state.ended:
        return CheckState.PENDING
    return CheckState.FAILURE if state == State.INTERRUPTED else CheckState(state.value)


def closing_line(runs: Sequence[Run]) -> str:
    """Return the last line that a pusher reads: green or red, and what to do."""
    said = ", ".join(f"{run.workflow} {run.state} (run {run.number})" for run in runs)
    found = colour(run.state for run in runs)
    if found == Colour.RED:
        red = next(run for run in runs if run.state in {State.FAILURE, State.INTERRUPTED})
        return (
            f"{found}: {said}. Read `box log {red.number}`; then push a fix, "
            f"or run it again with `box retry {red.number}`"
        )
    if found == Colour.UNKNOWN:
        return f"{found}: {said}. It goes on; follow it with `box log N --follow`"
    return f"{found}: {said}"
