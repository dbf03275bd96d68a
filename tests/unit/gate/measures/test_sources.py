import numpy as np
import pytest
from support.dataset_rows import LABELS, dataset_rows

from artifacts.records.photos import PhotoManifest
from gate.measures.leakage import (
    measure_label_from_source,
    measure_source_classifier,
)
from gate.resampling import resample_groups


def manifest(train: list[tuple[str, str]], holdout: list[tuple[str, str]]) -> PhotoManifest:
    """Photos of (source, label), each a building of its own."""
    given = [("train", *pair) for pair in train] + [("holdout", *pair) for pair in holdout]
    plain = dataset_rows(len(given), per_group=1)
    return PhotoManifest(
        rows=tuple(
            row.model_copy(update={"split": split, "source": source, "style": style})
            for row, (split, source, style) in zip(plain.rows, given, strict=True)
        )
    )


def measured(rows: PhotoManifest):
    groups = tuple(row.group for row in rows.of_split("holdout"))
    resampling = resample_groups(groups, 300, 1)
    return measure_label_from_source(rows, "style", resampling, 0.9)


A, B, C = LABELS


def test_a_source_that_has_one_label_gives_it_away():
    pairs = [("north", A)] * 30 + [("south", B)] * 20
    found = measured(manifest(pairs, pairs))
    assert found.label_from_source.value == 1
    assert (found.label_from_source.low, found.label_from_source.high) == (1, 1)
    assert found.commonest == 0.6


def test_one_source_alone_says_no_more_than_the_commonest_label():
    found = measured(manifest([("all", A)] * 6 + [("all", B)] * 4, [("all", A), ("all", B)] * 20))
    assert found.label_from_source.value == found.commonest == 0.5
    assert found.label_from_source.low < 0.5 < found.label_from_source.high


def test_a_source_that_was_not_trained_on_gets_the_commonest_label_of_all():
    found = measured(manifest([("north", A)] * 3 + [("south", B)], [("east", A), ("east", B)]))
    assert (found.label_from_source.value, found.commonest) == (0.5, 0.5)


def test_among_labels_equally_common_the_first_by_name_is_named():
    found = measured(manifest([("all", C), ("all", B)], [("all", B), ("all", C), ("all", C)]))
    assert found.commonest == pytest.approx(1 / 3)


def test_without_a_train_split_nothing_is_named():
    found = measured(manifest([], [("all", A)] * 4))
    assert (found.label_from_source.value, found.commonest) == (0, 0)


def sourced(photos: int, sources: int) -> PhotoManifest:
    return manifest([], [(f"source {i % sources}", A) for i in range(photos)])


def vectors(rows: PhotoManifest, told: float) -> np.ndarray:
    """Noise, and a value for each source that says it as loudly as `told`."""
    found = np.random.default_rng(3).normal(0, 1, (len(rows.rows), 20))
    found[:, :3] += told * np.eye(3)[[int(row.source[-1]) for row in rows.rows]]
    return found.astype(np.float32)


def test_sources_that_look_different_are_told_apart():
    rows = sourced(120, 3)
    found = measure_source_classifier(rows.rows, vectors(rows, 20), 1)
    assert (found.sources, found.photos, found.chance) == (3, 120, pytest.approx(1 / 3))
    assert found.balanced_accuracy > 0.95


def test_sources_that_look_alike_are_told_apart_no_better_than_by_chance():
    rows = sourced(400, 2)
    found = measure_source_classifier(rows.rows, vectors(rows, 0), 1)
    assert found.balanced_accuracy == pytest.approx(found.chance, abs=0.08)


def test_copies_in_one_building_group_do_not_help_to_tell_sources():
    """Each vector twice: across folds a copy would be recognised, and chance look like skill."""
    rows = sourced(100, 2)
    twice = PhotoManifest(
        rows=tuple(
            row.model_copy(update={"group": f"g{i // 4}", "source": f"source {i // 4 % 2}"})
            for i, row in enumerate(rows.rows)
        )
    ).rows
    noise = np.random.default_rng(4).normal(0, 1, (25, 200)).repeat(4, axis=0).astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gate.measures.leakage._MIN_GROUPS", 10)
        found = measure_source_classifier(twice, noise, 1)
    assert found.balanced_accuracy < 0.8


@pytest.mark.parametrize(("photos", "sources"), [(60, 1), (38, 2), (0, 1)])
def test_one_source_or_too_few_buildings_give_no_answer(photos, sources):
    rows = sourced(photos, sources)
    assert measure_source_classifier(rows.rows, vectors(rows, 1), 1) is None


def test_a_small_source_is_left_out():
    rows = manifest([], [("source 0", A)] * 30 + [("source 1", A)] * 30 + [("source 2", A)] * 19)
    found = measure_source_classifier(rows.rows, vectors(rows, 9), 1)
    assert (found.sources, found.photos) == (2, 60)
