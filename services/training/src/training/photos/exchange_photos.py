"""Photos between a dataset and the store that runners share: sent once, brought when needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from artifacts.errors import UnreadableRecord
from artifacts.photo_store import FolderPhotoStore
from artifacts.records.photos import PhotoManifest, PhotoRow
from training.cluster.parallel import JoblibParallel
from training.errors import PhotosMissing
from training.photos.shared_photos import FolderSharedPhotos


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
