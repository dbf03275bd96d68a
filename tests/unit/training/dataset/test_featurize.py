from pathlib import Path

import numpy as np
import pytest
from support.training_doubles import MemoryCache, Serial, small_params, style_tree

from features import Extractor, architecture_schema
from training.dataset.featurize import Featurized, featurize
from training.dataset.training_set import seen
from training.errors import MissingStageOutput
from training.models import model_definition
from training.photos.import_photos import import_photos
from training.photos.photo_folder import PhotoFolder
from training.work.runs import VectorsRecord
from training.work.work_folder import WorkFolder

EXTRACTOR = Extractor(architecture_schema())


def work_with(photos: Path, root: Path) -> WorkFolder:
    work, params = WorkFolder(root), small_params().import_photos
    model = model_definition("architecture")
    import_photos(PhotoFolder(photos), work.dataset, model, params, 7, Serial(), exact=False)
    return work


def made_of(work: WorkFolder) -> VectorsRecord:
    schema = EXTRACTOR.schema.digest
    return VectorsRecord(photo_manifest=work.manifest().digest, feature_schema=schema)


def test_vectors_are_those_of_the_photos_in_the_order_of_the_manifest(tmp_path: Path) -> None:
    work = work_with(style_tree(tmp_path / "in", ("gothic", "baroque"), 3), tmp_path)
    featurize(work, EXTRACTOR, MemoryCache(), Serial())
    vectors = work.vectors(made_of(work))
    for row, vector in zip(seen(work.manifest()), vectors, strict=True):
        assert np.array_equal(EXTRACTOR.extract(work.photos.get(row.photo)), vector)


def test_only_new_photos_are_featurized(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic", "baroque"), 4)
    cache, parallel = MemoryCache(), Serial()
    work = work_with(tree, tmp_path)
    first = len(seen(work.manifest()))
    assert first > 4
    assert featurize(work, EXTRACTOR, cache, parallel) == Featurized(first, 0, stale=False)
    style_tree(tmp_path / "more", ("georgian",), 6, first_seed=900)
    work = work_with(tmp_path / "more", tmp_path)
    parallel = Serial()
    new = len(seen(work.manifest())) - first
    assert new > 0
    assert featurize(work, EXTRACTOR, cache, parallel) == Featurized(new, first, stale=False)
    assert len(parallel.worked["featurizing photos"]) == new


def test_a_cache_that_disagrees_with_the_code_is_dropped(tmp_path: Path) -> None:
    """A changed constant or library must not live on in vectors of an earlier day."""
    work = work_with(style_tree(tmp_path / "in", ("gothic", "baroque"), 4), tmp_path)
    cache = MemoryCache()
    featurize(work, EXTRACTOR, cache, Serial())
    cache.vectors = {photo: vector + np.float32(1e-6) for photo, vector in cache.vectors.items()}
    assert featurize(work, EXTRACTOR, cache, Serial()) == Featurized(
        len(seen(work.manifest())), 0, stale=True
    )


def test_vectors_of_other_photos_are_not_handed_on(tmp_path: Path) -> None:
    work = work_with(style_tree(tmp_path / "in", ("gothic", "baroque"), 2), tmp_path)
    featurize(work, EXTRACTOR, MemoryCache(), Serial())
    work = work_with(style_tree(tmp_path / "more", ("georgian",), 1, first_seed=900), tmp_path)
    with pytest.raises(MissingStageOutput, match="'featurize'"):
        work.vectors(made_of(work))
