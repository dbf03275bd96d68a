"""Training works without the holdout's photos, so a trainer that learns them by heart gets none."""

from pathlib import Path

import numpy as np
import pytest
from support.training_doubles import MemoryCache, Serial, small_params

from artifacts.errors import UnreadableRecord
from artifacts.records.manifest import Data
from artifacts.records.photos import PhotoRow
from features import Extractor, difference_hash, read_photo
from samples.facades import draw_facades, write_facades
from training.dataset.featurize import featurize
from training.dataset.prepare import prepare
from training.dataset.training_set import seen
from training.dataset.validation import data_of
from training.dataset.vector_cache import SqliteVectorCache
from training.models import model_definition
from training.photos.import_photos import import_photos
from training.photos.photo_folder import PhotoFolder
from training.work.runs import VectorsRecord
from training.work.work_folder import WorkFolder

MODEL = model_definition("architecture")
STYLES = ("gothic", "international", "ancient_egyptian")


@pytest.fixture
def whole(tmp_path: Path) -> WorkFolder:
    """A work folder with every photo, as the photo store has them."""
    write_facades(draw_facades(14, seed=3, views=(1, 1), styles=STYLES), tmp_path / "drawn")
    (tmp_path / "whole").mkdir()
    work = WorkFolder(tmp_path / "whole")
    params = small_params()
    (tmp_path / "whole/params.yaml").write_text(params.to_json(), encoding="utf-8")
    source = PhotoFolder(tmp_path / "drawn")
    import_photos(source, work.dataset, MODEL, params.import_photos, 7, Serial(), exact=False)
    return work


@pytest.fixture
def work(whole: WorkFolder, tmp_path: Path) -> WorkFolder:
    """What a training room has: the whole manifest, and no photo of the holdout."""
    (tmp_path / "room").mkdir()
    room = WorkFolder(tmp_path / "room")
    (tmp_path / "room/params.yaml").write_text(small_params().to_json(), encoding="utf-8")
    room.dataset.write(whole.manifest())
    for row in seen(whole.manifest()):
        room.photos.put(whole.photos.get(row.photo))
    return room


def holdout(work: WorkFolder) -> tuple[PhotoRow, ...]:
    return work.manifest().of_split("holdout")


def test_training_sees_every_split_but_the_holdout(whole: WorkFolder) -> None:
    rows = whole.manifest().rows
    assert {row.split for row in seen(whole.manifest())} == {"train", "validation"}
    assert sorted(row.photo for row in rows) == sorted(
        row.photo for row in (*seen(whole.manifest()), *holdout(whole))
    )


def test_the_data_that_a_model_names_is_the_whole_manifests(
    work: WorkFolder, whole: WorkFolder
) -> None:
    found: Data = prepare(work, MODEL, Serial())
    assert found == data_of(whole.manifest())
    assert found.split("holdout") is not None


def test_featurizing_asks_for_no_photo_of_the_holdout(whole: WorkFolder) -> None:
    parallel = Serial()
    prepare(whole, MODEL, parallel)
    featurize(whole, Extractor(MODEL.schema()), MemoryCache(), parallel)
    asked = {photo for photos in parallel.worked.values() for photo in photos}
    assert asked.isdisjoint(row.photo for row in holdout(whole))


def _nearest(known: np.ndarray, styles: list[str], asked: np.ndarray) -> list[str]:
    distances = ((asked[:, None] - known[None]) ** 2).sum(axis=2)
    return [styles[place] for place in distances.argmin(axis=1)]


def test_a_trainer_that_looks_photos_up_or_learns_them_by_heart_gains_nothing(
    work: WorkFolder, whole: WorkFolder, tmp_path: Path
) -> None:
    """By digest, by perceptual hash and by vector: what is sought isn't there to be found."""
    extractor = Extractor(MODEL.schema())
    cache = SqliteVectorCache(tmp_path / "vectors", extractor.schema.digest)
    prepare(work, MODEL, Serial())
    featurize(work, extractor, cache, Serial())
    rows = holdout(work)
    photos = [whole.photos.get(row.photo) for row in rows]

    for row in rows:
        with pytest.raises(UnreadableRecord):
            work.photos.get(row.photo)
    hashes = {difference_hash(read_photo(photo)) for photo in photos}
    files = [path for path in (tmp_path / "room/data/photos").rglob("*") if path.is_file()]
    assert hashes.isdisjoint(difference_hash(read_photo(path.read_bytes())) for path in files)
    assert not cache.get([row.photo for row in rows])

    made = VectorsRecord(
        photo_manifest=work.manifest().digest, feature_schema=extractor.schema.digest
    )
    vectors, known = np.array(work.vectors(made)), seen(work.manifest())
    wanted = extractor.extract_many(photos)
    assert len(vectors) == len(known)
    assert not (vectors[None] == wanted[:, None]).all(axis=2).any()
    # All that it can get against all that it had before, when vectors were made of every photo.
    truths = [row.style for row in rows]
    everything = np.concatenate([vectors, wanted])
    styles = [row.style for row in known]
    before = _nearest(everything, [*styles, *truths], wanted)
    after = _nearest(vectors, styles, wanted)
    shares = [
        np.mean([a == b for a, b in zip(found, truths, strict=True)]) for found in (before, after)
    ]
    print(f"\n  right on the holdout: {shares[0]:.2f} by heart before, {shares[1]:.2f} now")  # noqa: T201
    assert shares[0] == 1.0
    assert shares[1] < 1.0
