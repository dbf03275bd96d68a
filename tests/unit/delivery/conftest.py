"""A dataset in a folder, as a retraining lays one out."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from support.small_dataset import write_small_dataset

from artifacts.photo_store import FolderPhotoStore
from artifacts.records.photos import PhotoManifest


@dataclass(frozen=True)
class WrittenDataset:
    """The folder of a dataset, and what lies in it."""

    root: Path

    @property
    def store(self) -> Path:
        return self.root / "photos"

    def manifest(self) -> PhotoManifest:
        return PhotoManifest.read(self.root / "manifest.csv")

    def photo(self, digest: str) -> bytes:
        return FolderPhotoStore(self.store).get(digest)


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> WrittenDataset:
    return WrittenDataset(write_small_dataset(tmp_path_factory.mktemp("dataset")))
