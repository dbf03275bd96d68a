"""Photos between a dataset and the store that runners share: sent once, brought when needed."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from artifacts.digests import digest_bytes, digest_file
from artifacts.errors import UnreadableRecord
from artifacts.photo_store import FolderPhotoStore
from artifacts.records.photos import PhotoManifest, PhotoRow
from training.cluster.parallel import JoblibParallel
from training.errors import PhotosMissing
from training.photos.dataset_folder import PHOTOS
from training.settings import Settings

READ_ONLY = 0o444


class FolderSharedPhotos:
    """A folder that many processes send to and bring from at once; each file appears whole."""

    def __init__(self, root: Path) -> None:
        self._places = FolderPhotoStore(root)

    def holds(self, photo: str) -> bool:
        """Whether the photo is there, with the bytes that its digest names."""
        try:
            return digest_file(self._places.path(photo)) == photo
        except OSError:
            return False

    def send(self, photo: str, data: bytes) -> None:
        """Keep a photo, read-only, in place of whatever lies there; UnreadableRecord if other."""
        if digest_bytes(data) != photo:
            raise UnreadableRecord(f"photo {photo}", ("its bytes have another digest",))
        target = self._places.path(photo)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".draft", delete=False) as file:
            draft = Path(file.name)
            file.write(data)
        draft.chmod(READ_ONLY)
        draft.replace(target)

    def bring(self, photo: str, target: Path) -> None:
        """Make the photo lie at `target`: a hard link, or a copy where there can't be one.

        Raises UnreadableRecord where it is missing or was changed; `target` is then as it was.
        """
        if not self.holds(photo):
            source = self._places.path(photo)
            problem = "its bytes were changed" if source.exists() else "it was never pushed"
            raise UnreadableRecord(f"photo {photo}", (problem,))
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, suffix=".draft") as private:
            draft = Path(private) / target.name
            _link_or_copy(self._places.path(photo), draft)
            draft.replace(target)


def shared_photos(settings: Settings, dataset: Path) -> FolderSharedPhotos:
    """Return the photo store that runners share; without one, the dataset's own photos."""
    return FolderSharedPhotos(settings.photos or dataset / PHOTOS)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without hard links
        shutil.copyfile(source, target)


@dataclass(frozen=True)
class Exchanged:
    """How many photos were moved, and how many were there already."""

    moved: int
    present: int

    def line(self, how: str) -> str:
        """Say how many photos were moved, and how many did not have to be."""
        return f"{self.moved} photos {how}, {self.present} were there"


def push_photos(
    manifest: PhotoManifest,
    own: FolderPhotoStore,
    shared: FolderSharedPhotos,
    parallel: JoblibParallel,
) -> Exchanged:
    """Send the photos that the shared store lacks; PhotosMissing where the dataset lacks one.

    What is there is read again: a file that was changed or cut off is replaced.
    """
    send = partial(_send, own=own, shared=shared)
    return _sum_up(parallel.map(send, _photos(manifest.rows), "sending photos"), "the dataset")


def fetch_photos(
    rows: Sequence[PhotoRow],
    own: FolderPhotoStore,
    shared: FolderSharedPhotos,
    parallel: JoblibParallel,
) -> Exchanged:
    """Bring the photos that rows of a manifest name and the dataset lacks.

    Each is verified, those that are there as well. Raises PhotosMissing naming what the shared
    store lacks; the others are then in place.
    """
    bring = partial(_bring, own=own, shared=shared)
    return _sum_up(parallel.map(bring, _photos(rows), "fetching photos"), "the photo store")


def _photos(rows: Sequence[PhotoRow]) -> list[str]:
    return [row.photo for row in rows]


def _send(photo: str, own: FolderPhotoStore, shared: FolderSharedPhotos) -> bool | str:
    """Return whether a photo was sent, or what is wrong with it."""
    if shared.holds(photo):
        return False
    try:
        shared.send(photo, own.get(photo))
    except UnreadableRecord as exc:
        return str(exc)
    return True


def _bring(photo: str, own: FolderPhotoStore, shared: FolderSharedPhotos) -> bool | str:
    try:
        own.get(photo)
    except UnreadableRecord:
        try:
            shared.bring(photo, own.path(photo))
        except UnreadableRecord as exc:
            return str(exc)
        return True
    return False


def _sum_up(outcomes: Sequence[bool | str], where: str) -> Exchanged:
    if problems := tuple(found for found in outcomes if isinstance(found, str)):
        raise PhotosMissing(where, problems)
    moved = sum(bool(found) for found in outcomes)
    return Exchanged(moved=moved, present=len(outcomes) - moved)
