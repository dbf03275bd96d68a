"""Processes that work in a folder: found by their command line, their folder or their parent."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_PATIENCE_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.05


def end_processes_in(folder: Path) -> None:
    """End every process that works in a folder, and all that descend from one.

    First by SIGTERM, which lets act end its steps; after five seconds by SIGKILL. A service that a
    step started in a session of its own, and that has left the folder, is none of them.
    """
    _signal(found := processes_in(folder), signal.SIGTERM)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while found and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
        found = processes_in(folder)
    _signal(found, signal.SIGKILL)


def end_processes_of(user: int) -> None:
    """Kill every process of a user, until there is none: one that is killed may have forked."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (found := _of_user(user)) and time.monotonic() < deadline:
        _signal(found, signal.SIGKILL)
        time.sleep(_POLL_SECONDS)


def _of_user(user: int) -> frozenset[int]:
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,uid=,stat="],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rows = (line.split() for line in listed.splitlines())
    return frozenset(
        int(pid) for pid, owner, state in rows if owner == str(user) and not state.startswith("Z")
    )


def processes_in(folder: Path) -> frozenset[int]:
    """Return the ids of the processes that work in a folder; never this one or its ancestors."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,command="],
        capture_output=True,
        text=True,
        errors="replace",
        check=True,
    ).stdout
    rows = [line.split(None, 3) for line in listed.splitlines()]
    living = [row for row in rows if len(row) == 4 and not row[2].startswith("Z")]
    parents = {int(pid): int(parent) for pid, parent, _, _ in living}
    roots = {int(pid) for pid, _, _, command in living if str(folder) in command}
    roots |= set(_by_folder(folder))
    return frozenset(_with_descendants(roots, parents) - set(_lineage(os.getpid(), parents)))


def _by_folder(folder: Path) -> Iterator[int]:
    """Yield processes by their current folder, where the system tells it."""
    proc = Path("/proc")
    for entry in proc.iterdir() if proc.is_dir() else ():
        if entry.name.isdigit():
            try:
                current = (entry / "cwd").readlink()
            except OSError:
                continue
            if current.is_relative_to(folder):
                yield int(entry.name)


def _with_descendants(roots: set[int], parents: dict[int, int]) -> set[int]:
    found = set(roots)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _lineage(pid: int, parents: dict[int, int]) -> Iterator[int]:
    while pid in parents:
        yield pid
        pid = parents[pid]
    yield pid


def _signal(pids: frozenset[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
