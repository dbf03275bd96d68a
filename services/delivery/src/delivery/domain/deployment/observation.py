"""What was seen on a host: everything that serves an environment, and what it says of itself."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Process:
    """A process that serves, and the payload (by digest) that it was started with.

    One that isn't `managed` was left behind by a process manager that died.
    """

    pid: int
    payload: str | None
    managed: bool = True


@dataclass(frozen=True)
class Answer:
    """What one fresh connection was told by /v1/release, by digest; None where it didn't say."""

    payload: str | None
    code: str | None
    models: tuple[str, ...]
    environment: str | None = None


@dataclass(frozen=True)
class Observation:
    """An environment as it was found.

    `watchers` are the payloads that the process manager keeps alive, `silent` the reasons of
    connections that got no answer.
    """

    watchers: tuple[str, ...] = ()
    processes: tuple[Process, ...] = ()
    answers: tuple[Answer, ...] = ()
    silent: tuple[str, ...] = ()
    holder: bool = False
    manager: bool = False
    port: int | None = None

    @property
    def nothing(self) -> bool:
        """Whether nothing serves, and nothing would start again."""
        return not (self.watchers or self.processes or self.answers)

    def serves_only(self, payload: str) -> bool:
        """Whether all that is kept, runs and answers is one payload, and can go on so."""
        kept = set(self.watchers) == {payload}
        running = {process.payload for process in self.processes} == {payload}
        said = {answer.payload for answer in self.answers} == {payload}
        managed = all(process.managed for process in self.processes)
        alive = self.holder and self.manager and managed
        return kept and running and said and alive and not self.silent
