import numpy as np
import pytest
from support.dataset_rows import LABELS, dataset_rows

from artifacts.records.photos import PhotoManifest, PhotoRow
from gate.measures.leakage import (
    measure_shuffled_labels,
    shuffle_between_groups,
)


def rows(photos: int, per_group: int = 1) -> tuple[PhotoRow, ...]:
    return dataset_rows(photos, per_group).rows


def telling(given: tuple[PhotoRow, ...]) -> np.ndarray:
    """Vectors that say the true label, and noise."""
    noise = np.random.default_rng(1).normal(0, 1, (len(given), 30))
    noise[:, :3] += 9 * np.eye(3)[[LABELS.index(row.style) for row in given]]
    return noise.astype(np.float32)


def test_labels_that_mean_nothing_teach_nothing():
    train, holdout = rows(600), rows(300)
    found = measure_shuffled_labels(train, telling(train), holdout, telling(holdout), "style", 1)
    assert len(found) == 5
    assert len(set(found)) > 1
    assert np.mean(found) == pytest.approx(1 / 3, abs=0.15)


def test_the_same_probe_learns_labels_that_were_not_shuffled(monkeypatch):
    """So the probe could have learned something, had there been anything."""
    monkeypatch.setattr("gate.measures.leakage.shuffle_between_groups", lambda t, _, __: t)
    train, holdout = rows(600), rows(300)
    found = measure_shuffled_labels(train, telling(train), holdout, telling(holdout), "style", 1)
    assert min(found) > 0.95


def test_the_same_seed_finds_the_same_and_another_seed_something_else():
    train, holdout = rows(90), rows(60)
    given = (train, telling(train), holdout, telling(holdout), "style")
    assert measure_shuffled_labels(*given, 1) == measure_shuffled_labels(*given, 1)
    assert measure_shuffled_labels(*given, 1) != measure_shuffled_labels(*given, 2)


def test_photos_of_one_building_keep_one_label_and_labels_keep_their_number_of_buildings():
    groups = np.repeat(np.arange(40), 3)
    truths = np.repeat(np.arange(40) % 4, 3)
    found = shuffle_between_groups(truths, groups, np.random.default_rng(1))
    assert all(len(set(found[groups == group])) == 1 for group in range(40))
    assert np.bincount(found).tolist() == np.bincount(truths).tolist()
    assert (found != truths).any()


def test_without_photos_to_learn_from_or_to_ask_there_is_no_probe():
    some, none = rows(6), PhotoManifest(rows=()).rows
    empty = np.zeros((0, 0), np.float32)
    assert measure_shuffled_labels(none, empty, some, telling(some), "style", 1) == ()
    assert measure_shuffled_labels(some, telling(some), none, empty, "style", 1) == ()


def test_photos_of_unknown_truth_are_neither_learned_from_nor_asked():
    given = tuple(
        row.model_copy(update={"year": None if i % 2 else 1900 + i % 3})
        for i, row in enumerate(rows(60))
    )
    broken = telling(given)
    broken[1::2] = np.nan
    assert len(measure_shuffled_labels(given, broken, given, broken, "era", 1)) == 5
