import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import softmax

from artifacts.records.manifest import PredictionSet
from scoring.labels import GRID, label_sets, quantise
from training.fitting.calibration import prediction_set


def of_true(*true: float) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Photos of two labels, the first of them true with these probabilities."""
    found = np.array(true)
    return np.stack([found, 1 - found], axis=1), np.zeros(len(true), np.intp)


def sampled(photos: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    random = np.random.default_rng(seed)
    found = softmax(random.normal(0, 1.5, (photos, 8)), axis=1)
    return found, (found.cumsum(axis=1) > random.uniform(size=(photos, 1))).argmax(axis=1)


def covered(sets: PredictionSet, found: NDArray[np.float64], truths: NDArray[np.intp]) -> float:
    inside = label_sets(found, sets.threshold)[np.arange(len(truths)), truths]
    return float(inside.mean())


@pytest.mark.parametrize(
    ("level", "threshold"),
    [(0.9, 0.1), (0.8, 0.2), (0.75, 0.2), (0.5, 0.5), (0.95, 0.0)],
)
def test_the_threshold_is_the_conformal_rank_from_below(level: float, threshold: float) -> None:
    """Nine photos: rank floor(10 (1 - level)), which is 1, 2, 2, 5, and none."""
    found, truths = of_true(0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.6, 0.4, 0.5)
    assert prediction_set(found, truths, level) == PredictionSet(level=level, threshold=threshold)


def test_too_few_photos_make_sets_of_every_label() -> None:
    found, truths = of_true(0.9, 0.8, 0.7)
    threshold = prediction_set(found, truths, 0.9).threshold
    assert label_sets(found, threshold).all()


def test_sets_hold_the_true_label_of_new_photos_at_their_level() -> None:
    shares = []
    for seed in range(200):
        sets = prediction_set(*sampled(150, seed), level=0.9)
        shares.append(covered(sets, *sampled(400, 1000 + seed)))
    assert np.mean(shares) == pytest.approx(0.9, abs=0.012)
    assert np.mean(shares) >= 0.9


def test_the_threshold_lies_on_the_grid_of_answers_and_loses_no_photo() -> None:
    found, truths = sampled(997, seed=3)
    threshold = prediction_set(found, truths, 0.9).threshold
    assert quantise(np.array([threshold]))[0] == threshold
    assert round(threshold * GRID) / GRID == threshold
    assert (quantise(found)[np.arange(997), truths] >= threshold).sum() == 997 - 99 + 1


def test_a_surer_model_has_smaller_sets_at_the_same_coverage() -> None:
    found, truths = sampled(2000, seed=4)
    vague = 0.3 * found + 0.7 / found.shape[1] * np.random.default_rng(0).uniform(
        0.5, 1.5, (2000, 8)
    )
    vague /= vague.sum(axis=1, keepdims=True)
    sizes = [
        label_sets(given, prediction_set(given, truths, 0.9).threshold).sum(axis=1).mean()
        for given in (found, vague)
    ]
    assert sizes[0] < sizes[1]
