"""Compares git with every other place that knows what an environment runs."""

from collections.abc import Iterator
from dataclasses import dataclass

from artifacts.cant_tell import CantTell
from delivery.deploy.difference import Difference, Drift, Place, deploy_command, named_payload
from delivery.releases.wanted import AliasPoint, Applied, Wanted
from delivery.targets.observation import Observation


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
