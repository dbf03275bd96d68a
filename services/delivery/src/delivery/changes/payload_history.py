"""What ran before: production's payloads in order, what was withdrawn, what staging verified."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from artifacts.records.audit import AuditEntry
from artifacts.records.release import Environment, Release
from delivery.changes.facts import ChangeFacts, Past

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
    each that a rollback left, by the commit of main that did, and `left` each that anything else
    took the place of. Order is that of main's commits: no commit's own date counts.
    """

    standing: tuple[str | None, ...]
    withdrawn: tuple[tuple[str, str], ...]
    left: tuple[tuple[str, str], ...]

    def returns_to(self, payload: str | None) -> bool:
        """Whether a payload is the one under the present one; None is a release of nothing."""
        return len(self.standing) > 1 and self.standing[-2] == payload

    def withdrawn_by(self, payload: str) -> tuple[str, ...]:
        """Return the commits of main by which rollbacks left a payload, oldest first."""
        return tuple(commit for one, commit in self.withdrawn if one == payload)

    def left_by(self, payload: str) -> tuple[str, ...]:
        """Return the commits of main by which production went over from a payload to another."""
        both = (*self.withdrawn, *self.left)
        return tuple(commit for one, commit in both if one == payload)


def course_of(history: Iterable[Past]) -> Course:
    """Follow main's production releases, oldest first.

    A release that comes back while it stands is a rollback, and takes off all above it.
    """
    standing: list[str | None] = []
    withdrawn: list[tuple[str, str]] = []
    left: list[tuple[str, str]] = []
    for past in history:
        payload = past.payload
        if payload in standing:
            at = standing.index(payload)
            withdrawn += [(one, past.commit) for one in standing[at + 1 :] if one]
            standing = standing[: at + 1]
        else:
            left += [(one, past.commit) for one in standing[-1:] if one]
            standing.append(payload)
    return Course(tuple(standing), tuple(withdrawn), tuple(left))


def departures(log: Iterable[AuditEntry], payload: str) -> tuple[list[AuditEntry], bool]:
    """Return the entries by which production left a payload, and whether it runs it at the end."""
    found: list[AuditEntry] = []
    present: str | None = None
    for entry in log:
        if entry.environment != "production" or entry.event not in {"deploy", "rollback"}:
            continue
        ran = entry.outcome in RAN
        over = ran and present == payload and entry.payload != payload
        if over or (entry.event == "rollback" and entry.left == payload):
            found.append(entry)
        present = entry.payload if ran else present
    return found, present == payload


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
        told = entry.event in LOOKS and entry.outcome not in UNDONE
        if entry.environment == "staging" and told:
            if entry.payload == payload:
                other = seen and last != payload
                watch = _looked(Watch(broken=OTHER) if other else watch, entry, gap)
            seen, last = True, entry.payload
        if latest and entry.at < latest:
            turned = f"the log's clock went back at entry {entry.sequence}, {entry.at.isoformat()}"
            watch = replace(watch, turned=turned)
        latest = max(latest or entry.at, entry.at)
    return watch


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
    payload, course = facts.payload_after, course_of(facts.production_history)
    if not course.returns_to(payload):
        return False
    if payload is None:  # its release says of itself that it runs nothing
        release = facts.releases_after["production"]
        return isinstance(release, Release) and not release.released
    back = [e for e in facts.log if e.event == "rollback" and e.environment == "production"]
    taken = [entry.sequence for entry in back if entry.left == payload]
    commits = [facts.line.get(commit) for commit in course.withdrawn_by(payload)]
    return any(
        all(entry.sequence > one for one in taken)
        and all(_is_after(facts.line.get(entry.commit or ""), one) for one in commits)
        for entry in deployments(facts.log, "production")
        if entry.payload == payload
    )


def _is_after(later: int | None, earlier: int | None) -> bool:
    """Whether a commit is after another on main; one that is not on main is after none."""
    return later is not None and earlier is not None and later > earlier
