"""The rooms that the gate makes, for measuring and for parity's doors, and their walls."""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Final

from artifacts.text import plain
from gate.doors import DoorRooms
from gate.measuring_room import measuring_room, measuring_wall, standing_wall
from gate.settings import Settings, door_variables
from walls import Room, TriedRoom, UnusableRoom, Wall, find_wall, try_room

HTTP: Final = "http"
DOORS: Final = MappingProxyType({"training": "training", "batch": "inference", HTTP: "inference"})
"""Parity's doors, and the service whose code answers at each; the live one has the network."""
Entered = tuple[Room, Wall, str]
"""A room, the wall that stands around it, and the interpreter that is known inside."""


def make_door_rooms(settings: Settings) -> DoorRooms:
    """Return the rooms that parity's doors, code of training and of inference, are opened in."""
    return DoorRooms(
        settings.root,
        {**door_variables(), "PLINTH_TRACKING_URI": ""},
        reads=(settings.public_key,),
        hidden=settings.hidden,
    )


def measuring_line(settings: Settings, *folders: Path) -> str:
    """Say in one line which wall keeps a model that is measured from keys, or why none does.

    `folders` are those of the dataset and its photos: the wall is asked for this very room.
    """
    shown = tuple(folder.resolve() for folder in folders if folder.exists())
    wall = standing_wall(find_wall(), shown, settings.signing)
    if wall.missing:
        return f"measuring: no wall keeps models from this machine's keys: {plain(wall.missing)}"
    return f"measuring: each model in a process of its own, behind {wall.name}"


def parity_line(settings: Settings, model: Path, photos: Sequence[Path]) -> str:
    """Say in one line which wall keeps parity's doors from keys, or which of them has none."""
    rooms = make_door_rooms(settings)
    wall, missing = find_wall(), ""
    folders = dict.fromkeys(photo.parent for photo in photos)
    with TemporaryDirectory(prefix="plinth-") as own:
        for door, service in DOORS.items() if wall.name == "user" else ():
            # It stands around a room only where that user can be given the room.
            reads = (model.absolute(), *(() if door == HTTP else folders))
            try:
                room, python = rooms.room(
                    door, service, reads=reads, own=Path(own), network=door == HTTP
                )
            except OSError as exc:
                missing = missing or f"{door}: {exc}"
            else:
                missing = missing or rooms.standing(room, [python]).missing
    if missing := missing or wall.missing:
        return f"parity: no wall keeps the doors' code from this machine's keys: {plain(missing)}"
    return f"parity: training, batch and http each in a room without keys, behind {wall.name}"


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
