"""Reproduce over a rebuilder that hands back whatever a test wants."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from support.tiny_artifact import tiny_artifact, tiny_photo
from support.training_doubles import Serial

from artifacts.digests import digest_bytes
from artifacts.folder import ModelArtifact, list_files
from artifacts.records.photos import PhotoManifest, PhotoRow
from training.errors import CannotReproduce
from training.photos.dataset_folder import DatasetFolder
from training.reproducing.reproduce import reproduce

NOW = datetime(2026, 1, 2, tzinfo=UTC)
OTHER = "sha256:" + "7" * 64


@dataclass
class Rebuilt:
    """A rebuilder whose commit has the model's environment and parameters, unless told."""

    original: ModelArtifact
    rebuilt: ModelArtifact
    environment: str = ""
    params_are: str = ""
    params: Path = Path("the-commits/params.yaml")
    calls: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.environment = self.environment or self.original.manifest.environment
        self.params_are = self.params_are or self.original.manifest.params

    def check_out(self, commit: str) -> None:
        self.calls.append(commit)

    def provide_environment(self) -> None:
        self.calls.append("environment")

    def params_digest(self, path: Path) -> str:
        self.calls.append(path)
        return self.params_are

    def train(self, dataset: Path, params: Path) -> ModelArtifact:
        self.calls.append((dataset, params))
        return self.rebuilt


@pytest.fixture
def dataset(tmp_path: Path) -> DatasetFolder:
    """Six photos, of which two are the validation split's."""
    folder, rows = DatasetFolder(tmp_path / "data"), []
    for i, split in enumerate(("train", "validation", "holdout") * 2):
        photo = folder.photos.put(tiny_photo(seed=i))
        known = {"group": f"g{i}", "style": "gothic", "year": 1200, "source": "s", "licence": "l"}
        rows.append(PhotoRow.model_validate({"photo": photo, "split": split, **known}))
    folder.write(PhotoManifest(rows=tuple(sorted(rows, key=lambda row: row.photo))))
    return folder


@pytest.fixture
def original(dataset: DatasetFolder) -> ModelArtifact:
    manifest, files = tiny_artifact()
    data = manifest.data.model_copy(update={"photo_manifest": dataset.manifest().digest})
    return ModelArtifact(manifest.model_copy(update={"data": data}), files)


def nudged(original: ModelArtifact, by: float) -> ModelArtifact:
    """The model with a constant added to every weight of its era head."""
    model = onnx.load_from_string(original.files["heads/era.onnx"])
    weights = model.graph.initializer[0]
    moved = (numpy_helper.to_array(weights) + np.float32(by)).astype(np.float32)
    weights.CopyFrom(numpy_helper.from_array(moved, weights.name))
    files = dict(original.files) | {"heads/era.onnx": model.SerializeToString()}
    listed = {"files": list_files(files)}
    return ModelArtifact(original.manifest.model_copy(update=listed), files)


def run(rebuilder: Rebuilt, dataset: DatasetFolder, params: Path | None = None, **more: Any) -> Any:
    where = (dataset.root, dataset, params, rebuilder)
    return reproduce(more.get("original", rebuilder.original), *where, Serial(), lambda: NOW)


def test_an_equal_manifest_is_equal_and_no_photo_is_scored(
    original: ModelArtifact, dataset: DatasetFolder
) -> None:
    rebuilder = Rebuilt(original, original)
    found = run(rebuilder, dataset)
    assert (found.outcome, found.differences, found.photos_compared) == ("equal", (), 0)
    assert (found.original, found.rebuilt, found.made_at) == (original.digest,) * 2 + (NOW,)
    assert rebuilder.calls == [
        original.manifest.code.commit,
        "environment",
        rebuilder.params,
        (dataset.root, rebuilder.params),
    ]


def test_a_hair_s_breadth_is_within_tolerance_over_the_validation_split(
    original: ModelArtifact, dataset: DatasetFolder
) -> None:
    found = run(Rebuilt(original, nudged(original, 1e-8)), dataset)
    assert found.outcome == "equal_within_tolerance"
    assert found.photos_compared == len(dataset.manifest().of_split("validation")) == 2
    assert found.differences[0].startswith("files.heads/era.onnx.digest was")
    assert found.rebuilt != found.original


def test_another_model_is_different_and_says_where(
    original: ModelArtifact, dataset: DatasetFolder
) -> None:
    found = run(Rebuilt(original, nudged(original, 0.01)), dataset)
    assert found.outcome == "different"
    assert any(": era says" in difference for difference in found.differences)


def test_a_model_of_other_inputs_is_different_and_not_scored(
    original: ModelArtifact, dataset: DatasetFolder
) -> None:
    other = nudged(original, 0.0)
    manifest = other.manifest.model_copy(update={"params": OTHER})
    found = run(Rebuilt(original, ModelArtifact(manifest, other.files)), dataset)
    assert (found.outcome, found.photos_compared) == ("different", 0)


def test_the_parameters_that_are_named_are_used(
    original: ModelArtifact, dataset: DatasetFolder, tmp_path: Path
) -> None:
    rebuilder = Rebuilt(original, original)
    run(rebuilder, dataset, tmp_path / "mine.yaml")
    assert rebuilder.calls[-1] == (dataset.root, tmp_path / "mine.yaml")


@pytest.mark.parametrize(
    ("lack", "reason"),
    [
        ({"environment": OTHER}, "environment lock of commit"),
        ({"params_are": OTHER}, "other parameters .* --params"),
    ],
)
def test_a_commit_that_is_not_the_model_s_is_refused(
    lack: dict[str, str], reason: str, original: ModelArtifact, dataset: DatasetFolder
) -> None:
    rebuilder = Rebuilt(original, original, **lack)
    with pytest.raises(CannotReproduce, match=reason):
        run(rebuilder, dataset)
    assert not [call for call in rebuilder.calls if isinstance(call, tuple)]


def test_parameters_that_are_not_the_model_s_are_refused_by_name(
    original: ModelArtifact, dataset: DatasetFolder, tmp_path: Path
) -> None:
    with pytest.raises(CannotReproduce, match=r"mine\.yaml has the digest"):
        run(Rebuilt(original, original, params_are=OTHER), dataset, tmp_path / "mine.yaml")


def test_a_model_of_uncommitted_files_is_refused(
    original: ModelArtifact, dataset: DatasetFolder
) -> None:
    code = original.manifest.code.model_copy(update={"dirty": True})
    dirty = ModelArtifact(original.manifest.model_copy(update={"code": code}), original.files)
    rebuilder = Rebuilt(dirty, dirty)
    with pytest.raises(CannotReproduce, match="uncommitted files"):
        run(rebuilder, dataset)
    assert rebuilder.calls == []


def test_other_photos_are_refused(original: ModelArtifact, dataset: DatasetFolder) -> None:
    dataset.write(PhotoManifest(rows=dataset.manifest().rows[1:]))
    with pytest.raises(CannotReproduce, match=r"the photo manifest of .* was trained on"):
        run(Rebuilt(original, original), dataset)


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"other")])
def test_a_photo_that_is_missing_or_changed_is_named(
    spoil: Any, original: ModelArtifact, dataset: DatasetFolder
) -> None:
    photo = digest_bytes(tiny_photo(seed=3))
    spoil(dataset.photos.path(photo))
    with pytest.raises(CannotReproduce, match=f"1 of 4 photos .* {photo}"):
        run(Rebuilt(original, original), dataset)
