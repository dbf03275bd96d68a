"""Trying the wall of each room of this machine from the inside."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from artifacts.records.release import Environment
from delivery.errors import DeliveryError
from delivery.rooms.try_rooms import NO_ROOM, rooms_here, rooms_tried_by, try_keeper
from delivery.settings import Settings
from walls import TriedRoom, find_wall

ENVIRONMENTS: Final[tuple[Environment, ...]] = ("staging", "production")


def try_walls(settings: Settings) -> tuple[TriedRoom, ...]:
    """Enter each room of this machine and try there what must fail.

    The gate tries its own rooms, and the box that of a branch's own workflows. Where a keeper
    holds keys and log, this process's own user is the room that is tried.
    """
    launcher = settings.root.absolute() / "bin" / "plinth"
    with TemporaryDirectory(prefix="plinth-walls-") as name:
        Path(name).chmod(0o755)
        tried = [room.tried() for room in rooms_here(settings, Path(name))]
    tried += rooms_tried_by(launcher, ("gate", "walls"), unknown="measuring")
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
    from delivery.targets.local.local_target import run_walls  # noqa: PLC0415

    name = f"service-{environment}"
    try:
        found = run_walls(settings, environment, hidden, sockets)
    except (DeliveryError, *NO_ROOM) as exc:
        return [TriedRoom(name, find_wall().name, 0, (), "", f"{type(exc).__name__}: {exc}")]
    return list(found)


def try_own_keeper(settings: Settings) -> TriedRoom | None:
    """Attempt as this user what only the keeper may do; None where there is no keeper."""
    if settings.keeper is None:
        return None
    keys = (settings.gate_key, settings.deploy_key, settings.reproduction_key)
    return try_keeper(settings.keeper, [key for key in keys if key])
