"""A dataset in three splits, drawn small: eighty photos of forty buildings."""

from functools import cache
from pathlib import Path

from support.tiny_artifact import LABELS, tiny_photo

from artifacts.digests import digest_bytes
from artifacts.photo_store import FolderPhotoStore
from artifacts.records.photos import PhotoManifest, PhotoRow

SPLITS = ("train",) * 24 + ("validation",) * 8 + ("holdout",) * 48


@cache
def drawn_photos() -> tuple[bytes, ...]:
    """The first of the train and the first of the holdout split look alike."""
    found = [tiny_photo(128, 96, seed=seed) for seed in range(len(SPLITS))]
    copied = SPLITS.index("holdout")
    found[copied] = tiny_photo(128, 96, seed=0, quality=60)
    return tuple(found)


def write_small_dataset(root: Path) -> Path:
    """Write manifest.csv and photos/ to a folder, and return it."""
    rows = sorted((_row(*pair) for pair in enumerate(drawn_photos())), key=lambda row: row.photo)
    PhotoManifest(rows=tuple(rows)).write(root / "manifest.csv")
    store = FolderPhotoStore(root / "photos")
    for data in drawn_photos():
        store.put(data)
    return root


def _row(number: int, data: bytes) -> PhotoRow:
    """Two photos a building, four labels, two sources; every third year is unknown."""
    return PhotoRow(
        photo=digest_bytes(data),
        split=SPLITS[number],
        group=f"building {number // 2}",
        style=LABELS[number // 2 % 4],
        year=None if number % 3 == 0 else 1800 + number,
        source=f"source {number // 2 % 2}",
        licence="CC0-1.0",
        slices={"region": "north" if number % 4 else "south", "lighting": "as someone said"},
    )
