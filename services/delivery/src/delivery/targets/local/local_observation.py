"""What an environment runs on this machine, and where that isn't what git wants."""

from collections.abc import Iterator
from typing import Final

from artifacts.digests import Digest
from artifacts.records.record import Part, Record
from artifacts.records.release import Environment
from artifacts.text import plain
from delivery.deploy.compare import Difference, deploy_command, named_payload
from delivery.releases.wanted import Wanted, short
from delivery.targets.answers import Answer, answer_differences

WALLS: Final = frozenset({"bubblewrap", "user"})
"""The kinds of walls that there are."""


class ObservedWatcher(Part):
    """An entry of the process manager; the holder of the socket has no payload."""

    name: str
    status: str
    payload: Digest | None


class ObservedProcess(Part):
    """A process that serves; `managed` is False for what a killed manager left behind."""

    pid: int
    payload: Digest | None
    managed: bool = True
    wall: str = ""
    """What keeps it in its room: one of WALLS, none, or "" of one started before walls."""


class EnvironmentState(Record):
    """What a swap writes down: the payload that it brought, the one before, the one kept warm."""

    running: Digest | None = None
    previous: Digest | None = None
    warm: Digest | None = None

    def after(self, payload: str | None, warm: str | None = None) -> "EnvironmentState":
        """Return the state once another payload, or none, runs, and `warm` is kept beside it."""
        if payload == self.running:
            return self.model_copy(update={"warm": warm})
        previous = self.running or self.previous
        return EnvironmentState(running=payload, previous=previous, warm=warm)


class LocalObservation(Record):
    """An environment: what is written down, what is kept running, and what answers.

    `manager` and `holder` say whether those processes live (and, of the manager, answers).
    """

    environment: Environment
    port: int | None = None
    wanted: Digest | None = None
    state: EnvironmentState = EnvironmentState()
    manager: bool = False
    holder: bool = False
    watchers: tuple[ObservedWatcher, ...] = ()
    processes: tuple[ObservedProcess, ...] = ()
    answers: tuple[Answer, ...] = ()
    turns: tuple[Digest, ...] = ()
    """The payloads whose services may answer at the port."""
    at_door: Answer | None = None
    """What the release that is kept warm answers at its own door; None where none is kept."""
    wall: str = ""
    """What this machine keeps services in their rooms with: bubblewrap, user or none."""

    @property
    def kept(self) -> tuple[str, ...]:
        """The payloads that the process manager keeps alive; the socket's holder serves none."""
        return tuple(watcher.payload for watcher in self.watchers if watcher.payload)

    @property
    def unwalled(self) -> str:
        """Why a service that is started here has no wall around it; nothing where it has one."""
        if self.wall in WALLS:
            return ""
        return f"the host says of its wall: {plain(self.wall) or 'nothing'}"

    @property
    def nothing(self) -> bool:
        """Whether nothing serves, and nothing would start again."""
        answered = any(answer.problem is None for answer in self.answers)
        return not (self.kept or self.processes or answered)

    def in_its_room(self, process: ObservedProcess) -> bool:
        """Whether a process has the wall that it would be started with now.

        A machine without walls is for `delivery walls` and the judge of a deploy to name.
        """
        return process.wall in WALLS or (process.wall != "" and self.wall not in WALLS)

    def waits(self, payload: str | None) -> bool:
        """Whether a payload is the one that is kept warm, and may not answer."""
        return payload is not None and payload == self.state.warm and payload not in self.turns

    @property
    def notes(self) -> tuple[str, ...]:
        """What people should know that is no difference."""
        if self.at_door is None:
            return ()
        release = f"the release before, {short(self.state.warm)},"
        if self.at_door.problem is None:
            return (f"{release} is kept warm: to go back to it takes no start",)
        reason = plain(self.at_door.problem)
        return (f"{release} is to be kept warm and isn't ready: {reason}. A deploy starts it anew",)

    def differences(self, wanted: Wanted) -> Iterator[Difference]:
        """Yield where it isn't what git wants."""
        yield from _keepers(wanted, self)
        yield from _watchers(wanted, self)
        yield from _processes(wanted, self)
        yield from answer_differences(wanted, self.answers)


def _keepers(wanted: Wanted, found: LocalObservation) -> Iterator[Difference]:
    if wanted.payload is None:
        return
    for what, alive in (("socket's holder", found.holder), ("process manager", found.manager)):
        if not alive:
            yield Difference("host", f"the {what}", "alive", "dead", deploy_command(wanted))


def _watchers(wanted: Wanted, found: LocalObservation) -> Iterator[Difference]:
    heals = deploy_command(wanted)
    for other in sorted(set(found.kept) - {wanted.digest}):
        if wanted.digest and found.waits(other):
            continue
        wants = "that it is kept no longer"
        yield Difference("host", f"payload {short(other)}", wants, "kept alive", heals)
    if wanted.digest and wanted.digest not in found.kept:
        what = f"payload {short(wanted.digest)}"
        yield Difference("host", what, "kept alive", "not kept", heals)


def _processes(wanted: Wanted, found: LocalObservation) -> Iterator[Difference]:
    heals = deploy_command(wanted)
    for process in found.processes:
        warm = wanted.digest and found.waits(process.payload)
        if process.payload != wanted.digest and not warm:
            what = f"what process {process.pid} serves"
            wants, there = named_payload(wanted.digest), named_payload(process.payload)
            yield Difference("host", what, wants, there, heals)
        if not process.managed:
            what = f"process {process.pid}"
            yield Difference("host", what, "kept by the manager", "kept by none", heals)
        if wanted.digest and not found.in_its_room(process):
            what = f"the wall around process {process.pid}"
            there = plain(process.wall) or "not there: it was started before this host had walls"
            wants = plain(found.wall) if found.wall in WALLS else "one that this host knows of"
            yield Difference("host", what, wants, there, heals)
    if wanted.digest and all(found.waits(process.payload) for process in found.processes):
        wants = f"one that serves {short(wanted.digest)}"
        yield Difference("host", "a process", wants, "not there", heals)
