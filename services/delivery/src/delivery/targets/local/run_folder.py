"""The folder of an environment's sockets, by a path that is short enough for them.

A socket's path has at most 107 bytes on Linux, 103 on macOS, however deep a folder lies.
"""

import hashlib
import os
import tempfile
from pathlib import Path

from artifacts.records.release import Environment
from delivery.targets.local.local_errors import PathTooLong

_LONGEST = 103
_NAME_BYTES = 30
"""What the longest socket's own name needs."""
_PRIVATE = 0o700


def run_folder(root: Path, environment: Environment) -> Path:
    """Return the folder, made where it isn't there; only its user may look into it."""
    folder = root / environment / "run"
    folder.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)
    return folder


def short_path(folder: Path) -> Path:
    """Return a path to a folder that leaves room for a socket's name; PathTooLong.

    Where its own is too long that is a link in the system's temporary folder.
    """
    if _fits(folder):
        return folder
    links = Path(tempfile.gettempdir()) / f"plinth-{os.getuid()}"
    link = links / hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    if not _fits(link):
        raise PathTooLong(folder, f"{link} would be too long as well")
    _require_own(links)
    if not link.is_symlink() or link.readlink() != folder:
        link.unlink(missing_ok=True)
        link.symlink_to(folder)
    return link


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder)) + 1 + _NAME_BYTES <= _LONGEST


def _require_own(folder: Path) -> None:
    """Anybody may make names in a temporary folder: another user's link must not be followed."""
    folder.mkdir(mode=_PRIVATE, exist_ok=True)
    status = folder.lstat()
    if folder.is_symlink() or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise PathTooLong(folder, f"{folder} is not a folder that only you can write to")
