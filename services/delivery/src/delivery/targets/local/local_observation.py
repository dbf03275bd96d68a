"""What an environment really runs, as this host sees it: facts, and no judgement."""

from artifacts.digests import Digest
from artifacts.records.record import Part, Record
from artifacts.records.release import Environment


class ObservedWatcher(Part):
    """An entry of the process manager; the holder of the socket has no payload."""

    name: str
    status: str
    payload: Digest | None


class ObservedProcess(Part):
    """A process that serves; `managed` is False for what a killed manager left behind."""

    pid: int
    payload: Digest | None
    managed: bool
    wall: str = ""
    """What keeps it in its room: bubblewrap, user, none, or "" of one started before walls."""


class Answer(Part):
    """What one fresh connection got from /v1/release; `problem` says why it got nothing."""

    status: int | None = None
    pid: int | None = None
    payload: Digest | None = None
    environment: str | None = None
    model: Digest | None = None
    code: Digest | None = None
    problem: str | None = None


class EnvironmentState(Record):
    """What a swap writes down: the payload that it brought, and the one before."""

    running: Digest | None = None
    previous: Digest | None = None

    def after(self, payload: str | None) -> "EnvironmentState":
        """Return the state once another payload, or none, runs."""
        if payload == self.running:
            return self
        return EnvironmentState(running=payload, previous=self.running or self.previous)


class Observation(Record):
    """An environment: what is written down, what is kept running, and what answers.

    `manager` and `holder` say whether those processes live (and, of the manager, answers).
    """

    environment: Environment
    port: int | None
    wanted: Digest | None
    state: EnvironmentState
    manager: bool
    holder: bool
    watchers: tuple[ObservedWatcher, ...]
    processes: tuple[ObservedProcess, ...]
    answers: tuple[Answer, ...]
    wall: str = ""
    """What this machine keeps services in their rooms with: bubblewrap, user or none."""
