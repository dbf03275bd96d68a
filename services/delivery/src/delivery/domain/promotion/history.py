"""What ran before: production's payloads in order, what was withdrawn, what staging verified."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from artifacts.records.audit import AuditEntry
from artifacts.records.release import Environment, Release
from delivery.domain.promotion.facts import ChangeFacts, Past

RAN = frozenset({"green", "done"})
"""Outcomes of a deploy after which the payload was what answered."""


@dataclass(frozen=True)
class Course:
    """Production's releases as promotions put them on and rollbacks took them off again.

    `standing` ends with the present payload; None is a release that runs nothing. `withdrawn` has
    each that a rollback left, and when, and `left` each that anything else took the place of.
    """

    standing: tuple[str | None, ...]
    withdrawn: tuple[tuple[str, datetime], ...]
    left: tuple[tuple[str, datetime], ...]

    def returns_to(self, payload: str | None) -> bool:
        """Whether a payload is the one under the present one; None is a release of nothing."""
        return len(self.standing) > 1 and self.standing[-2] == payload

    def withdrawn_at(self, payload: str) -> datetime | None:
        """Return when a payload was last left by a rollback, or None if it never was."""
        return max((at for one, at in self.withdrawn if one == payload), default=None)

    def left_at(self, payload: str) -> datetime | None:
        """Return when production last went over from a payload to another, or None if never."""
        both = (*self.withdrawn, *self.left)
        return max((at for one, at in both if one == payload), default=None)


def course_of(history: Iterable[Past], log: Iterable[AuditEntry]) -> Course:
    """Follow main's production releases, oldest first; the log adds what deploys withdrew.

    A release that comes back while it stands is a rollback, and takes off all above it.
    """
    standing: list[str | None] = []
    withdrawn: list[tuple[str, datetime]] = []
    left: list[tuple[str, datetime]] = []
    for past in history:
        payload = past.payload
        if payload in standing:
            at = standing.index(payload)
            withdrawn += [(one, past.at) for one in standing[at + 1 :] if one]
            standing = standing[: at + 1]
        else:
            left += [(one, past.at) for one in standing[-1:] if one]
            standing.append(payload)
    withdrawn += [
        (entry.left, entry.at)
        for entry in log
        if entry.event == "rollback" and entry.environment == "production" and entry.left
    ]
    return Course(tuple(standing), tuple(withdrawn), tuple(left))


def deployments(log: Iterable[AuditEntry], environment: Environment) -> list[AuditEntry]:
    """Return the entries after which an environment ran what they name, in order."""
    return [
        entry
        for entry in log
        if entry.event in {"deploy", "rollback"}
        and entry.environment == environment
        and entry.outcome in RAN
    ]


def verifications(log: Sequence[AuditEntry], payload: str) -> list[AuditEntry]:
    """Return what was found whenever staging was verified to run a payload, in order."""
    return [
        entry
        for entry in log
        if entry.event == "verification"
        and entry.environment == "staging"
        and entry.payload == payload
    ]


def rolls_back(facts: ChangeFacts) -> bool:
    """Whether production goes back to the release before: one that ran, and was never withdrawn.

    One that was, and was approved and deployed anew since, counts again.
    """
    payload, course = facts.payload_after, course_of(facts.production_history, facts.log)
    if not course.returns_to(payload):
        return False
    if payload is None:
        return _nothing(facts)
    ran = [one.at for one in deployments(facts.log, "production") if one.payload == payload]
    withdrawn = course.withdrawn_at(payload)
    return bool(ran) and (withdrawn is None or max(ran) > withdrawn)


def _nothing(facts: ChangeFacts) -> bool:
    """Whether production's release says of itself that it runs nothing."""
    release = facts.releases_after["production"]
    return isinstance(release, Release) and not release.released
