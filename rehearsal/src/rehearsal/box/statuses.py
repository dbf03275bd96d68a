"""What the statuses of a commit say together."""

from collections.abc import Iterable

from artifacts.text import plain
from rehearsal.box.records import BoxConfig, CheckState, Event, Status

_PROPOSED = (Event.PULL_REQUEST, Event.PULL_REQUEST_TARGET)


def latest(statuses: Iterable[Status]) -> tuple[Status, ...]:
    """Return the last status of each workflow and event, in the order of their first."""
    found: dict[tuple[str, Event], Status] = {}
    for status in statuses:
        found[status.context, status.event] = status
    return tuple(found.values())


def check_refusals(config: BoxConfig, statuses: Iterable[Status], tip: str) -> tuple[str, ...]:
    """Return why a head with these statuses may not be merged onto main's tip; none if it may."""
    last = latest(statuses)
    reasons = (_refusal(context, config, last, tip) for context in config.required)
    return tuple(reason for reason in reasons if reason)


def stale_checks(config: BoxConfig, statuses: Iterable[Status], tip: str) -> tuple[str, ...]:
    """Return the checks that say nothing of main's tip, since it has moved or they never ran."""
    made = {
        status.context
        for status in latest(statuses)
        if status.event == Event.PULL_REQUEST_TARGET
        and status.base == tip
        and status.state != CheckState.SUPERSEDED
    }
    return tuple(
        name for name in config.required if name in config.against_tip and name not in made
    )


def _refusal(context: str, config: BoxConfig, last: tuple[Status, ...], tip: str) -> str | None:
    judged = context in config.against_tip
    # A branch may bring a workflow of any name: what judges it must be main's own.
    events = (Event.PULL_REQUEST_TARGET,) if judged else _PROPOSED
    found = [status for status in last if status.context == context and status.event in events]
    if not found:
        return f"the check {context} has not run on the branch's head"
    for status in found:
        if status.state != CheckState.SUCCESS:
            said = f": {plain(status.description)}" if status.description else ""
            return f"the check {context} is {_words(status.state)} (run {status.run}){said}"
    if judged and {status.base for status in found} != {tip}:
        return f"the check {context} was made before main moved to {tip[:12]}: let it run again"
    return None


def _words(state: CheckState) -> str:
    return {CheckState.FAILURE: "red", CheckState.PENDING: "not done"}.get(state, state.value)
