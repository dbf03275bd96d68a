"""What trying the walls of rooms showed, as a table and an exit code."""

import re
from collections.abc import Sequence
from typing import Final

from artifacts.text import plain
from walls import TriedRoom

_LINE: Final = 400
_SHOWN: Final = 20
_PROCESS: Final = re.compile(r"/proc/\d+/")


def walls_table(tried: Sequence[TriedRoom]) -> str:
    """Return a line a room, and below it what succeeded inside although it must not.

    What succeeded through several processes stands there once, and a long list is cut.
    """
    lines = []
    for room in tried:
        breaches = tuple(dict.fromkeys(_PROCESS.sub("/proc/*/", each) for each in room.breaches))
        held = f"{room.attempts} attempts, {len(breaches) or 'none'} succeeded inside"
        if len(breaches) > _SHOWN:
            breaches = (*breaches[:_SHOWN], f"and {len(breaches) - _SHOWN} more")
        lines.append(f"{room.state:<9} {room.room:<18} {room.wall:<10}  {held}")
        reasons = (room.failure, room.missing, *breaches)
        lines += [f"          {plain(reason, _LINE)}" for reason in reasons if reason]
    return "\n".join(lines)


def walls_exit(tried: Sequence[TriedRoom]) -> int:
    """Return 0 where every wall stands, 1 where one doesn't, 2 where one could not be tried.

    A wall that doesn't stand is certain, whatever became of others.
    """
    states = {room.state for room in tried}
    if states & {"missing", "breached"}:
        return 1
    return 0 if states == {"stands"} else 2
