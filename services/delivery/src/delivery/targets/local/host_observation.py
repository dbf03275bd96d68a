"""What was seen on a host: everything that serves an environment, and what it says of itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from delivery.deploy.difference import Difference, deploy_command, named_payload
from delivery.releases.wanted import Wanted, short
from delivery.targets.answers import Answer, answer_differences

WALLS: Final = frozenset({"bubblewrap", "user"})
"""The kinds of walls that there are, in the host's words."""


@dataclass(frozen=True)
class Process:
    """A process that serves, and the payload (by digest) that it was started with.

    One that isn't `managed` was left behind by a process manager that died. `wall` is what keeps
    it in its room: one of WALLS, none, or nothing for one that was started before there were walls.
    """

    pid: int
    payload: str | None
    managed: bool = True
    wall: str = ""


@dataclass(frozen=True)
class HostObservation:
    """An environment as it was found on a host.

    `watchers` are the payloads that the process manager keeps alive, `silent` the reasons of
    connections that got no answer. `wall` is what the host keeps services in their rooms with.
    """

    watchers: tuple[str, ...] = ()
    processes: tuple[Process, ...] = ()
    answers: tuple[Answer, ...] = ()
    silent: tuple[str, ...] = ()
    holder: bool = False
    manager: bool = False
    port: int | None = None
    wall: str = ""

    @property
    def unwalled(self) -> str:
        """Why a service that is started here has no wall around it; nothing where it has one."""
        if self.wall in WALLS:
            return ""
        return f"the host says of its wall: {self.wall or 'nothing'}"

    @property
    def nothing(self) -> bool:
        """Whether nothing serves, and nothing would start again."""
        return not (self.watchers or self.processes or self.answers)

    def keeps(self, process: Process) -> bool:
        """Whether a process has the wall that it would be started with now.

        A machine without walls is for `delivery walls` and the judge of a deploy to name.
        """
        return process.wall in WALLS or (process.wall != "" and self.wall not in WALLS)

    def serves_only(self, payload: str) -> bool:
        """Whether all that is kept, runs and answers is one payload, and can go on so."""
        kept = set(self.watchers) == {payload}
        running = {process.payload for process in self.processes} == {payload}
        said = {answer.payload for answer in self.answers} == {payload}
        sound = all(process.managed and self.keeps(process) for process in self.processes)
        alive = self.holder and self.manager and sound
        return kept and running and said and alive and not self.silent

    def differences(self, wanted: Wanted) -> Iterator[Difference]:
        """Yield where it isn't what git wants."""
        yield from _keepers(wanted, self)
        yield from _watchers(wanted, self)
        yield from _processes(wanted, self)
        yield from answer_differences(wanted, self.answers, self.silent)


def _keepers(wanted: Wanted, found: HostObservation) -> Iterator[Difference]:
    if wanted.payload is None:
        return
    for what, alive in (("socket's holder", found.holder), ("process manager", found.manager)):
        if not alive:
            yield Difference("host", f"the {what}", "alive", "dead", deploy_command(wanted))


def _watchers(wanted: Wanted, found: HostObservation) -> Iterator[Difference]:
    heals = deploy_command(wanted)
    for other in sorted(set(found.watchers) - {wanted.digest}):
        wants = "that it is kept no longer"
        yield Difference("host", f"payload {short(other)}", wants, "kept alive", heals)
    if wanted.digest and wanted.digest not in found.watchers:
        what = f"payload {short(wanted.digest)}"
        yield Difference("host", what, "kept alive", "not kept", heals)


def _processes(wanted: Wanted, found: HostObservation) -> Iterator[Difference]:
    heals = deploy_command(wanted)
    for process in found.processes:
        if process.payload != wanted.digest:
            what = f"what process {process.pid} serves"
            wants, there = named_payload(wanted.digest), named_payload(process.payload)
            yield Difference("host", what, wants, there, heals)
        if not process.managed:
            what = f"process {process.pid}"
            yield Difference("host", what, "kept by the manager", "kept by none", heals)
        if wanted.digest and not found.keeps(process):
            what = f"the wall around process {process.pid}"
            there = process.wall or "not there: it was started before this host had walls"
            wants = found.wall if found.wall in WALLS else "one that this host knows of"
            yield Difference("host", what, wants, there, heals)
    if wanted.digest and not found.processes:
        wants = f"one that serves {short(wanted.digest)}"
        yield Difference("host", "a process", wants, "not there", heals)
