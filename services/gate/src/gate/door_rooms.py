"""Rooms for the parity check's doors: code of training and of inference, which nobody approved.

It gets a model, photos and the public key to read, and a folder of its own; no key, log or store.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gate.errors import DoorFailed
from walls import Room, UnusableRoom, Unwalled, Wall, find_wall
from walls.finding import find_environment


@dataclass(frozen=True)
class DoorRooms:
    """Rooms over the checkout at `root`.

    `variables` are those that the doors' code may have, `reads` what it may read besides, `hidden`
    what must stay out of its reach wherever it lies; `wall` is None for the machine's best.
    """

    root: Path
    variables: Mapping[str, str]
    reads: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()
    wall: Wall | None = None
    more: Mapping[str, str] = field(default_factory=dict)

    @contextmanager
    def entered(
        self,
        door: str,
        words: Sequence[str | Path],
        *,
        reads: Sequence[Path],
        own: Path,
        network: bool = False,
    ) -> Iterator[list[str]]:
        """Yield the command that runs `words`, a service and its own, in a room; DoorFailed.

        `own` is the folder that it may write to.
        """
        try:
            service = str(words[0])
            room, python = self.room(door, service, reads=reads, own=own, network=network)
            argv = [python, "-I", "-m", *map(str, words)]
            wall = self.standing(room, argv)
            with wall.opened(room):
                yield wall.command(room, argv)
        except (OSError, UnusableRoom) as exc:
            raise DoorFailed(door, str(exc)) from exc

    def room(
        self, door: str, service: str, *, reads: Sequence[Path], own: Path, network: bool = False
    ) -> tuple[Room, str]:
        """Return the room of a door, and the interpreter of its service; OSError without one."""
        shared = self.variables.get("PLINTH_ENVIRONMENTS")
        environment = find_environment(self.root, service, shared)
        room = self._room(door, (*environment, *reads), own, network)
        return room, str(environment[0] / "bin/python")

    def standing(self, room: Room, argv: Sequence[str]) -> Wall:
        """Return the wall around a room: none where another user can't be given the room."""
        wall = self.wall or find_wall()
        if wall.name != "user":
            return wall
        try:
            wall.command(room, argv)
        except UnusableRoom as exc:
            return Unwalled(f"user: {exc.reason}")
        return wall

    def _room(self, door: str, reads: Sequence[Path], own: Path, network: bool) -> Room:
        listed = tuple(dict.fromkeys(path.absolute() for path in (*reads, *self.reads)))
        return Room(
            f"parity-{door}",
            reads=tuple(path for path in listed if path.exists()),
            writes=(own.absolute(),),
            network=network,
            hidden=tuple(path for path in self.hidden if path.exists() and path not in listed),
            environment={**self.variables, **self.more, "TMPDIR": str(own), "HOME": str(own)},
            ends_with_caller=True,
        )
