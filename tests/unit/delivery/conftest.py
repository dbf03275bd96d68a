"""A small dataset in three splits, and a tiny artifact to run over it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support.policy_documents import policy
from support.tiny_artifact import LABELS, tiny_artifact, tiny_photo

from artifacts.digests import digest_bytes
from artifacts.folder import ModelArtifact
from artifacts.photo_store import FolderPhotoStore
from artifacts.policies.policy import Policy
from artifacts.records.photos import PhotoManifest, PhotoRow
from delivery.gate.dataset import FolderDataset

SPLITS = ("train",) * 24 + ("validation",) * 8 + ("holdout",) * 48
MakeDataset = Callable[[Path], FolderDataset]


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


@pytest.fixture(scope="session")
def photos() -> tuple[bytes, ...]:
    """The first of the train and the first of the holdout split look alike."""
    found = [tiny_photo(128, 96, seed=seed) for seed in range(len(SPLITS))]
    copied = SPLITS.index("holdout")
    found[copied] = tiny_photo(128, 96, seed=0, quality=60)
    return tuple(found)


@pytest.fixture(scope="session")
def make_dataset(photos: tuple[bytes, ...]) -> MakeDataset:
    """Writes the dataset to a folder."""

    def make(root: Path) -> FolderDataset:
        rows = sorted((_row(*pair) for pair in enumerate(photos)), key=lambda row: row.photo)
        PhotoManifest(rows=tuple(rows)).write(root / "manifest.csv")
        store = FolderPhotoStore(root / "photos")
        for data in photos:
            store.put(data)
        return FolderDataset(root)

    return make


@pytest.fixture(scope="session")
def dataset(make_dataset: MakeDataset, tmp_path_factory: pytest.TempPathFactory) -> FolderDataset:
    return make_dataset(tmp_path_factory.mktemp("dataset"))


@pytest.fixture(scope="session")
def model() -> ModelArtifact:
    manifest, files = tiny_artifact()
    return ModelArtifact(manifest, files)


@pytest.fixture(scope="session")
def quick_policy() -> Policy:
    """A policy whose measurement takes no longer than a test may."""
    given = policy()
    few = given.measurement.model_copy(
        update={"resamples": 60, "robustness_photos": 10, "confidence": 0.9, "seed": 4}
    )
    return given.model_copy(update={"measurement": few})
