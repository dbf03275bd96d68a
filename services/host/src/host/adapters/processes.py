"""Processes, found by the variables that they were started with: no file can be stale."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, get_args

import psutil  # type: ignore[import-untyped]

from artifacts.records.release import Environment
from host.domain.processes import HostProcess, Role
from host.ports import Clock

MARK: Final = "PLINTH_HOST_MARK"
_ROLE, _PORT = "PLINTH_HOST_ROLE", "PLINTH_HOST_PORT"
_MANAGER, _WATCHER = "PLINTH_HOST_MANAGER", "PLINTH_HOST_WATCHER"
_SUPERVISOR, _PAYLOAD = "PLINTH_HOST_SUPERVISOR", "PLINTH_PAYLOAD"
_AFTER_KILL_SECONDS, _POLL_SECONDS = 5.0, 0.02


def mark_of(root: Path, environment: Environment) -> str:
    """Return what an environment's processes carry: hosts in other folders are none of ours."""
    return f"{root}:{environment}"


def markers(
    root: Path, environment: Environment, role: Role, port: int, manager: str, supervisor: str
) -> dict[str, str]:
    """Return the variables that a process of an environment is started with."""
    return {
        MARK: mark_of(root, environment),
        _ROLE: role,
        _PORT: str(port),
        _MANAGER: manager,
        _SUPERVISOR: supervisor,
    }


def watcher_marker(name: str) -> dict[str, str]:
    """Return the variable that names a process's entry at its manager."""
    return {_WATCHER: name}


class MarkedProcesses:
    """The processes that this host, in this folder, started."""

    def __init__(self, root: Path, clock: Clock) -> None:
        self._root = root
        self._clock = clock

    def of(self, environment: Environment) -> tuple[HostProcess, ...]:
        """Return those of an environment that live, whoever started them."""
        mark = mark_of(self._root, environment)
        found = (_read(pid, variables, environment, mark) for pid, variables in _all())
        return tuple(process for process in found if process)

    def end(self, processes: Sequence[HostProcess]) -> None:
        """Ask services to end, once, and end managers and holders at once.

        The managers first: one that lives would start again what ends, and one that ends in its own
        way would ask its services a second time, which means to drop what they are doing.
        """
        for process in sorted(processes, key=lambda process: process.role == "service"):
            if found := _still(process):
                _signal(found, gracefully=process.role == "service")

    def wait(self, processes: Sequence[HostProcess], seconds: float) -> None:
        """Wait until all have ended; what hasn't by then is killed."""
        stubborn = self._ended_within(processes, seconds)
        for process in stubborn:
            if found := _still(process):
                _signal(found, gracefully=False)
        self._ended_within(stubborn, _AFTER_KILL_SECONDS)

    def _ended_within(
        self, processes: Sequence[HostProcess], seconds: float
    ) -> Sequence[HostProcess]:
        deadline = self._clock.seconds() + seconds
        while alive := [process for process in processes if _still(process)]:
            if self._clock.seconds() > deadline:
                return alive
            self._clock.sleep(_POLL_SECONDS)
        return ()


def _all() -> Iterator[tuple[int, Mapping[str, str]]]:
    for pid in psutil.pids():
        try:
            yield pid, psutil.Process(pid).environ()
        except (psutil.Error, OSError):  # gone, a zombie, or somebody else's
            continue


def _read(
    pid: int, variables: Mapping[str, str], environment: Environment, mark: str
) -> HostProcess | None:
    roles = {name: name for name in get_args(Role)}
    role: Role | None = roles.get(variables.get(_ROLE))
    if variables.get(MARK) != mark or role is None:
        return None
    return HostProcess(
        pid=pid,
        role=role,
        environment=environment,
        port=int(variables.get(_PORT, "0")),
        manager=variables.get(_MANAGER, ""),
        supervisor=variables.get(_SUPERVISOR, ""),
        watcher=variables.get(_WATCHER, ""),
        payload=variables.get(_PAYLOAD),
    )


def _still(process: HostProcess) -> psutil.Process | None:
    """Return a process if it lives and its number is still its own; a zombie has no variables."""
    try:
        found = psutil.Process(process.pid)
        return found if found.environ().get(_MANAGER) == process.manager else None
    except (psutil.Error, OSError):
        return None


def _signal(process: psutil.Process, *, gracefully: bool) -> None:
    with suppress(psutil.NoSuchProcess):
        process.terminate() if gracefully else process.kill()
