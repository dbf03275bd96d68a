"""Say what an environment really runs. Never fails because something is down: it says so."""

from collections.abc import Sequence

from artifacts.records.release import Environment
from delivery.targets.answers import Answer
from delivery.targets.local.local_errors import ManagerFailed
from delivery.targets.local.local_observation import (
    LocalObservation,
    ObservedProcess,
    ObservedWatcher,
)
from delivery.targets.local.ports import EnvironmentFiles, Managers, Probe, Processes
from delivery.targets.local.processes import HostProcess, Manager, Watcher, of_role

CONNECTIONS = 5


def observe(
    environment: Environment,
    files: EnvironmentFiles,
    processes: Processes,
    managers: Managers,
    probe: Probe,
    wall: str = "",
) -> LocalObservation:
    """Look at what is written down, at the manager, at processes, and ask a few times."""
    found = processes.of(environment)
    port = files.port(environment)
    manager, watchers = _managed(managers, found, port)
    return LocalObservation(
        environment=environment,
        port=port,
        wanted=files.wanted(environment),
        state=files.state(environment),
        manager=manager is not None,
        holder=bool(of_role(found, "holder")),
        watchers=tuple(
            ObservedWatcher(name=w.name, status=w.status, payload=w.payload) for w in watchers
        ),
        processes=tuple(_observed(process, manager) for process in of_role(found, "service")),
        answers=_answers(probe, port, found),
        wall=wall,
    )


def _managed(
    managers: Managers, found: Sequence[HostProcess], port: int | None
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


def _answers(probe: Probe, port: int | None, found: Sequence[HostProcess]) -> tuple[Answer, ...]:
    if port is None:
        return ()
    return tuple(probe.ask(port, found) for _ in range(CONNECTIONS))
