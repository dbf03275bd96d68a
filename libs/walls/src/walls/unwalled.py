"""No wall: a command runs beside everything, with a clean environment all the same."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from walls.room import Room


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
