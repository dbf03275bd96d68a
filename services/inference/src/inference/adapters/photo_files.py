"""The files of a batch, on disk."""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from inference.errors import BodyTooLarge, FileUnreadable, NoPhotoFound

ENDINGS: Final = frozenset(
    {".avif", ".bmp", ".gif", ".heic", ".heif", ".jfif", ".jpe", ".jpeg", ".jpg"}
    | {".jp2", ".png", ".tif", ".tiff", ".webp"}
)
"""Endings of images, those too that are refused: a photo left out without a word is worse."""


class DiskPhotoFiles:
    """Finds and reads photos; a file of more bytes than the service takes isn't read."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes

    def find(self, paths: Sequence[Path]) -> tuple[Path, ...]:
        """Return the photos under some files and folders, in order; NoPhotoFound.

        Folders are walked in order of names, without hidden files (the likes of `._photo.jpg`), and
        each is entered once, through links too; one that can't be entered counts as a file, whose
        reading says why. A file that is named itself may have any name.
        """
        found = dict.fromkeys(photo for path in paths for photo in _under(path))
        if not found:
            names = ", ".join(str(path) for path in paths)
            raise NoPhotoFound(f"{names} holds no file with an image's ending")
        return tuple(found)

    def read(self, path: Path) -> bytes:
        """Return a file's bytes; FileUnreadable or BodyTooLarge."""
        try:
            # Without waiting: a named pipe in a folder would hold a batch for ever.
            handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(handle, "rb") as file:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise FileUnreadable("it is a device, a pipe or a folder", "Take it out")
                data = file.read(self._limit_bytes + 1)
        except OSError as exc:
            raise _without_file(exc) from exc
        if len(data) > self._limit_bytes:
            reason = f"the file has more than {self._limit_bytes} bytes"
            raise BodyTooLarge(reason, "Scale the photo down")
        return data


def _without_file(exc: OSError) -> FileUnreadable:
    gone = exc.errno in (errno.ENOENT, errno.ELOOP)
    advice = "Bring back what the link leads to, or delete it" if gone else "Check its permissions"
    return FileUnreadable(f"the file can't be read: {exc.strerror or exc}", advice)


def _under(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from _below(path, set())
    else:
        raise NoPhotoFound(f"there is no file or folder {path}")


def _below(folder: Path, entered: set[tuple[int, int]]) -> Iterator[Path]:
    """Yield the photos below a folder; `entered` keeps links from leading round in a circle."""
    try:
        found = folder.stat()
        entries = sorted(folder.iterdir())
    except OSError:
        yield folder
        return
    if (found.st_dev, found.st_ino) in entered:
        return
    entered.add((found.st_dev, found.st_ino))
    for entry in entries:
        if entry.is_dir():
            yield from _below(entry, entered)
        elif entry.suffix.lower() in ENDINGS and not entry.name.startswith("."):
            yield entry
