"""What is measured photo by photo, and of the artifact and the code themselves."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from support.tiny_artifact import tiny_artifact

from artifacts.digests import digest_json
from artifacts.errors import UnreadableRecord
from artifacts.folder import ModelArtifact
from features import CORRUPTIONS, corrupt_photo, difference_hash, read_photo
from gate import measuring_code
from gate.measuring_code import measuring_code_digest
from gate.measuring_cost import choose_timed, measure_resources
from gate.measuring_photos import (
    Unusable,
    corrupted_vectors,
    look_at_photos,
    without_heads,
)
from scoring import Scorer, UnusableModel

GONE, BROKEN = digest_json("gone"), digest_json("broken")


def test_a_look_has_the_vector_that_serving_makes(dataset, model):
    chosen = [row.photo for row in dataset.manifest().rows[:3]]
    extractor = Scorer.of(model).extractor
    for digest, look in zip(chosen, look_at_photos(dataset, model, chosen), strict=True):
        data = dataset.photo(digest)
        np.testing.assert_array_equal(look.vector, extractor.extract(data))
        assert look.fingerprint == difference_hash(read_photo(data))
        assert (look.traits.shorter_side, 0 < look.traits.brightness < 1) == (96, True)


def test_a_photo_that_cannot_be_used_is_told_and_the_others_are_looked_at(dataset, model):
    known = dataset.manifest().rows[0].photo

    class Partly:
        def photo(self, digest):
            if digest == GONE:
                raise UnreadableRecord(f"photo {GONE}", ("no such file",))
            return dataset.photo(digest) if digest == known else b"no photo"

    for found in (
        look_at_photos(Partly(), model, [GONE, BROKEN, known]),
        corrupted_vectors(Partly(), model, 1, [GONE, BROKEN, known]),
    ):
        assert [isinstance(one, Unusable) for one in found] == [True, True, False]
        assert found[0].photo == GONE
        assert "no such file" in found[0].reason


def test_corrupted_vectors_are_those_of_the_corrupted_photos(dataset, model):
    digest = dataset.manifest().rows[0].photo
    (found,) = corrupted_vectors(dataset, model, 3, [digest])
    numbers = (int(model.digest[7:23], 16), int(digest[7:23], 16))
    generator = np.random.default_rng((3, *numbers))
    copies = corrupt_photo(dataset.photo(digest), CORRUPTIONS, generator)
    np.testing.assert_array_equal(found, Scorer.of(model).extractor.extract_many(copies))


def test_what_is_random_in_a_copy_depends_on_seed_and_photo_and_not_on_the_batch(dataset, model):
    chosen = [row.photo for row in dataset.manifest().rows[:3]]
    together = corrupted_vectors(dataset, model, 3, chosen)
    np.testing.assert_array_equal(together[2], corrupted_vectors(dataset, model, 3, chosen[2:])[0])
    assert (together[2] != corrupted_vectors(dataset, model, 4, chosen[2:])[0]).any()


def test_the_copies_are_not_known_before_the_model_is_fixed(dataset, model):
    """A model that holds answers for its own copies would be another one, with other copies."""
    chosen = [row.photo for row in dataset.manifest().rows[:1]]
    (mine,) = corrupted_vectors(dataset, model, 3, chosen)
    other = ModelArtifact(*tiny_artifact(seed=1))
    assert other.manifest.feature_schema == model.manifest.feature_schema
    (theirs,) = corrupted_vectors(dataset, other, 3, chosen)
    assert (mine != theirs).any()


def test_what_travels_to_other_processes_makes_vectors_and_has_no_heads(dataset, model):
    light = without_heads(model)
    assert list(light.files) == ["feature_schema.json"]
    chosen = [dataset.manifest().rows[0].photo]
    (full,), (lean,) = (look_at_photos(dataset, one, chosen) for one in (model, light))
    np.testing.assert_array_equal(full.vector, lean.vector)


@pytest.mark.parametrize("count", [1, 2, 99, 100, 101, 1500])
def test_photos_to_time_are_spread_over_all_and_at_most_a_hundred(count):
    photos = [str(i) for i in range(count)]
    found = choose_timed(photos)
    assert len(found) == len(set(found)) == min(count, 100)
    assert (found[0], found[-1]) == (photos[0], photos[-1])
    assert choose_timed([]) == ()


def test_resources_are_what_the_stopwatch_says(model, photos):
    """Loads of 5, 1 and 3 seconds; photos of 1, 2 and so on to 20 milliseconds."""
    spans = [5.0, 1.0, 3.0, *(n / 1000 for n in range(1, 21))]
    ticks = itertools.chain.from_iterable((0.0, span) for span in spans)
    found = measure_resources(model, photos[:20], lambda: next(ticks))
    assert found.load_seconds == 3
    assert found.photos_timed == 20
    assert found.latency_median_ms == pytest.approx(10.5)
    assert found.latency_p95_ms == pytest.approx(20)
    assert found.size_bytes == sum(map(len, model.files.values()))
    assert next(ticks, None) is None


def test_the_digest_of_the_code_stays_until_the_code_changes():
    before = measuring_code_digest()
    assert measuring_code_digest() == before
    names = [name for name, _ in measuring_code._sources()]
    assert len(names) == len(set(names)) > 50
    for expected in (
        "features/extractor.py",
        "scoring/metrics.py",
        "artifacts/records/manifest.py",
        "gate/measures/evidence.py",
        "gate/resampling.py",
        "gate/examiner.py",
        "gate/measuring_cost.py",
        "judging/metric_names.py",
    ):
        assert expected in names
    assert "gate/judge.py" not in names
    assert "judging/table.py" not in names


def test_another_version_of_a_library_is_other_code(monkeypatch):
    before = measuring_code_digest()
    monkeypatch.setattr(measuring_code, "version", lambda name: f"0 of {name}")
    assert measuring_code_digest() != before


def test_a_changed_source_is_other_code(monkeypatch, tmp_path):
    (tmp_path / "one.py").write_text("x = 1\n")
    monkeypatch.setattr(measuring_code, "_sources", lambda: [("one.py", tmp_path / "one.py")])
    before = measuring_code_digest()
    (tmp_path / "one.py").write_text("x = 2\n")
    assert measuring_code_digest() != before


def test_a_model_without_its_schema_is_no_model(model, dataset):
    with pytest.raises(UnusableModel):
        look_at_photos(dataset, replace(model, files={}), [])
