"""The rooms of this machine, and trying the wall of each from the inside."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from artifacts.policies.tiers import RoomName
from artifacts.records.release import Environment
from delivery.errors import DeliveryError, TrainingFailed
from delivery.gate.measuring_wall import measuring_room, measuring_wall
from delivery.gate.wiring import DOORS, HTTP, make_door_rooms, measuring_hidden
from delivery.retrain.wiring import make_rooms
from delivery.rooms.keeper_probe import try_keeper
from delivery.rooms.room_commands import rooms_tried_by
from delivery.rooms.tried_walls import TriedRoom
from delivery.settings import Settings
from walls import Room, UnusableRoom, Wall, find_wall, try_room

Entered = tuple[Room, Wall, str]
"""A room, the wall that stands around it, and the interpreter that is known inside."""
ENVIRONMENTS: Final[tuple[Environment, ...]] = ("staging", "production")
_NO_ROOM: Final = (TrainingFailed, UnusableRoom, KeyError, OSError)
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
        except _NO_ROOM as exc:
            return f"{type(exc).__name__}: {exc}"
        return wall.missing

    def tried(self) -> TriedRoom:
        """Enter it and attempt what must fail there."""
        try:
            room, wall, python = self.enter()
        except _NO_ROOM as exc:
            why = f"{type(exc).__name__}: {exc}"
            return TriedRoom(self.name, find_wall().name, 0, (), "", why)
        tried = try_room(wall, room, python=python, beyond=self.beyond, sockets=self.sockets)
        return TriedRoom(**asdict(tried))


def keeper_sockets(settings: Settings) -> tuple[str, ...]:
    """Return the keeper's socket, which no room may reach; empty where there is no keeper."""
    return (str(settings.keeper.absolute()),) if settings.keeper else ()


def rooms_here(settings: Settings, folder: Path) -> Iterator[RoomHere]:
    """Give the rooms that delivery itself makes, over empty folders within `folder`."""
    rooms = make_rooms(settings)
    keeper = keeper_sockets(settings)
    places = {word: folder / word for word in ("work", "exchange", "seen", "keys", "own")}
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

    def measuring() -> Entered:
        keys = [key for key in measuring_hidden(settings) if key.exists()]
        room = measuring_room(places["own"], (), keys)
        return room, measuring_wall(find_wall(), room), sys.executable

    stores = tuple(path for path in settings.hidden if path.exists())
    yield RoomHere("measuring", "measuring", measuring, stores, keeper)


def parity_rooms(settings: Settings, folder: Path) -> Iterator[RoomHere]:
    """Give the rooms of parity's doors. No deploy enters them, so none asks for their walls."""
    rooms = make_door_rooms(settings)

    def door(name: str, service: str) -> Callable[[], Entered]:
        def enter() -> Entered:
            (own := folder / f"parity-{name}").mkdir(exist_ok=True)
            room, python = rooms.room(name, service, reads=(), own=own, network=name == HTTP)
            return room, rooms.standing(room, [python]), python

        return enter

    for name, service in DOORS.items():
        policy: RoomName = "training" if service == "training" else "service"
        sockets = keeper_sockets(settings)
        yield RoomHere(f"parity-{name}", policy, door(name, service), (), sockets)


def try_walls(settings: Settings) -> tuple[TriedRoom, ...]:
    """Enter each room of this machine and try there what must fail.

    The box tries that of a branch's own workflows. Where a
    keeper holds keys and log, this process's own user is the room that is tried.
    """
    launcher = settings.root.absolute() / "bin" / "plinth"
    with TemporaryDirectory(prefix="plinth-walls-") as name:
        Path(name).chmod(0o755)
        here = (*rooms_here(settings, Path(name)), *parity_rooms(settings, Path(name)))
        tried = [room.tried() for room in here]
    if settings.target == "local":
        hidden = [path for path in settings.hidden if path != settings.host]
        sockets = [settings.keeper.absolute()] if settings.keeper else []
        for environment in ENVIRONMENTS:
            tried += _services_room(settings, environment, hidden, sockets)
    if settings.box:
        tried += rooms_tried_by(launcher, ("box", "walls"), unknown="box")
    if keeper := try_own_keeper(settings):
        tried.append(keeper)
    return tuple(tried)


def _services_room(
    settings: Settings, environment: Environment, hidden: list[Path], sockets: list[Path]
) -> list[TriedRoom]:
    """Try the room of an environment's service; one that can't be tried says why."""
    # circus takes a moment to import, and only this needs it.
    from delivery.targets.local.wiring import run_walls  # noqa: PLC0415

    name = f"service-{environment}"
    try:
        found = run_walls(settings, environment, hidden, sockets)
    except (DeliveryError, *_NO_ROOM) as exc:
        return [TriedRoom(name, find_wall().name, 0, (), "", f"{type(exc).__name__}: {exc}")]
    return [TriedRoom(**asdict(room)) for room in found]


def try_own_keeper(settings: Settings) -> TriedRoom | None:
    """Attempt as this user what only the keeper may do; None where there is no keeper."""
    if settings.keeper is None:
        return None
    keys = (settings.gate_key, settings.deploy_key, settings.reproduction_key)
    return try_keeper(settings.keeper, [key for key in keys if key])
