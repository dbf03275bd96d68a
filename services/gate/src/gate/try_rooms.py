"""The rooms that the gate makes, tried from the inside: measuring, and parity's doors."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from gate.measuring_wall import measuring_room, measuring_wall
from gate.settings import Settings
from gate.wiring import DOORS, HTTP, make_door_rooms
from walls import Room, TriedRoom, UnusableRoom, Wall, find_wall, try_room

Entered = tuple[Room, Wall, str]
"""A room, the wall that stands around it, and the interpreter that is known inside."""


def try_rooms(settings: Settings, *, enter: bool) -> tuple[TriedRoom, ...]:
    """Attempt in each room what must fail there; without `enter` say only whether a wall stands.

    A room that can't be made says why, as its `failure`.
    """
    with TemporaryDirectory(prefix="plinth-walls-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        return tuple(_tried(settings, room, make, enter) for room, make in _rooms(settings, folder))


def _rooms(settings: Settings, folder: Path) -> Iterator[tuple[str, Callable[[], Entered]]]:
    def measuring() -> Entered:
        (own := folder / "own").mkdir()
        room = measuring_room(own, (), [path for path in settings.signing if path.exists()])
        return room, measuring_wall(find_wall(), room), sys.executable

    yield "measuring", measuring
    rooms = make_door_rooms(settings)

    def door(name: str, service: str) -> Callable[[], Entered]:
        def made() -> Entered:
            (own := folder / f"parity-{name}").mkdir()
            room, python = rooms.room(name, service, reads=(), own=own, network=name == HTTP)
            return room, rooms.standing(room, [python]), python

        return made

    for name, service in DOORS.items():
        yield f"parity-{name}", door(name, service)


def _tried(settings: Settings, name: str, make: Callable[[], Entered], enter: bool) -> TriedRoom:
    stores = tuple(path for path in settings.hidden if path.exists())
    sockets = (str(settings.keeper.absolute()),) if settings.keeper else ()
    try:
        room, wall, python = make()
    except (UnusableRoom, OSError) as exc:
        return TriedRoom(name, find_wall().name, 0, (), "", f"{type(exc).__name__}: {exc}")
    if not enter:
        return TriedRoom(name, wall.name, 0, (), wall.missing, "")
    beyond = stores if name == "measuring" else ()
    return try_room(wall, room, python=python, beyond=beyond, sockets=sockets)
