"""The room of a model that is measured, what runs in it, and the wall that it really gets."""

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gate.measuring_code import folder_of
from walls import Room, UnusableRoom, Unwalled, Wall

PACKAGES: Final = ("artifacts", "judging", "gate", "features", "scoring", "walls")
_START: Final = (
    "import json, sys; sys.path[:0] = json.loads(sys.argv[1]); "
    "from gate.measuring_process import main; main()"
)
"""With `-I` nothing but what is named here comes before the environment's own packages."""


def standing_wall(wall: Wall, folders: Sequence[Path], hidden: Sequence[Path]) -> Wall:
    """Return the wall that measuring in `folders` really gets: none where it gives no room here.

    Another user can't be given what lies in folders of mode 0700, for example; `missing` says why.
    """
    hidden = tuple(path for path in hidden if path.exists())
    with tempfile.TemporaryDirectory(prefix="plinth-") as name:
        scratch = Path(name)
        scratch.chmod(0o755)
        return measuring_wall(wall, measuring_room(scratch, folders, hidden), measuring_command())


def measuring_wall(wall: Wall, room: Room, command: Sequence[str] = (sys.executable,)) -> Wall:
    """Return the wall around a room: none where another user can't be given the room."""
    try:
        wall.command(room, command)
    except UnusableRoom as exc:
        return Unwalled(f"{wall.name}: {exc}")
    return wall


def measuring_room(own: Path, folders: Sequence[Path], hidden: Sequence[Path]) -> Room:
    """Return the room of one model: data and code to read, and a folder of its own to write."""
    return Room(
        "measuring",
        reads=tuple(dict.fromkeys((*folders, *_code()))),
        writes=(own,),
        hidden=tuple(hidden),
        environment={"TMPDIR": str(own), "HOME": str(own)},
        ends_with_caller=True,
    )


def _code() -> tuple[Path, ...]:
    """Return what the process runs: this environment, what it rests on, and our packages."""
    sites = (Path(path) for path in sys.path if path.endswith("site-packages"))
    packages = (folder_of(name).parent for name in PACKAGES)
    return tuple(dict.fromkeys((Path(sys.prefix), *sites, *packages)))


def measuring_command() -> tuple[str, ...]:
    """Return the command that measures: `-I`, and nothing of ours but its packages."""
    folders = [str(path) for path in dict.fromkeys(folder_of(name).parent for name in PACKAGES)]
    return (sys.executable, "-I", "-c", _START, json.dumps(folders))
