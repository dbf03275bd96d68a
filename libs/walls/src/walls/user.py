"""The second best wall, for root only: another user, who may read only what is open to all."""

import os
import shutil
import stat
import subprocess
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from walls.room import Room, UnusableRoom, with_variables

# Numbers that systems give to nobody: below systemd's own, above those of people.
_FIRST: Final = 60200
_COUNT: Final = 900
_HOME: Final = "/nonexistent"


class OtherUser:
    """Runs commands as an unprivileged user of the room's own, through `setpriv`."""

    name = "user"
    missing = ""

    def __init__(self, program: Path) -> None:
        self._program = program

    def command(self, room: Room, argv: Sequence[str]) -> list[str]:
        """Return the command that runs `argv` as the room's user; UnusableRoom.

        It is refused where that user could reach a hidden path, or can't reach a listed one.
        """
        for path in room.hidden:
            if path.exists() and self._may(room, "-r", path):
                why = f"user {user_of(room)} can read {path} of `hidden`; run: chmod 0700 on it"
                raise UnusableRoom(room.name, why)
            if path.exists() and self._may(room, "-w", path):
                why = f"user {user_of(room)} can write {path} of `hidden`; run: chmod 0700 on it"
                raise UnusableRoom(room.name, why)
        for path in (*room.reads, *room.writes):
            if not path.exists():
                raise UnusableRoom(room.name, f"{path} does not exist; create it")
        for path in (Path(argv[0]), *room.reads):
            if path.is_absolute() and not self._may(room, "-r", path):
                why = f"user {user_of(room)} can't read {path}; open it and its folders to others"
                raise UnusableRoom(room.name, why)
        return [*self._as_user(room), *with_variables(room, _HOME), *argv]

    @contextmanager
    def opened(self, room: Room) -> Iterator[None]:
        """Give the folders of `writes` to the room's user, and take them back afterwards."""
        with ExitStack() as lent:
            for path in room.writes:
                before = path.stat()
                _give(path, user_of(room), user_of(room))
                lent.callback(_give, path, before.st_uid, before.st_gid)
            yield

    def _as_user(self, room: Room) -> list[str]:
        user = str(user_of(room))
        words = [str(self._program), "--reuid", user, "--regid", user, "--clear-groups"]
        words += ["--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]
        return [*words, *(["--pdeathsig", "KILL"] if room.ends_with_caller else [])]

    def _may(self, room: Room, what: str, path: Path) -> bool:
        words = [*self._as_user(room), "/usr/bin/test", what, str(path)]
        done = subprocess.run(words, capture_output=True, check=False, env={})  # noqa: S603
        return done.returncode == 0


def user_of(room: Room) -> int:
    """Return the number of the user that a room's commands run as: the same for the same name."""
    return _FIRST + zlib.crc32(room.name.encode()) % _COUNT


def _give(path: Path, user: int, group: int) -> None:
    """Change the owner of a folder and of all in it; links themselves, never what they point to."""
    os.chown(path, user, group, follow_symlinks=False)
    if not stat.S_ISDIR(path.lstat().st_mode):
        return
    for _, folders, files, at in os.fwalk(path, follow_symlinks=False):
        for name in (*folders, *files):
            os.chown(name, user, group, dir_fd=at, follow_symlinks=False)


def scratch_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a temporary folder that every user may enter, for what walls are tried with."""
    folder = tempfile.TemporaryDirectory(prefix="plinth-walls-")
    Path(folder.name).chmod(0o755)
    return folder


def find_setpriv() -> str | None:
    """Return where `setpriv` lies, or None."""
    return shutil.which("setpriv")
