"""Remove what no environment runs, ran last, or wants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, get_args

from artifacts.records.release import Environment, Payload
from delivery.targets.local.local_errors import NotInstalled
from delivery.targets.local.payloads import Kind, parts_of, unneeded

if TYPE_CHECKING:
    from delivery.targets.local.depot import FolderDepot
    from delivery.targets.local.environment_files import FolderEnvironments
    from delivery.targets.local.marked_processes import MarkedProcesses


ENVIRONMENTS: Final[tuple[Environment, ...]] = get_args(Environment)


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
