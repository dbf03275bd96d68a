"""Starting our commands as another user, wherever Python lies.

Python and its packages may lie below a closed home, which another user can't enter: they are
mounted where that user can, in a mount namespace that ends with the command.
"""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CAN_LEND = os.geteuid() == 0 and all(map(shutil.which, ("setpriv", "unshare")))
"""Whether a command can be started as another user here: by root, with setpriv and unshare."""
_MOUNT = (
    *("unshare", "--mount", "sh", "-ec"),
    'while [ "$1" != -- ]; do mkdir -p "$2"; mount -B "$1" "$2"; shift 2; done; shift; exec "$@"',
    "lend",
)


@dataclass(frozen=True)
class LentPython:
    """This interpreter and its packages, below a folder that every user may enter."""

    folder: Path

    @property
    def places(self) -> dict[Path, Path]:
        """Every folder that this interpreter reads, and where another user finds it."""
        base = Path(sys.executable).resolve().parents[1]
        folders = {str(base), sys.base_prefix, sys.prefix, str(ROOT)}
        found = sorted(folder for folder in folders if folder != "/usr")
        return {Path(one): self.folder / str(number) for number, one in enumerate(found)}

    @property
    def program(self) -> str:
        """The interpreter, as another user finds it."""
        return str(self.lent(Path(sys.executable).resolve()))

    @property
    def packages(self) -> str:
        """PYTHONPATH for it."""
        return ":".join(str(self.lent(Path(folder))) for folder in sys.path if folder)

    def lent(self, path: Path) -> Path:
        """Return where another user finds `path`: below the nearest folder that is lent."""
        for folder in sorted(self.places, key=lambda at: len(at.parts), reverse=True):
            if path.is_relative_to(folder):
                return self.places[folder] / path.relative_to(folder)
        return path

    def command(
        self, user: int, words: Sequence[str], variables: Mapping[str, str] | None = None
    ) -> list[str]:
        """Return the command that runs Python with `words` as a user, and with variables besides.

        It becomes that process: its number is that of who is started.
        """
        mounts = [str(path) for pair in self.places.items() for path in pair]
        given = {"PYTHONPATH": self.packages, **(variables or {})}
        return [
            *(*_MOUNT, *mounts, "--", *as_user(user)),
            *("env", *(f"{name}={value}" for name, value in given.items())),
            *(self.program, "-P", *words),
        ]


def as_user(user: int) -> tuple[str, ...]:
    """Return the words that start a command as a user without rights."""
    return ("setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups")
