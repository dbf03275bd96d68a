"""Which walls this machine has: in one line, and room by room for whoever deploys."""

import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from artifacts.policies.tiers import RoomName
from artifacts.text import plain
from delivery.rooms.try_rooms import rooms_tried_by
from delivery.settings import Settings
from walls import find_wall

CONTAINERS: Final = "each task on AWS is a container of its own, and no wall of this machine's"
_LINE: Final = 2000
_LOCAL: Final[tuple[RoomName, ...]] = ("training", "registry", "measuring")
"""Rooms that are always on the machine that deploys; the host says where services are."""


def machine_line(settings: Settings) -> str:
    """Return one line about the walls of this machine, for commands that judge and deploy."""
    wall = find_wall()
    if wall.missing:
        why = plain(wall.missing, _LINE)
        line = f"walls: none, code that nobody approves can reach every key here: {why}"
    else:
        line = f"walls: {wall.name} (`bin/plinth delivery walls` tries each room)"
    if settings.keeper:
        line += f"; keys and log are with the keeper at {plain(settings.keeper)}"
    return f"{line}; {CONTAINERS}" if settings.target == "aws" else line


def wall_line(settings: Settings) -> str:
    """Return one line about the wall that training's code really gets here."""
    from delivery.rooms.training_rooms import make_training_rooms  # noqa: PLC0415

    rooms = make_training_rooms(settings)
    wall = find_wall()
    if wall.name == "user":  # it stands around a room only where that user can be given the room
        wall = rooms.standing(rooms.checkout())
    if wall.missing:
        return f"walls: none, code that nobody approves can reach every key here: {wall.missing}"
    line = f"walls: {wall.name} (`delivery walls` tries each room)"
    if shown := rooms.shown_photos():
        places = ", ".join(str(path) for path in shown)
        line += f"; training can read the holdout's photos in {places} (fix: chmod 0700 {shown[0]})"
    return plain(line, _LINE)


def training_line(settings: Settings) -> str:
    """Return one line about what training's code could reach here: a wall, or nothing to reach."""
    if not any(os.access(path, os.R_OK) for path in settings.secrets):
        return "walls: none is needed, no key, log or store of others can be read on this machine"
    line = wall_line(settings)
    return line if "walls: none" in line else f"{line}; keys lie on this machine, too"


def missing_walls(settings: Settings) -> Mapping[RoomName, str]:
    """Return the rooms of this machine that have no wall, with the reason why."""
    wall = find_wall()
    if wall.missing:
        return dict.fromkeys(_LOCAL, wall.missing)
    if wall.name != "user":
        return {}
    # Another user can't be given every room: folders may be closed to it, or keys open.
    from delivery.rooms.try_rooms import rooms_here  # noqa: PLC0415

    missing: dict[RoomName, str] = {}
    with TemporaryDirectory(prefix="plinth-walls-") as name:
        Path(name).chmod(0o755)
        for entry in rooms_here(settings, Path(name)):
            if reason := entry.missing():
                missing[entry.policy] = reason
    launcher = settings.root.absolute() / "bin" / "plinth"
    tried = rooms_tried_by(launcher, ("gate", "walls", "--no-enter"), unknown="measuring")
    measuring = [room for room in tried if room.room == "measuring"]
    if not measuring:
        missing["measuring"] = "the gate said nothing of it: see `bin/plinth gate walls`"
    for room in measuring:
        if reason := room.missing or room.failure:
            missing["measuring"] = reason
    return missing
