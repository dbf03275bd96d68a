from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from support.training_doubles import a_training_set

from features import Extractor, architecture_schema
from samples.facades import draw_facades
from training.fitting.calibration import fit_tempering
from training.fitting.doubtful_labels import doubtful_labels
from training.fitting.selection import label_tasks, out_of_fold, run_task
from training.params import Kernel

STYLES = ("gothic", "international", "ancient_egyptian", "georgian", "art_deco", "palladian")
BUILDINGS, FLIPPED = 30, 18
EVERY = 4
"""Every fourth feature will do here. A tenth of the labels is wrong."""


@cache
def drawn() -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    facades = list(draw_facades(BUILDINGS, seed=3, views=(1, 1), styles=STYLES))
    extractor = Extractor(architecture_schema())
    vectors = np.stack([extractor.extract(facade.photo)[::EVERY] for facade in facades])
    return vectors, np.array([STYLES.index(facade.style) for facade in facades], np.intp)


def honest(vectors: NDArray[np.float32], labels: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return calibrated probabilities of each photo by models without it, as `train` has them."""
    data = a_training_set(vectors, labels)
    family = Kernel(kind="kernel", components=120, width=1.5, ridge=0.1, hand_made=0.3, balance=1)
    todo = list(label_tasks(data, [family], 3, 7))
    folds = [(task, run_task(task, data, 7)) for task in todo]
    found = out_of_fold(family, folds)
    return fit_tempering(found, labels).temper(found)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_of_three_planted_flips_are_found_on_drawn_photos_and_of_the_worst_nine_eight_are_flips(
    seed: int,
) -> None:
    vectors, truths = drawn()
    random = np.random.default_rng(seed)
    flipped = random.choice(len(truths), FLIPPED, replace=False)
    labels = truths.copy()
    labels[flipped] = (labels[flipped] + random.integers(1, len(STYLES), FLIPPED)) % len(STYLES)
    found = doubtful_labels(honest(vectors, labels), labels, 200)
    hits = [doubt for doubt in found if doubt.photo in flipped]
    assert len(hits) >= 2 / 3 * FLIPPED
    assert len(hits) >= len(found) / 2
    assert sum(doubt.photo in flipped for doubt in found[:9]) >= 8
    assert sum(doubt.suggested == truths[doubt.photo] for doubt in hits) >= 0.8 * len(hits)


def test_thresholds_are_of_each_label_so_that_a_hard_one_is_not_doubted_whole() -> None:
    # Of label 1 models are never sure; its photos lean to label 0 as far as label 0's own don't.
    labels = np.array([0] * 10 + [1] * 10)
    sure, torn = [0.9, 0.1], [0.55, 0.45]
    probabilities = np.array([sure] * 10 + [torn] * 9 + [[0.95, 0.05]])
    (doubt,) = doubtful_labels(probabilities, labels, 5)
    assert (doubt.photo, doubt.given, doubt.suggested) == (19, 1, 0)
    assert (doubt.probability_given, doubt.probability_suggested) == (0.05, 0.95)


def test_the_worst_come_first_and_no_more_than_asked_for() -> None:
    labels = np.repeat(np.arange(2), 50)
    random = np.random.default_rng(1)
    likely = random.uniform(size=100)
    probabilities = np.stack([likely, 1 - likely], axis=1)
    found = doubtful_labels(probabilities, labels, 100)
    gaps = [doubt.probability_suggested - doubt.probability_given for doubt in found]
    assert len(found) > 10
    assert gaps == sorted(gaps, reverse=True)
    assert doubtful_labels(probabilities, labels, 3) == found[:3]
    assert doubtful_labels(probabilities, labels, 0) == ()


def test_a_label_that_no_photo_has_is_never_suggested() -> None:
    probabilities = np.array([[0.2, 0.1, 0.7]] * 6)
    assert doubtful_labels(probabilities, np.array([0, 0, 0, 1, 1, 1]), 9) == doubtful_labels(
        probabilities[:, :2], np.array([0, 0, 0, 1, 1, 1]), 9
    )
