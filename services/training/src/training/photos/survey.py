"""What a folder of photos holds, before any of it is imported."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from artifacts.records.photos import PhotoManifest
from features import PhotoRefused, read_photo
from training.params import Params
from training.photos.intake import Intake
from training.photos.problems import Problem
from training.photos.sources import FoundFile, SoundPhoto

SAMPLES: Final = 8
SHEETS: Final = 60
GROUPS: Final = 9
OF_A_GROUP: Final = 6
NO_FOLDER: Final = "(no folder)"


@dataclass(frozen=True)
class Header:
    """What a photo's header says: its format and its sides in pixels, upright."""

    format: str
    width: int
    height: int


@dataclass(frozen=True)
class Looked:
    """A file that was looked at: its size, its header where it has one, and the verdict."""

    found: FoundFile
    size_bytes: int
    header: Header | None
    verdict: SoundPhoto | Problem

    @property
    def folder(self) -> str:
        """The folder that should name its style."""
        return self.found.style_folder or NO_FOLDER


@dataclass(frozen=True)
class Survey:
    """All that was found in a folder.

    Attributes:
        looked: every file that may be a photo.
        intake: what an import into a new dataset would do.
        params: how photos would be taken in.
    """

    looked: tuple[Looked, ...]
    intake: Intake
    params: Params

    @property
    def manifest(self) -> PhotoManifest:
        """What the new dataset would hold."""
        return self.intake.manifest

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The files that would be left out, sorted by path."""
        return self.intake.problems

    @property
    def alike(self) -> tuple[tuple[str, ...], ...]:
        """Paths of different photos that look alike, the largest group first."""
        return self.intake.ties.alike

    @property
    def copies(self) -> tuple[tuple[str, ...], ...]:
        """Paths of files with the same bytes, two or more each, the most first."""
        paths: dict[str, list[str]] = defaultdict(list)
        for one in self.looked:
            if isinstance(one.verdict, SoundPhoto):
                paths[one.verdict.photo].append(one.found.path)
        several = [tuple(found) for found in paths.values() if len(found) > 1]
        return tuple(sorted(several, key=lambda found: (-len(found), found)))

    @property
    def refused(self) -> bool:
        """Whether an import would refuse the folder as a whole."""
        return self.intake.refused

    def folders(self) -> dict[str, list[Looked]]:
        """Return the files by the folder that should name their style, sorted."""
        found: dict[str, list[Looked]] = defaultdict(list)
        for one in self.looked:
            found[one.folder].append(one)
        return dict(sorted(found.items()))

    def sheets(self) -> dict[str, tuple[Looked, ...]]:
        """Choose files of each folder to look at: the same ones for the same seed."""
        folders = list(self.folders().items())[:SHEETS]
        return {folder: self._sample(files) for folder, files in folders}

    def _sample(self, files: Sequence[Looked]) -> tuple[Looked, ...]:
        return tuple(sorted(files, key=self._lot)[:SAMPLES])

    def _lot(self, one: Looked) -> bytes:
        return hashlib.sha256(
            f"{self.params.seed}:{one.found.path}".encode("utf-8", "surrogateescape")
        ).digest()

    def photos_shown(self) -> tuple[str, ...]:
        """Return the paths of all files that a page about this shows, each once."""
        samples = [one.found.path for files in self.sheets().values() for one in files]
        groups = [path for paths in self.alike[:GROUPS] for path in paths[:OF_A_GROUP]]
        return tuple(dict.fromkeys((*samples, *groups)))


def header_of(data: bytes) -> Header | None:
    """Return what the header of a photo says, None where there is none that can be read."""
    try:
        photo = read_photo(data)
    except PhotoRefused:
        return None
    return Header(photo.format, photo.width, photo.height)


def counts_of(names: Sequence[str]) -> list[tuple[str, int]]:
    """Count names, the commonest first and equals by name."""
    return sorted(Counter(names).items(), key=lambda item: (-item[1], item[0]))
