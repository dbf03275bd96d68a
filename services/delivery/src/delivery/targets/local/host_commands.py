"""The host, through its commands: `bin/plinth delivery local ...`."""

import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from artifacts.errors import UnreadableRecord
from artifacts.records.record import parse_json
from artifacts.records.release import Environment, Payload
from delivery.errors import HostFailed
from delivery.targets.answers import Answer
from delivery.targets.local.host_observation import HostObservation, Process
from delivery.text import plain

TIMEOUT_SECONDS: Final = 1800
"""An environment that is built from nothing takes minutes on a slow line."""
_LAST_WORDS: Final = 1500


@dataclass(frozen=True)
class HostCommands:
    """Runs `<launcher> delivery local ...`; code comes from the git repository `source`."""

    launcher: Path
    source: Path

    def want(self, environment: Environment, payload: str) -> None:
        """Say which payload is to run; HostFailed."""
        self._run("want", environment, payload)

    def install(self, payload: Payload) -> None:
        """Make a payload ready to run; HostFailed."""
        with tempfile.TemporaryDirectory(prefix="plinth-") as private:
            file = payload.write(Path(private) / "payload.json")
            self._run("install", str(file), "--source", str(self.source))

    def settle(self, environment: Environment, payload: Payload) -> None:
        """Return at once: a swap that Terraform ran has ended when Terraform has."""

    def observe(self, environment: Environment) -> HostObservation:
        """Return what runs and what it says of itself; HostFailed."""
        said = self._run("observe", environment)
        try:
            return _seen(_Said.model_validate(parse_json(said, "what the host says")))
        except (UnreadableRecord, ValidationError) as exc:
            raise HostFailed("observe", f"it can't be read: {plain(exc)}") from exc

    def stop(self, environment: Environment) -> None:
        """End everything that serves an environment; HostFailed."""
        self._run("stop", environment)

    def prune(self, keep: Sequence[str]) -> None:
        """Remove payloads that nothing needs; HostFailed."""
        self._run("prune", *(word for digest in keep for word in ("--keep", digest)))

    def _run(self, *words: str) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - the project's own launcher, no shell
                [str(self.launcher), "delivery", "local", *words],
                capture_output=True,
                text=True,
                errors="replace",
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as exc:
            raise HostFailed(words[0], plain(exc)) from exc
        if done.returncode:
            said = " ".join((done.stderr or done.stdout).split())[-_LAST_WORDS:]
            raise HostFailed(words[0], f"exit code {done.returncode}: {plain(said, _LAST_WORDS)}")
        return done.stdout


class _Part(BaseModel):
    # The host may say more than a deploy needs to know.
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Watcher(_Part):
    payload: str | None


class _Process(_Part):
    pid: int
    payload: str | None
    managed: bool
    wall: str = ""


class _Answer(_Part):
    payload: str | None
    environment: str | None
    model: str | None
    code: str | None
    problem: str | None


class _Said(_Part):
    port: int | None
    manager: bool
    holder: bool
    watchers: tuple[_Watcher, ...]
    processes: tuple[_Process, ...]
    answers: tuple[_Answer, ...]
    wall: str = ""


def _seen(said: _Said) -> HostObservation:
    heard = [answer for answer in said.answers if answer.problem is None]
    return HostObservation(
        # The socket's holder is kept too, and serves nothing.
        watchers=tuple(watcher.payload for watcher in said.watchers if watcher.payload),
        processes=tuple(
            Process(p.pid, p.payload, p.managed, plain(p.wall)) for p in said.processes
        ),
        answers=tuple(
            Answer(a.payload, a.code, (a.model,) if a.model else (), a.environment) for a in heard
        ),
        silent=tuple(plain(answer.problem) for answer in said.answers if answer.problem),
        holder=said.holder,
        manager=said.manager,
        port=said.port,
        wall=plain(said.wall),
    )
