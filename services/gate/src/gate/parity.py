"""parity: the same photos through every door, and what they said side by side."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from artifacts.records.manifest import ModelManifest
from artifacts.store import FolderArtifacts
from gate.doors import CommandDoor, HttpDoor
from gate.errors import DoorFailed, NoPhotos
from gate.parity_report import ERA, DoorAnswer, ParityPhoto, ParityReport, compare_doors

ENDINGS: Final = frozenset(
    {".avif", ".bmp", ".gif", ".heic", ".heif", ".jfif", ".jpe", ".jpeg", ".jpg"}
    | {".jp2", ".png", ".tif", ".tiff", ".webp"}
)
"""Endings of images, those too that every door must refuse: refusals are compared as well."""


@dataclass(frozen=True)
class Parity:
    """The parity check with the doors to compare; the first is the reference."""

    artifacts: FolderArtifacts
    doors: Sequence[CommandDoor | HttpDoor]

    def __call__(self, photos: Sequence[Path], model: Path) -> ParityReport:
        """Ask every door. DoorFailed where one gives no answer; ArtifactError for a bad model."""
        artifact = self.artifacts.open(model)
        asked = tuple(ParityPhoto(path=path) for path in photos)
        answers = tuple((door.name, door.answer(asked)) for door in self.doors)
        for name, given in answers:
            if len(given) != len(asked):
                raise DoorFailed(name, f"{len(given)} answers for {len(asked)} photos")
            if without := _without_year(artifact.manifest, given):
                raise DoorFailed(name, f"its answer to {without.path} has no year")
        return compare_doors(artifact.digest, asked, answers)


def _without_year(manifest: ModelManifest, answers: Sequence[DoorAnswer]) -> DoorAnswer | None:
    """Return an answer that lacks the year which a model with an era gives of every photo."""
    if manifest.origin(ERA) == "off":
        return None
    answered = (one for one in answers if one.error is None and one.declined is None)
    return next((one for one in answered if one.year is None), None)


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
