"""What a room is, and what every wall offers."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Room:
    """What a command may reach. Everything else of the machine is out of its reach.

    Attributes:
        name: The word for it in messages; also what another user's number is made from.
        reads: Files and folders that it may read. They must exist.
        writes: Files and folders that it may change. They must exist.
        network: Whether it may use the network, this machine's loopback included.
        hidden: Paths that must be out of reach. One that lies inside `reads` or `writes` is
            covered, and must exist: what doesn't exist yet can't be covered.
        environment: Every variable that it gets. `PATH`, `LANG` and `HOME` have a default.
        ends_with_caller: Whether the command is killed when the process that started it ends.
    """

    name: str
    reads: tuple[Path, ...]
    writes: tuple[Path, ...]
    network: bool = False
    hidden: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    ends_with_caller: bool = False

    def variables(self, home: str) -> dict[str, str]:
        """Return all variables of a command inside, with the defaults."""
        defaults = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": home}
        return {**defaults, **self.environment}


class Wall(Protocol):
    """One way to keep a command in its room."""

    @property
    def name(self) -> str:
        """The word for this kind of wall: bubblewrap, user or none."""
        ...

    @property
    def missing(self) -> str:
        """Why there is no wall, or "" where there is one."""
        ...

    def command(self, room: Room, argv: Sequence[str]) -> list[str]:
        """Return the command that runs `argv` inside the room; UnusableRoom."""
        ...

    def opened(self, room: Room) -> AbstractContextManager[None]:
        """Lend the folders of `writes` to who runs inside, for the time of the block."""
        ...
