"""A dataset in three splits: eighty photos of forty buildings."""

from collections.abc import Sequence
from pathlib import Path

from artifacts.digests import digest_bytes
from artifacts.photo_store import FolderPhotoStore
from artifacts.records.photos import PhotoManifest, PhotoRow

SPLITS = ("train",) * 24 + ("validation",) * 8 + ("holdout",) * 48
STYLES = ("achaemenid", "american_craftsman", "american_foursquare", "ancient_egyptian")
NO_PICTURES = tuple(f"the bytes of photo {number}".encode() for number in range(len(SPLITS)))
"""Photos for tests that open none."""


def write_small_dataset(root: Path, photos: Sequence[bytes] = NO_PICTURES) -> Path:
    """Write manifest.csv and photos/ to a folder, and return it."""
    rows = sorted((_row(*pair) for pair in enumerate(photos)), key=lambda row: row.photo)
    PhotoManifest(rows=tuple(rows)).write(root / "manifest.csv")
    store = FolderPhotoStore(root / "photos")
    for data in photos:
        store.put(data)
    return root


def _row(number: int, data: bytes) -> PhotoRow:
    """Two photos a building, four labels, two sources; every third year is unknown."""
    return PhotoRow(
        photo=digest_bytes(data),
        split=SPLITS[number],
        group=f"building {number // 2}",
        style=STYLES[number // 2 % 4],
        year=None if number % 3 == 0 else 1800 + number,
        source=f"source {number // 2 % 2}",
        licence="CC0-1.0",
        slices={"region": "north" if number % 4 else "south", "lighting": "as someone said"},
    )
