"""Compares git with every other place that knows what an environment runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from delivery.domain.deployment.observation import Observation, Process
from delivery.domain.deployment.wanted import AliasPoint, Applied, Wanted, short

Place = Literal["mlflow", "terraform", "host", "service"]


@dataclass(frozen=True)
class Unknown:
    """A place could not be asked, and why."""

    reason: str


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
class Found:
    """What each place says."""

    aliases: tuple[AliasPoint, ...] | Unknown
    applied: Applied | Unknown | None
    observation: Observation | Unknown


def differences(wanted: Wanted, found: Found) -> tuple[Difference, ...]:
    """Return every difference between git and the other places, in a fixed order."""
    return (
        *alias_differences(wanted, found.aliases),
        *_state_differences(wanted, found.applied),
        *_host_differences(wanted, found.observation),
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
            yield Difference("mlflow", what, want.target, there.target, _deploy(wanted))


def _state_differences(wanted: Wanted, found: Applied | Unknown | None) -> Iterator[Difference]:
    wants = _payload(wanted.digest)
    if isinstance(found, Unknown):
        yield Difference(
            "terraform", "the state", wants, found.reason, _deploy(wanted), unknown=True
        )
    elif (found.payload if found else None) != wanted.digest:
        there = _payload(found.payload if found else None)
        yield Difference("terraform", "what was applied", wants, there, _deploy(wanted))


def _host_differences(wanted: Wanted, found: Observation | Unknown) -> Iterator[Difference]:
    if isinstance(found, Unknown):
        wants = _payload(wanted.digest)
        yield Difference("host", "what runs", wants, found.reason, _deploy(wanted), unknown=True)
        return
    yield from _keepers(wanted, found)
    yield from _watchers(wanted, found)
    yield from _processes(wanted, found)
    yield from _answers(wanted, found)


def _keepers(wanted: Wanted, found: Observation) -> Iterator[Difference]:
    if wanted.payload is None:
        return
    for what, alive in (("socket's holder", found.holder), ("process manager", found.manager)):
        if not alive:
            yield Difference("host", f"the {what}", "alive", "dead", _deploy(wanted))


def _watchers(wanted: Wanted, found: Observation) -> Iterator[Difference]:
    for other in sorted(set(found.watchers) - {wanted.digest}):
        wants = "that it is kept no longer"
        yield Difference("host", f"payload {short(other)}", wants, "kept alive", _deploy(wanted))
    if wanted.digest and wanted.digest not in found.watchers:
        what = f"payload {short(wanted.digest)}"
        yield Difference("host", what, "kept alive", "not kept", _deploy(wanted))


def _processes(wanted: Wanted, found: Observation) -> Iterator[Difference]:
    for process in found.processes:
        if process.payload != wanted.digest:
            wants = _payload(wanted.digest)
            there = _payload(process.payload)
            yield Difference("host", _process(process), wants, there, _deploy(wanted))
        if not process.managed:
            what = f"process {process.pid}"
            yield Difference("host", what, "kept by the manager", "kept by none", _deploy(wanted))
    if wanted.digest and not found.processes:
        wants = f"one that serves {short(wanted.digest)}"
        yield Difference("host", "a process", wants, "not there", _deploy(wanted))


def _answers(wanted: Wanted, found: Observation) -> Iterator[Difference]:
    payload = wanted.payload
    if payload is None:
        if found.answers:
            yield Difference("service", "the port", "silent", "answering", _deploy(wanted))
        return
    for reason in sorted(set(found.silent)):
        yield Difference("service", "a fresh connection", "answered", reason, _deploy(wanted))
    if not (found.answers or found.silent):
        yield Difference("service", "the port", "answering", "silent", _deploy(wanted))
    models = tuple(sorted(m.digest for entries in payload.models.values() for m in entries))
    for answer in sorted(set(found.answers), key=repr):
        said = (
            ("environment", wanted.environment, answer.environment),
            ("payload", payload.digest, answer.payload),
            ("code", payload.code.digest, answer.code),
            ("models", _list(models), _list(tuple(sorted(answer.models)))),
        )
        for what, wants, there in said:
            if wants != there:
                heals = _deploy(wanted)
                yield Difference("service", f"the {what} it names", wants, f"{there}", heals)


def _list(digests: tuple[str, ...]) -> str:
    return ", ".join(digests) or "none"


def _process(process: Process) -> str:
    return f"what process {process.pid} serves"


def _payload(digest: str | None) -> str:
    return f"payload {short(digest)}" if digest else "nothing"


def _deploy(wanted: Wanted) -> str:
    return f"delivery deploy {wanted.environment} --commit {wanted.commit[:12]}"
