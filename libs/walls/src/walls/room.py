"""What a room is, what every wall offers, and what can go wrong.

Where no wall stands, Unwalled runs a command beside everything, with a clean environment all the
same.

WallsError
|-- UnusableRoom   a room names what can't be given to it, or can't be kept from it
`-- ProbeFailed    the probe could not be run inside the room, so nothing is known
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class WallsError(Exception):
    """Base of every error of this package."""


class UnusableRoom(WallsError):
    """A room can't be built as it is described."""

    def __init__(self, room: str, reason: str) -> None:
        self.room = room
        self.reason = reason
        super().__init__(f"the room {room!r} can't be entered: {reason}")


class ProbeFailed(WallsError):
    """The probe of a room did not answer: whether its wall stands is unknown."""

    def __init__(self, room: str, reason: str) -> None:
        self.room = room
        self.reason = reason
        super().__init__(f"the wall of the room {room!r} could not be tried: {reason}")


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


@dataclass(frozen=True)
class Unwalled:
    """Runs commands as this user, and says why nothing better works here."""

    missing: str
    name: str = "none"

    def command(self, room: Room, argv: Sequence[str]) -> list[str]:
        """Return `argv` with the room's variables alone."""
        return [*with_variables(room, os.path.expanduser("~")), *argv]  # noqa: PTH111 - no user: "~"

    @contextmanager
    def opened(self, room: Room) -> Iterator[None]:
        """Do nothing: the command is the same user."""
        del room
        yield


def with_variables(room: Room, home: str) -> list[str]:
    """Return the words that start a command with the room's variables and no others."""
    pairs = [f"{name}={value}" for name, value in sorted(room.variables(home).items())]
    return ["/usr/bin/env", "-i", *pairs]
