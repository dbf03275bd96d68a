"""Photos named on a command line: files as they are, folders walked."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from gate.errors import NoPhotos

ENDINGS: Final = frozenset(
    {".avif", ".bmp", ".gif", ".heic", ".heif", ".jfif", ".jpe", ".jpeg", ".jpg"}
    | {".jp2", ".png", ".tif", ".tiff", ".webp"}
)
"""Endings of images, those too that every door must refuse: refusals are compared as well."""


def find_photos(paths: Sequence[Path], limit: int | None) -> tuple[Path, ...]:
    """Return files and, sorted, all images below folders, absolute, at most `limit`; NoPhotos.

    Every door is given the same files one by one, so that none walks a folder in its own way.
    """
    below = (photo for path in paths for photo in _below(path))
    # A file without bytes is left out: no request can carry it, so no door is asked the same.
    found = tuple(dict.fromkeys(photo for photo in below if photo.stat().st_size))[:limit]
    if not found:
        raise NoPhotos(tuple(str(path) for path in paths))
    return found


def _below(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path.absolute()
    for root, _, names in sorted(os.walk(path.absolute())):
        for name in sorted(names):
            if Path(name).suffix.lower() in ENDINGS and not name.startswith("."):
                yield Path(root) / name
