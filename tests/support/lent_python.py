"""Starting our commands as another user, wherever Python lies.

Python and its packages may lie below a closed home, which another user can't enter. In a mount
namespace that ends with the command such a home is covered, and what Python reads is mounted at
the same place again.
"""

import os
import shutil
import stat
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

READS = ()

ROOT = Path(__file__).parents[2]
CAN_LEND = os.geteuid() == 0 and all(map(shutil.which, ("setpriv", "unshare")))
"""Whether a command can be started as another user here: by root, with setpriv and unshare."""
_MOUNT = """umask 022; stage=$1; shift; n=0
while [ "$1" != -- ]; do n=$((n + 1)); mkdir -p "$stage/$n"; mount -B "$1" "$stage/$n"; shift; done
shift
while [ "$1" != -- ]; do mount -t tmpfs -o mode=755 none "$1"; shift; done
shift; n=0
while [ "$1" != -- ]; do n=$((n + 1)); mkdir -p "$1"; mount -B "$stage/$n" "$1"; shift; done
shift
exec "$@"
"""


@dataclass(frozen=True)
class LentPython:
    """This interpreter and its packages for any user; `stage` is a folder for mounts."""

    stage: Path
    program: str = sys.executable
    packages: str = ":".join(folder for folder in sys.path if folder)

    def command(
        self, user: int, words: Sequence[str], variables: Mapping[str, str] | None = None
    ) -> list[str]:
        """Return the command that runs Python with `words` as a user, and with variables besides.

        It becomes that process: its number is that of who is started.
        """
        base = str(Path(self.program).resolve().parents[1])
        needed = {Path(name) for name in (base, sys.base_prefix, sys.prefix, str(ROOT))}
        closed = {folder: _closed_above(folder) for folder in sorted(needed)}
        lent = [str(folder) for folder, above in closed.items() if above]
        covered = sorted({str(above) for above in closed.values() if above})
        given = {"PYTHONPATH": self.packages, **(variables or {})}
        return [
            *("unshare", "--mount", "sh", "-ec", _MOUNT, "lend", str(self.stage)),
            *(*lent, "--", *covered, "--", *lent, "--", *as_user(user)),
            *("env", *(f"{name}={value}" for name, value in given.items())),
            *(self.program, "-P", *words),
        ]


def as_user(user: int) -> tuple[str, ...]:
    """Return the words that start a command as a user without rights."""
    return ("setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups")


def _closed_above(folder: Path) -> Path | None:
    """Return the outermost folder on the way to one, or it itself, that others can't enter."""
    way = (*reversed(folder.parents), folder)
    return next((one for one in way if not one.stat().st_mode & stat.S_IXOTH), None)
