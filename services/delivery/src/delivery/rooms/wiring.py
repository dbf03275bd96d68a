"""The rooms of this machine that delivery itself makes, each with the wall around it."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from artifacts.policies.tiers import RoomName
from delivery.errors import TrainingFailed
from delivery.rooms.training_rooms import make_training_rooms
from delivery.rooms.tried_walls import TriedRoom
from delivery.settings import Settings
from walls import Room, UnusableRoom, Wall, find_wall, try_room

Entered = tuple[Room, Wall, str]
"""A room, the wall that stands around it, and the interpreter that is known inside."""
NO_ROOM: Final = (TrainingFailed, UnusableRoom, KeyError, OSError)
"""Why a room can't be made: a variable that is not set is a KeyError."""


@dataclass(frozen=True)
class RoomHere:
    """A room of this machine, under the word that the policy has for it."""

    name: str
    policy: RoomName
    enter: Callable[[], Entered]
    beyond: tuple[Path, ...] = ()
    """What must be out of its reach, besides what the room itself hides."""
    sockets: tuple[str, ...] = ()
    """Sockets that it must not reach: the keeper's."""

    def missing(self) -> str:
        """Why it has no wall, or can't be made at all; nothing where a wall stands."""
        try:
            _, wall, _ = self.enter()
        except NO_ROOM as exc:
            return f"{type(exc).__name__}: {exc}"
        return wall.missing

    def tried(self) -> TriedRoom:
        """Enter it and attempt what must fail there."""
        try:
            room, wall, python = self.enter()
        except NO_ROOM as exc:
            why = f"{type(exc).__name__}: {exc}"
            return TriedRoom(self.name, find_wall().name, 0, (), "", why)
        tried = try_room(wall, room, python=python, beyond=self.beyond, sockets=self.sockets)
        return TriedRoom(**asdict(tried))


def keeper_sockets(settings: Settings) -> tuple[str, ...]:
    """Return the keeper's socket, which no room may reach; empty where there is no keeper."""
    return (str(settings.keeper.absolute()),) if settings.keeper else ()


def rooms_here(settings: Settings, folder: Path) -> Iterator[RoomHere]:
    """Give the rooms that delivery itself makes, over empty folders within `folder`."""
    rooms = make_training_rooms(settings)
    keeper = keeper_sockets(settings)
    places = {word: folder / word for word in ("work", "exchange", "seen", "keys")}
    for place in places.values():
        place.mkdir()

    def training(make: Callable[[], Room]) -> Callable[[], Entered]:
        def enter() -> Entered:
            room = make()
            return room, rooms.standing(room), rooms.python

        return enter

    work, exchange, seen, keys = (places[word] for word in ("work", "exchange", "seen", "keys"))
    trains = training(lambda: rooms.training(work, exchange, seen, keys))
    yield RoomHere("training", "training", trains, (), keeper)
    again = training(lambda: rooms.reproduction(seen, exchange))
    yield RoomHere("reproduction", "training", again, (), keeper)
    keep = training(lambda: rooms.registry(exchange=exchange))
    yield RoomHere("registry", "registry", keep, (), keeper)
