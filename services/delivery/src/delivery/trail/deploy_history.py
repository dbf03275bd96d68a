"""What the audit log says of an environment's deploys."""

from collections.abc import Iterable, Sequence
from typing import Final

from artifacts.records.audit import AuditEntry
from artifacts.records.release import Environment

_DEPLOYS = frozenset({"deploy", "rollback"})
_SERVED = frozenset({"green", "undecided"})
"""Outcomes of deploys that brought something up: one that was killed had begun."""
BEGUN: Final = "begun"
"""The reason of the entry that a deploy writes right before it touches anything."""


def last_deploy(entries: Sequence[AuditEntry], environment: Environment) -> AuditEntry | None:
    """Return the last deploy or rollback of an environment that ended green, or None."""
    done = (e for e in reversed(entries) if is_deploy(e, environment) and e.outcome == "green")
    return next(done, None)


def last_attempt(entries: Sequence[AuditEntry], environment: Environment) -> AuditEntry | None:
    """Return the last entry of a deploy of an environment, however it ended, or None."""
    return next((e for e in reversed(entries) if is_deploy(e, environment)), None)


def is_unfinished(entries: Sequence[AuditEntry], environment: Environment) -> bool:
    """Whether a deploy of an environment has begun, and none has ended green or red since.

    What was refused, or left behind by main, has put nothing right that another one had begun.
    """
    for entry in reversed(entries):
        if is_deploy(entry, environment):
            if entry.outcome in {"green", "red"}:
                return False
            if (entry.outcome, entry.reason) == ("undecided", BEGUN):
                return True
    return False


def last_served(entries: Sequence[AuditEntry], environment: Environment) -> str | None:
    """Return the digest of the payload that an environment was last made to run, or None.

    A deploy that was killed had begun: what it brought up served, if only for a moment.
    """
    served = (
        entry.payload
        for entry in reversed(entries)
        if is_deploy(entry, environment) and entry.outcome in _SERVED
    )
    return next(served, None)


def last_verification(entries: Sequence[AuditEntry], environment: Environment) -> AuditEntry | None:
    """Return the last verification of an environment, or None."""
    found = (e for e in reversed(entries) if e.event == "verification")
    return next((e for e in found if e.environment == environment), None)


def left_by_going_back(
    entries: Sequence[AuditEntry], environment: Environment, payload: str | None
) -> str | None:
    """Return the payload that production leaves by going back to one that ran there before.

    None where running `payload` is no rollback: it runs already, never ran, or was withdrawn by a
    rollback since it last did.
    """
    if environment != "production" or payload is None:
        return None
    made = [e for e in entries if is_deploy(e, environment) and e.outcome in _SERVED]
    left = _left_since(made, payload)
    ran = withdrawn = False
    for entry in made:
        if entry.payload == payload and entry.outcome == "green":
            ran, withdrawn = True, False
        if entry.left == payload:
            withdrawn = True
    return left if ran and not withdrawn else None


def release_before(
    entries: Sequence[AuditEntry], environment: Environment, payload: str
) -> str | None:
    """Return the payload that an environment ran, verified, before `payload`.

    None where nothing did, or where a rollback of production withdrew it: the one to `payload`, or
    one since. Staging has no rollbacks: what was reverted there is kept.
    """
    if left_by_going_back(entries, environment, payload):
        return None
    for entry in reversed(entries):
        if not is_deploy(entry, environment) or entry.outcome not in _SERVED:
            continue
        another = entry.payload not in {None, payload}
        if another and entry.outcome == "green":
            return entry.payload
        if entry.event == "rollback":
            return None
    return None


def _left_since(made: Sequence[AuditEntry], payload: str) -> str | None:
    for entry in reversed(made):
        if entry.payload != payload:
            return entry.payload
        if entry.outcome == "green":
            return None
    return None


def kept_payloads(
    entries: Sequence[AuditEntry], environments: Iterable[Environment], last: int
) -> tuple[str, ...]:
    """Return the payloads to keep for rollbacks: of each environment the last so many."""
    kept: list[str] = []
    for environment in environments:
        ran: list[str] = []
        for entry in reversed(entries):
            done = is_deploy(entry, environment) and entry.outcome in _SERVED
            if done and entry.payload and entry.payload not in ran:
                ran.append(entry.payload)
        kept += ran[:last]
    return tuple(dict.fromkeys(kept))


def open_break_glass(
    entries: Sequence[AuditEntry], environment: Environment
) -> tuple[AuditEntry, ...]:
    """Return the entries of break-glass deploys of an environment that nobody has reviewed yet.

    Each breaking is a case of its own. A review names one of the statements that opened a case,
    and closes all of it as far as it was open then: what is broken later takes another review.
    """
    cases: list[AuditEntry] = []
    for entry in entries:
        if entry.event == "break_glass" and entry.environment == environment:
            cases.append(entry)
        elif entry.event == "review":
            closed = {
                (case.payload, case.commit) for case in cases if case.subject == entry.subject
            }
            cases = [case for case in cases if (case.payload, case.commit) not in closed]
    return tuple(cases)


def superseded(entries: Sequence[AuditEntry], environment: Environment) -> tuple[AuditEntry, ...]:
    """Return the deploys of an environment that main left behind since the last green one."""
    found: list[AuditEntry] = []
    for entry in reversed(entries):
        if is_deploy(entry, environment) and entry.outcome == "green":
            break
        if is_deploy(entry, environment) and entry.outcome == "superseded":
            found.append(entry)
    return tuple(reversed(found))


def is_deploy(entry: AuditEntry, environment: Environment) -> bool:
    """Whether an entry is about a deploy or a rollback of an environment."""
    return entry.event in _DEPLOYS and entry.environment == environment
