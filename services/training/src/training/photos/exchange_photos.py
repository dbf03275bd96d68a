"""Photos between a dataset and the store that runners share: sent once, brought when needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from artifacts.errors import UnreadableRecord
from artifacts.records.photos import PhotoManifest, PhotoRow
from training.errors import PhotosMissing
from training.ports import LocalPhotos, Parallel, PhotoStore, SharedPhotos


@dataclass(frozen=True)
class Exchanged:
    """How many photos were moved, and how many were there already."""

    moved: int
    present: int


def push_photos(
    manifest: PhotoManifest, own: PhotoStore, shared: SharedPhotos, parallel: Parallel
) -> Exchanged:
    """Send the photos that the shared store lacks; PhotosMissing where the dataset lacks one.

    What is there is read again: a file that was changed or cut off is replaced.
    """
    send = partial(_send, own=own, shared=shared)
    return _sum_up(parallel.map(send, _photos(manifest.rows), "sending photos"), "the dataset")


def fetch_photos(
    rows: Sequence[PhotoRow], own: LocalPhotos, shared: SharedPhotos, parallel: Parallel
) -> Exchanged:
    """Bring the photos that rows of a manifest name and the dataset lacks.

    Each is verified, those that are there as well. Raises PhotosMissing naming what the shared
    store lacks; the others are then in place.
    """
    bring = partial(_bring, own=own, shared=shared)
    return _sum_up(parallel.map(bring, _photos(rows), "fetching photos"), "the photo store")


def _photos(rows: Sequence[PhotoRow]) -> list[str]:
    return [row.photo for row in rows]


def _send(photo: str, own: PhotoStore, shared: SharedPhotos) -> bool | str:
    """Return whether a photo was sent, or what is wrong with it."""
    if shared.holds(photo):
        return False
    try:
        shared.send(photo, own.get(photo))
    except UnreadableRecord as exc:
        return str(exc)
    return True


def _bring(photo: str, own: LocalPhotos, shared: SharedPhotos) -> bool | str:
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
