"""Compares git with every other place that knows what an environment runs."""

from collections.abc import Iterator
from dataclasses import dataclass

from delivery.deploy.difference import (
    Difference,
    Drift,
    Place,
    Unknown,
    deploy_command,
    named_payload,
)
from delivery.releases.wanted import AliasPoint, Applied, Wanted
from delivery.targets.observation import Observation


@dataclass(frozen=True)
class Found:
    """What each place says; `drift` is what was changed since it was applied."""

    aliases: tuple[AliasPoint, ...] | Unknown
    applied: Applied | Unknown | None
    observation: Observation | Unknown
    drift: tuple[Drift, ...] | Unknown = ()
    records: Place = "terraform"
    """The place that says what was applied."""


def differences(wanted: Wanted, found: Found) -> tuple[Difference, ...]:
    """Return every difference between git and the other places, in a fixed order."""
    return (
        *alias_differences(wanted, found.aliases),
        *_state_differences(wanted, found.applied, found.records),
        *_drifts(wanted, found.drift),
        *_seen_differences(wanted, found.observation),
    )


def alias_differences(
    wanted: Wanted, found: tuple[AliasPoint, ...] | Unknown
) -> tuple[Difference, ...]:
    """Return where a registry's aliases are not what git has."""
    return tuple(_aliases(wanted, found))


def _aliases(wanted: Wanted, found: tuple[AliasPoint, ...] | Unknown) -> Iterator[Difference]:
    points = {} if isinstance(found, Unknown) else {(p.model, p.alias): p for p in found}
    for want in wanted.aliases:
        what = f"alias {want.alias} of {want.model}"
        if isinstance(found, Unknown):
            yield Difference("mlflow", what, want.target, found.reason, "reach it", unknown=True)
            continue
        nowhere = AliasPoint(want.model, want.alias, None, None)
        there = points.get((want.model, want.alias), nowhere)
        if there != want:
            yield Difference("mlflow", what, want.target, there.target, deploy_command(wanted))


def _state_differences(
    wanted: Wanted, found: Applied | Unknown | None, place: Place
) -> Iterator[Difference]:
    wants, heals = named_payload(wanted.digest), deploy_command(wanted)
    if isinstance(found, Unknown):
        yield Difference(place, "what was applied", wants, found.reason, heals, unknown=True)
    elif (found.payload if found else None) != wanted.digest:
        there = named_payload(found.payload if found else None)
        yield Difference(place, "what was applied", wants, there, heals)


def _drifts(wanted: Wanted, found: tuple[Drift, ...] | Unknown) -> Iterator[Difference]:
    heals = deploy_command(wanted)
    if isinstance(found, Unknown):
        what, wants = "what exists", "what was applied"
        yield Difference("terraform", what, wants, found.reason, heals, unknown=True)
        return
    for drift in found:
        wants = "as git has it"
        there = f"other in {', '.join(drift.attributes)}" if drift.attributes else drift.action
        yield Difference("terraform", drift.address, wants, there, heals)


def _seen_differences(wanted: Wanted, found: Observation | Unknown) -> Iterator[Difference]:
    if isinstance(found, Unknown):
        wants, heals = named_payload(wanted.digest), deploy_command(wanted)
        yield Difference("host", "what runs", wants, found.reason, heals, unknown=True)
        return
    yield from found.differences(wanted)
