"""Compares git with every other place that knows what an environment runs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from artifacts.cant_tell import CantTell
from artifacts.records.audit import AuditEntry
from delivery.releases.wanted import AliasPoint, Applied, Wanted, short

Place = Literal["mlflow", "terraform", "host", "cloud", "service"]


@dataclass(frozen=True)
class Difference:
    """One thing that isn't as git has it; `unknown` where nobody can say how it is."""

    place: Place
    what: str
    wanted: str
    found: str
    heals: str
    unknown: bool = False

    def __str__(self) -> str:
        verb = "can't be told" if self.unknown else f"is {self.found}"
        because = f" ({self.found})" if self.unknown else ""
        return (
            f"{self.place}: {self.what} {verb}{because}, wanted is {self.wanted}; "
            f"heals it: {self.heals}"
        )


@dataclass(frozen=True)
class Drift:
    """A resource that isn't as it was applied, and the attributes in which it differs.

    No attribute where the whole resource is to be made, replaced or removed: `action` says it.
    """

    address: str
    action: str
    attributes: tuple[str, ...] = ()


def named_payload(digest: str | None) -> str:
    """Return a payload's name for people."""
    return f"payload {short(digest)}" if digest else "nothing"


def deploy_command(wanted: Wanted) -> str:
    """Return the command that makes an environment what git wants."""
    return f"delivery deploy {wanted.environment} --commit {wanted.commit[:12]}"


class Observation(Protocol):
    """An environment as it was found: on a host of ours, or in a cloud."""

    @property
    def nothing(self) -> bool:
        """Whether nothing serves, and nothing would start again."""

    @property
    def unwalled(self) -> str:
        """Why a service that is started here has no wall around it; nothing where it has one."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What people should know that is no difference."""

    def differences(self, wanted: Wanted) -> Iterable[Difference]:
        """Return where it isn't what git wants."""


@dataclass(frozen=True)
class Found:
    """What each place says; `drift` is what was changed since it was applied."""

    aliases: tuple[AliasPoint, ...] | CantTell
    applied: Applied | CantTell | None
    observation: Observation | CantTell
    drift: tuple[Drift, ...] | CantTell = ()
    records: Place = "terraform"
    """The place that says what was applied."""
    runs_at: Place = "host"
    """The place whose processes or tasks serve."""


@dataclass(frozen=True)
class Verification:
    """What was wanted, every difference that was found, and what else people should know."""

    wanted: Wanted
    differences: tuple[Difference, ...]
    notes: tuple[str, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether every place could be asked."""
        return not any(difference.unknown for difference in self.differences)


@dataclass(frozen=True)
class EnvironmentStatus:
    """One environment: its verification now, and what the audit log says of it."""

    verification: Verification
    deploy: AuditEntry | None
    verified: AuditEntry | None
    break_glass: tuple[AuditEntry, ...]
    superseded: tuple[AuditEntry, ...]

    @property
    def wanted(self) -> Wanted:
        """What git wants."""
        return self.verification.wanted

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What isn't so."""
        return self.verification.differences

    @property
    def notes(self) -> tuple[str, ...]:
        """What else people should know."""
        return self.verification.notes

    @property
    def green(self) -> bool:
        """Whether everything is as git has it, and nobody has yet to look at what was done."""
        return not (self.verification.differences or self.break_glass)


def differences(wanted: Wanted, found: Found) -> tuple[Difference, ...]:
    """Return every difference between git and the other places, in a fixed order."""
    return (
        *alias_differences(wanted, found.aliases),
        *_state_differences(wanted, found.applied, found.records),
        *_drifts(wanted, found.drift),
        *_seen_differences(wanted, found.observation, found.runs_at),
    )


def alias_differences(
    wanted: Wanted, found: tuple[AliasPoint, ...] | CantTell
) -> tuple[Difference, ...]:
    """Return where a registry's aliases are not what git has."""
    return tuple(_aliases(wanted, found))


def _aliases(wanted: Wanted, found: tuple[AliasPoint, ...] | CantTell) -> Iterator[Difference]:
    points = {} if isinstance(found, CantTell) else {(p.model, p.alias): p for p in found}
    for want in wanted.aliases:
        what = f"alias {want.alias} of {want.model}"
        if isinstance(found, CantTell):
            yield Difference("mlflow", what, want.target, found.reason, "reach it", unknown=True)
            continue
        nowhere = AliasPoint(want.model, want.alias, None, None)
        there = points.get((want.model, want.alias), nowhere)
        if there != want:
            yield Difference("mlflow", what, want.target, there.target, deploy_command(wanted))


def _state_differences(
    wanted: Wanted, found: Applied | CantTell | None, place: Place
) -> Iterator[Difference]:
    wants, heals = named_payload(wanted.digest), deploy_command(wanted)
    if isinstance(found, CantTell):
        yield Difference(place, "what was applied", wants, found.reason, heals, unknown=True)
    elif (found.payload if found else None) != wanted.digest:
        there = named_payload(found.payload if found else None)
        yield Difference(place, "what was applied", wants, there, heals)


def _drifts(wanted: Wanted, found: tuple[Drift, ...] | CantTell) -> Iterator[Difference]:
    heals = deploy_command(wanted)
    if isinstance(found, CantTell):
        what, wants = "what exists", "what was applied"
        yield Difference("terraform", what, wants, found.reason, heals, unknown=True)
        return
    for drift in found:
        wants = "as git has it"
        there = f"other in {', '.join(drift.attributes)}" if drift.attributes else drift.action
        yield Difference("terraform", drift.address, wants, there, heals)


def _seen_differences(
    wanted: Wanted, found: Observation | CantTell, place: Place
) -> Iterator[Difference]:
    if isinstance(found, CantTell):
        wants, heals = named_payload(wanted.digest), deploy_command(wanted)
        yield Difference(place, "what runs", wants, found.reason, heals, unknown=True)
        return
    yield from found.differences(wanted)
