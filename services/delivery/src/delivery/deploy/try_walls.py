"""Trying the wall of each room of this machine from the inside."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from artifacts.policies.tiers import RoomName
from artifacts.records.release import Environment
from delivery.errors import DeliveryError
from delivery.gate.wiring import DOORS, HTTP, make_door_rooms
from delivery.rooms.keeper_probe import try_keeper
from delivery.rooms.room_commands import rooms_tried_by
from delivery.rooms.tried_walls import TriedRoom
from delivery.rooms.wiring import NO_ROOM, Entered, RoomHere, keeper_sockets, rooms_here
from delivery.settings import Settings
from walls import find_wall

ENVIRONMENTS: Final[tuple[Environment, ...]] = ("staging", "production")


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

    The box tries that of a branch's own workflows. Where a keeper holds keys and log, this
    process's own user is the room that is tried.
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
    except (DeliveryError, *NO_ROOM) as exc:
        return [TriedRoom(name, find_wall().name, 0, (), "", f"{type(exc).__name__}: {exc}")]
    return [TriedRoom(**asdict(room)) for room in found]


def try_own_keeper(settings: Settings) -> TriedRoom | None:
    """Attempt as this user what only the keeper may do; None where there is no keeper."""
    if settings.keeper is None:
        return None
    keys = (settings.gate_key, settings.deploy_key, settings.reproduction_key)
    return try_keeper(settings.keeper, [key for key in keys if key])
