"""Processes, found by the variables that they were started with: no file can be stale.

What runs in a room may call itself anything: only this user's processes outside of rooms count.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

import psutil  # type: ignore[import-untyped]

from artifacts.records.release import Environment
from delivery.targets.local.processes import HostProcess, Role

if TYPE_CHECKING:
    from delivery.clock import SystemClock


MARK: Final = "PLINTH_HOST_MARK"
ROLE: Final = "PLINTH_HOST_ROLE"
_PORT, _WALL = "PLINTH_HOST_PORT", "PLINTH_HOST_WALL"
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
        ROLE: role,
        _PORT: str(port),
        _MANAGER: manager,
        _SUPERVISOR: supervisor,
    }


def service_markers(payload: str, wall: str) -> dict[str, str]:
    """Return the variables that say what a service serves, and what keeps it in its room."""
    return {_PAYLOAD: payload, _WALL: wall}


def watcher_marker(name: str) -> dict[str, str]:
    """Return the variable that names a process's entry at its manager."""
    return {_WATCHER: name}


class MarkedProcesses:
    """The processes that this host, in this folder, started."""

    def __init__(self, root: Path, clock: SystemClock) -> None:
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
                if process.role == "service" and process.wall:
                    _ask_to_end(found)
                elif process.role == "service":  # one from before walls: it has no shell around it
                    _send(signal.SIGTERM, (found.pid,))
                else:
                    _send(signal.SIGKILL, (found.pid,))

    def wait(self, processes: Sequence[HostProcess], seconds: float) -> None:
        """Wait until all have ended; what hasn't by then is killed."""
        stubborn = self._ended_within(processes, seconds)
        for process in stubborn:
            if found := _still(process):
                # A service's shell, and with it all that it started.
                inside = inside_of(found.pid) if process.wall else ()
                _send(signal.SIGKILL, (found.pid, *inside))
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
            process = psutil.Process(pid)
            variables = process.environ()
            if MARK in variables and _is_outside(pid) and process.uids().real == os.getuid():
                yield pid, variables
        except (psutil.Error, OSError):  # gone, a zombie, or somebody else's
            continue


def _read(
    pid: int, variables: Mapping[str, str], environment: Environment, mark: str
) -> HostProcess | None:
    roles = {name: name for name in get_args(Role)}
    role: Role | None = roles.get(variables.get(ROLE))
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
        wall=variables.get(_WALL, ""),
    )


def _still(process: HostProcess) -> psutil.Process | None:
    """Return a process if it lives and its number is still its own; a zombie has no variables."""
    try:
        found = psutil.Process(process.pid)
        return found if found.environ().get(_MANAGER) == process.manager else None
    except (psutil.Error, OSError):
        return None


def inside_of(pid: int) -> tuple[int, ...]:
    """Return the processes that a service's shell started, through whatever wall."""
    try:
        return tuple(child.pid for child in psutil.Process(pid).children(recursive=True))
    except (psutil.Error, OSError):
        return ()


def _ask_to_end(shell: psutil.Process) -> None:
    """Ask what serves to end; the shell outside ends with it.

    The wall's own processes are not asked: to end one is to kill all that is inside.
    """
    inside = inside_of(shell.pid)
    rooms = [numbers for pid in inside if len(numbers := _numbers(pid)) > _outside_depth()]
    serving = tuple(numbers[0] for numbers in rooms if numbers[-1] != 1)
    _send(signal.SIGTERM, (serving if rooms else inside) or (shell.pid,))


def _send(number: signal.Signals, pids: Sequence[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _is_outside(pid: int) -> bool:
    """Whether a process is in no room of its own numbering, as this one is."""
    return len(_numbers(pid)) <= _outside_depth()


def _outside_depth() -> int:
    return len(_numbers(os.getpid()))


def _numbers(pid: int) -> tuple[int, ...]:
    """Return a process's number here and in each room that it is in, the innermost last."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:  # it is gone, or this system has no such rooms
        return (pid,)
    lines = (line.split()[1:] for line in status.splitlines() if line.startswith("NSpid:"))
    return next((tuple(map(int, line)) for line in lines), (pid,))
