"""Say what an environment really runs. Never fails because something is down: it says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from artifacts.records.release import Environment
from delivery.targets.answers import Answer
from delivery.targets.local.local_errors import ManagerFailed
from delivery.targets.local.local_observation import (
    LocalObservation,
    ObservedProcess,
    ObservedWatcher,
)
from delivery.targets.local.processes import HostProcess, Manager, Watcher, of_role

if TYPE_CHECKING:
    from delivery.targets.local.circus_managers import CircusManagers
    from delivery.targets.local.environment_files import FolderEnvironments
    from delivery.targets.local.marked_processes import MarkedProcesses
    from delivery.targets.local.release_probe import HttpProbe


CONNECTIONS = 5


def observe(
    environment: Environment,
    files: FolderEnvironments,
    processes: MarkedProcesses,
    managers: CircusManagers,
    probe: HttpProbe,
    wall: str = "",
) -> LocalObservation:
    """Look at what is written down, at the manager, at processes, and ask a few times."""
    found = processes.of(environment)
    port = files.port(environment)
    manager, watchers = _managed(managers, found, port)
    state = files.state(environment)
    return LocalObservation(
        environment=environment,
        port=port,
        wanted=files.wanted(environment),
        state=state,
        manager=manager is not None,
        holder=bool(of_role(found, "holder")),
        watchers=tuple(
            ObservedWatcher(name=w.name, status=w.status, payload=w.payload) for w in watchers
        ),
        processes=tuple(_observed(process, manager) for process in of_role(found, "service")),
        answers=_answers(probe, port, found),
        turns=files.turns(environment),
        at_door=probe.ask_at_door(files.door(environment, state.warm), found)
        if state.warm
        else None,
        wall=wall,
    )


def _managed(
    managers: CircusManagers, found: Sequence[HostProcess], port: int | None
) -> tuple[Manager | None, tuple[Watcher, ...]]:
    if port is None:
        return None, ()
    try:
        manager = managers.find(found, port)
        return manager, managers.watchers(manager) if manager else ()
    except ManagerFailed:
        return None, ()


def _observed(process: HostProcess, manager: Manager | None) -> ObservedProcess:
    managed = manager is not None and process.manager == manager.name
    return ObservedProcess(
        pid=process.pid, payload=process.payload, managed=managed, wall=process.wall
    )


def _answers(
    probe: HttpProbe, port: int | None, found: Sequence[HostProcess]
) -> tuple[Answer, ...]:
    if port is None:
        return ()
    return tuple(probe.ask(port, found) for _ in range(CONNECTIONS))
