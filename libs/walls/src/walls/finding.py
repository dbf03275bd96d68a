"""What this machine has: the best wall, tried and not believed, and services' environments."""

import os
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Final

from walls.bubblewrap import Bubblewrap
from walls.room import Room, UnusableRoom, Unwalled, Wall
from walls.user import OtherUser, find_setpriv, scratch_folder

_SECONDS: Final = 20
# Inside: the key can't be read, the folder of the room's own can be written.
_TRIAL: Final = 'if cat "$1" >/dev/null 2>&1; then exit 8; fi; echo written >"$2"'
_KEY_READ: Final = 8


@lru_cache(maxsize=1)
def find_wall() -> Wall:
    """Return the best wall that holds when it is tried; where none does, `missing` says why."""
    reasons = []
    program = shutil.which("bwrap")
    if program is None:
        reasons.append("bubblewrap: bwrap is not on PATH (fix: apt-get install bubblewrap)")
    else:
        wall: Wall = Bubblewrap(Path(program))
        failure = _failure_of(wall)
        if not failure:
            return wall
        reasons.append(f"bubblewrap: {failure}")
    setpriv = find_setpriv()
    if os.geteuid() != 0:
        reasons.append("user: only root can start a command as another user")
    elif setpriv is None:
        reasons.append("user: setpriv is not on PATH (fix: apt-get install util-linux)")
    else:
        wall = OtherUser(Path(setpriv))
        failure = _failure_of(wall)
        if not failure:
            return wall
        reasons.append(f"user: {failure}")
    return Unwalled("; ".join(reasons))


def _failure_of(wall: Wall) -> str:
    """Return why a wall does not hold: a key must stay unread, a folder of its own be written."""
    with scratch_folder() as name:
        scratch = Path(name)
        keys, own = scratch / "keys", scratch / "own"
        keys.mkdir(mode=0o700)
        own.mkdir(mode=0o700)
        (keys / "key").write_text("secret", encoding="utf-8")
        room = Room("trial", reads=(), writes=(own,), hidden=(keys,))
        try:
            argv = ["/bin/sh", "-c", _TRIAL, "sh", str(keys / "key"), str(own / "written")]
            with wall.opened(room):
                done = subprocess.run(  # noqa: S603 - no shell of ours: the trial's own words
                    wall.command(room, argv),
                    capture_output=True,
                    text=True,
                    errors="replace",
                    check=False,
                    timeout=_SECONDS,
                )
        except (OSError, subprocess.TimeoutExpired, UnusableRoom) as exc:
            return str(exc)
        if done.returncode == _KEY_READ:
            return "a key outside could be read inside"
        if done.returncode:
            return done.stderr.strip()[-300:] or f"it ended with {done.returncode}"
        return "" if (own / "written").is_file() else "nothing could be written inside"


def find_environment(root: Path, service: str, shared: str | None) -> tuple[Path, ...]:
    """Return the folders that a service's code is made of; `bin/python` of the first runs it.

    It is brought in step here, for nothing is built inside of a room. `shared` is where checkouts
    keep environments together. Raises OSError where there is none.
    """
    command = [str(root.absolute() / "bin" / "environment"), "--where", service]
    done = subprocess.run(  # noqa: S603 - the project's own script, no shell
        command, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        raise OSError(f"{done.stdout}{done.stderr}".strip()[-600:])
    folders = (*map(Path, done.stdout.splitlines()), *([Path(shared)] if shared else []))
    if not folders or not folders[0].is_dir():
        raise OSError(f"it named no folder: {done.stdout[-300:]}")
    return folders
