"""What ran before: production's payloads in order, what was withdrawn, what staging verified."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from artifacts.records.audit import AuditEntry
from artifacts.records.release import Environment, Release
from delivery.domain.promotion.facts import ChangeFacts, Past

RAN = frozenset({"green", "done"})
"""Outcomes of a deploy after which the payload was what answered."""
FOUND = frozenset({"green"})
"""Outcomes of a verification after which nothing was found to differ."""
LOOKS = frozenset({"verification", "deploy", "rollback"})
"""Events that say what an environment runs."""
UNDONE = frozenset({"superseded", "refused", "undecided"})
"""Outcomes of a deploy that changed nothing."""
OTHER = "staging ran something else"


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


@dataclass(frozen=True)
class Watch:
    """Green looks at one payload in staging, one after the other in the order of the log.

    `broken` says what the last of them before these was followed by, if these had to begin anew.
    `turned` says where the log's clock went back since, so that its hours can't be told.
    """

    looks: tuple[datetime, ...] = ()
    broken: str = ""
    turned: str = ""

    @property
    def hours(self) -> float:
        """The hours from the first look to the last."""
        if not self.looks:
            return 0.0
        return (self.looks[-1] - self.looks[0]).total_seconds() / 3600


def watch_of(log: Sequence[AuditEntry], payload: str, gap: timedelta) -> Watch:
    """Return the last run of green looks at a payload in staging.

    Anything else that staging was found to run or was made to run, a look that was not green, and
    more than `gap` without a look begin it anew.
    """
    watch, seen, last = Watch(), False, None
    latest: datetime | None = None
    for entry in log:
        if _says_what_runs(entry):
            if entry.payload == payload:
                other = seen and last != payload
                watch = _looked(Watch(broken=OTHER) if other else watch, entry, gap)
            seen, last = True, entry.payload
        if latest and entry.at < latest:
            turned = f"the log's clock went back at entry {entry.sequence}, {entry.at.isoformat()}"
            watch = replace(watch, turned=turned)
        latest = max(latest or entry.at, entry.at)
    return watch


def _says_what_runs(entry: AuditEntry) -> bool:
    told = entry.event in LOOKS and entry.outcome not in UNDONE
    return entry.environment == "staging" and told


def _looked(watch: Watch, entry: AuditEntry, gap: timedelta) -> Watch:
    if entry.outcome not in (FOUND if entry.event == "verification" else RAN):
        return Watch(broken=f"{entry.event} {entry.sequence} was {entry.outcome}")
    if entry.event != "verification":
        return watch
    if entry.at in watch.looks:
        return watch
    if watch.looks and entry.at - watch.looks[-1] > gap:
        broken = f"nobody looked from {watch.looks[-1].isoformat()} on for longer than {gap}"
        return Watch((entry.at,), broken)
    return replace(watch, looks=(*watch.looks, entry.at))


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
