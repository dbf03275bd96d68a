"""The processes of an environment, and which of them are not those that should be there."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from artifacts.digests import digest_json, hex_part
from artifacts.records.release import Environment

Role = Literal["manager", "holder", "service"]
HOLDER: Literal["holder"] = "holder"
"""The name of the watcher that keeps the holder of the listening socket."""


@dataclass(frozen=True)
class HostProcess:
    """A process of an environment, as its own variables tell.

    Of a service it is the shell outside of the room: what is inside can call itself anything.
    `manager` names the process manager that started it (or that it is); `watcher` the entry there;
    `supervisor` the version of the holder's program.
    """

    pid: int
    role: Role
    environment: str
    port: int
    manager: str
    supervisor: str
    watcher: str = ""
    payload: str | None = None
    wall: str = ""


@dataclass(frozen=True)
class Service:
    """What serves a payload: a command, its variables, and where its output goes.

    `reads` and `writes` are all that it may reach of this machine's folders, `key_file` holds the
    keys of its callers: on a command line, or in another room, they could be read by others. `wall`
    is the kind of wall that it is started behind. At its `door`, a socket, it waits while it isn't
    its turn to answer; "" where its code knows of no turns and answers as soon as it can.
    """

    payload: str
    command: tuple[str, ...]
    variables: tuple[tuple[str, str], ...]
    log: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    key_file: str = ""
    wall: str = ""
    door: str = ""

    @property
    def watcher(self) -> str:
        """The name of its entry at the manager: another setting, or wall, is another entry."""
        setup = digest_json([self.command, self.variables, self.reads, self.writes, self.wall])
        return f"{hex_part(self.payload)}-{hex_part(setup)[:8]}"


@dataclass(frozen=True)
class Watcher:
    """An entry of the process manager, and what it says of it (`active`, `stopped`, ...)."""

    name: str
    status: str

    @property
    def payload(self) -> str | None:
        """The payload that it serves; None for the holder's."""
        return None if self.name == HOLDER else f"sha256:{self.name.partition('-')[0]}"


@dataclass(frozen=True)
class Manager:
    """A process manager that answers."""

    name: str
    pid: int
    environment: Environment
    port: int


def of_role(processes: Sequence[HostProcess], role: Role) -> tuple[HostProcess, ...]:
    """Return the processes of a role."""
    return tuple(process for process in processes if process.role == role)


def serving(
    processes: Sequence[HostProcess], manager: Manager, watcher: str
) -> tuple[HostProcess, ...]:
    """Return the processes that a manager runs for one of its entries."""
    return tuple(p for p in processes if p.manager == manager.name and p.watcher == watcher)


def left_over(
    processes: Sequence[HostProcess], manager: Manager, kept: AbstractSet[str]
) -> tuple[HostProcess, ...]:
    """Return what is neither the manager, nor its holder, nor of one of its entries `kept`.

    That is the release before, what a killed manager left behind, and the manager of another port.
    """
    return tuple(
        p
        for p in processes
        if p.manager != manager.name or (p.role == "service" and p.watcher not in kept)
    )
