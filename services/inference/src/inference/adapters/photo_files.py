"""The files of a batch, on disk."""

import os
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

        Folders are walked in order of names, without hidden files (the likes of `._photo.jpg`); a
        file that is named itself may have any name.
        """
        found = dict.fromkeys(photo for path in paths for photo in _under(path))
        if not found:
            names = ", ".join(str(path) for path in paths)
            raise NoPhotoFound(f"{names} holds no file with an image's ending")
        return tuple(found)

    def read(self, path: Path) -> bytes:
        """Return a file's bytes; FileUnreadable or BodyTooLarge."""
        try:
            with path.open("rb") as file:
                data = file.read(self._limit_bytes + 1)
        except OSError as exc:
            reason = f"the file can't be read: {exc.strerror or exc}"
            raise FileUnreadable(reason, "Check its permissions") from exc
        if len(data) > self._limit_bytes:
            reason = f"the file has more than {self._limit_bytes} bytes"
            raise BodyTooLarge(reason, "Scale the photo down")
        return data


def _under(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from sorted(
            Path(root) / name
            for root, _, names in os.walk(path)
            for name in names
            if Path(name).suffix.lower() in ENDINGS and not name.startswith(".")
        )
    else:
        raise NoPhotoFound(f"there is no file or folder {path}")
