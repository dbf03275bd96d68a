"""What is done with an environment beside a swap: it is observed, stopped, cleared up after."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final, get_args

from artifacts.records.release import Environment, Payload
from delivery.targets.local.local_errors import ManagerFailed, NotInstalled
from delivery.targets.local.local_observation import (
    LocalObservation,
    ObservedProcess,
    ObservedWatcher,
)
from delivery.targets.local.payloads import Kind, parts_of, unneeded
from delivery.targets.local.processes import HostProcess, Manager, Watcher, of_role
from delivery.targets.local.swap import GRACE_SECONDS

if TYPE_CHECKING:
    from delivery.targets.local.circus_managers import CircusManagers
    from delivery.targets.local.depot import FolderDepot
    from delivery.targets.local.environment_files import FolderEnvironments
    from delivery.targets.local.marked_processes import MarkedProcesses
    from delivery.targets.local.release_probe import HttpProbe


CONNECTIONS = 5
ENVIRONMENTS: Final[tuple[Environment, ...]] = get_args(Environment)


def observe(
    environment: Environment,
    files: FolderEnvironments,
    processes: MarkedProcesses,
    managers: CircusManagers,
    probe: HttpProbe,
    wall: str = "",
) -> LocalObservation:
    """Say what an environment really runs: what is written down, kept and running, what answers.

    Never fails because something is down: it says so.
    """
    found, port = processes.of(environment), files.port(environment)
    state = files.state(environment)
    door = files.door(environment, state.warm) if state.warm else None
    manager: Manager | None = None
    watchers: tuple[Watcher, ...] = ()
    with suppress(ManagerFailed):
        if port is not None and (answering := managers.find(found, port)):
            watchers = managers.watchers(answering)
            manager = answering
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
        answers=tuple(probe.ask(port, found) for _ in range(CONNECTIONS) if port is not None),
        turns=files.turns(environment),
        at_door=probe.ask_at_door(door, found) if door else None,
        wall=wall,
    )


def _observed(process: HostProcess, manager: Manager | None) -> ObservedProcess:
    managed = manager is not None and process.manager == manager.name
    return ObservedProcess(
        pid=process.pid, payload=process.payload, managed=managed, wall=process.wall
    )


def stop(environment: Environment, files: FolderEnvironments, processes: MarkedProcesses) -> int:
    """End services gracefully, manager and holder too; return how many processes there were."""
    with files.swapping(environment):
        found = processes.of(environment)
        processes.end(found)
        processes.wait(found, GRACE_SECONDS)
        files.tidy(environment, ())
        for payload in files.turns(environment):
            files.end_turn(environment, payload)
        files.want(environment, None)
        files.write_state(environment, files.state(environment).after(None))
    return len(found)


def prune(
    keep: Sequence[str], depot: FolderDepot, files: FolderEnvironments, processes: MarkedProcesses
) -> tuple[str, ...]:
    """Remove payloads, then code, models, logs and programs that none of the rest needs.

    Returns what was removed, each as `kind digest`.
    """
    with depot.installing():
        found = [process for name in ENVIRONMENTS for process in processes.of(name)]
        kept = {*keep, *(p.payload for p in found if p.payload), *_written_down(files)}
        removed = _remove(depot, "payloads", kept)
        parts = [parts_of(payload) for payload in _payloads(depot)]
        removed += _remove(depot, "code", {part.code for part in parts})
        removed += _remove(depot, "models", {part.model for part in parts})
        if drafts := depot.remove_drafts():
            removed += (f"{drafts} half-built",)
        supervisors = tuple(sorted({process.supervisor for process in found}))
        return removed + files.prune(depot.digests("payloads"), supervisors)


def _written_down(files: FolderEnvironments) -> set[str]:
    digests: set[str | None] = set()
    for environment in ENVIRONMENTS:
        state = files.state(environment)
        digests |= {files.wanted(environment), state.running, state.previous, state.warm}
    return {digest for digest in digests if digest}


def _remove(depot: FolderDepot, kind: Kind, keep: set[str]) -> tuple[str, ...]:
    names = unneeded(depot.digests(kind), keep)
    for digest in names:
        depot.remove(kind, digest)
    return tuple(f"{kind} {digest}" for digest in names)


def _payloads(depot: FolderDepot) -> list[Payload]:
    readable = []
    for digest in depot.digests("payloads"):
        try:
            readable.append(depot.payload(digest))
        except NotInstalled:  # damaged: it can't run, and is built anew when it is wanted
            depot.remove("payloads", digest)
    return readable
