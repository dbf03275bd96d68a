"""A dataset in a folder: manifest.csv (for git), photos/ (for DVC), quarantine/ (for a person)."""

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from artifacts.digests import hex_part
from artifacts.photo_store import FolderPhotoStore
from artifacts.records.photos import PhotoManifest
from training.domain.problems import Problem

MANIFEST = "manifest.csv"
PHOTOS = "photos"
QUARANTINE = "quarantine"


class DatasetFolder:
    """The dataset below a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.photos = FolderPhotoStore(root / PHOTOS)

    def manifest(self) -> PhotoManifest:
        """Return the manifest, an empty one for a new dataset; UnreadableRecord for a bad one."""
        path = self.root / MANIFEST
        return PhotoManifest.read(path) if path.exists() else PhotoManifest(rows=())

    def write(self, manifest: PhotoManifest) -> None:
        """Replace the manifest."""
        manifest.write(self.root / MANIFEST)

    def quarantine(self, problems: Sequence[Problem], read: Callable[[str], bytes]) -> Path:
        """Keep a copy of every bad file and a table of reasons, and return the table's path."""
        folder = self.root / QUARANTINE
        folder.mkdir(parents=True, exist_ok=True)
        for problem in problems:
            if problem.photo:
                ending = PurePosixPath(problem.path).suffix
                (folder / f"{hex_part(problem.photo)}{ending}").write_bytes(read(problem.path))
        table = folder / "problems.csv"
        table.write_text(_table(problems), encoding="utf-8", newline="")
        return table


def _table(problems: Sequence[Problem]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["path", "photo", "code", "reason", "advice"])
    writer.writerows([p.path, p.photo, p.code, p.reason, p.advice] for p in problems)
    return out.getvalue()
