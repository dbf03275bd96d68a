"""A small dataset in three splits, and a tiny artifact to run over it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support.policy_documents import policy
from support.small_dataset import SPLITS, write_small_dataset
from support.tiny_artifact import tiny_artifact, tiny_photo

from artifacts.folder import ModelArtifact
from gate.dataset import FolderDataset
from judging.policy import Policy

MakeDataset = Callable[[Path], FolderDataset]


@pytest.fixture(scope="session")
def photos() -> tuple[bytes, ...]:
    """The first of the train and the first of the holdout split look alike."""
    found = [tiny_photo(128, 96, seed=seed) for seed in range(len(SPLITS))]
    found[SPLITS.index("holdout")] = tiny_photo(128, 96, seed=0, quality=60)
    return tuple(found)


@pytest.fixture(scope="session")
def make_dataset(photos: tuple[bytes, ...]) -> MakeDataset:
    """Writes the dataset to a folder."""
    return lambda root: FolderDataset(write_small_dataset(root, photos))


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
