"""A dataset in a folder: manifest.csv (for git), photos/ (for DVC), quarantine/ (for a person)."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from artifacts.digests import hex_part
from artifacts.photo_store import FolderPhotoStore
from artifacts.records.photos import PhotoManifest
from training.photos.intake import NOT_BAD
from training.photos.problems import Problem, shown

MANIFEST = "manifest.csv"
PHOTOS = "photos"
QUARANTINE = "quarantine"
_LONGEST_ENDING = 16
"""Letters: what is longer is no ending, and no file's name holds it beside a digest."""


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

    def quarantine(
        self,
        problems: Sequence[Problem],
        read: Callable[[str], bytes],
        warnings: Sequence[Problem] = (),
        ignored: Sequence[Problem] = (),
    ) -> Path:
        """Keep a copy of every file that was left out and a table of all findings; its path.

        Of a file whose photo is taken in from another there is no copy. The table is that of the
        last import: copies of earlier ones stay until a person deletes them.
        """
        folder = self.root / QUARANTINE
        folder.mkdir(parents=True, exist_ok=True)
        for problem in problems:
            if problem.photo and problem.code not in NOT_BAD:
                ending = PurePosixPath(problem.path).suffix
                ending = ending if len(ending) <= _LONGEST_ENDING else ""
                (folder / f"{hex_part(problem.photo)}{ending}").write_bytes(read(problem.path))
        outcomes = {"left out": problems, "warning": warnings, "ignored": ignored}
        table = folder / "problems.csv"
        table.write_text(_table(outcomes), encoding="utf-8", newline="")
        return table


def _table(outcomes: Mapping[str, Sequence[Problem]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["path", "photo", "code", "reason", "advice", "outcome", "cause"])
    for outcome, problems in outcomes.items():
        for found in problems:
            path, cause = shown(found.path), found.cause or found.code
            what = (found.photo, found.code, found.reason, found.advice)
            writer.writerow([path, *what, outcome, cause])
    return out.getvalue()
