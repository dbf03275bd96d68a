"""The metrics that a policy may name (metric_names.py): their value in every resample.

The point value is `scoring.metrics_of`'s. These are the same definitions over all resamples and all
slices of a dimension at once; a test holds both to each other, resample by resample.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from artifacts.records.evaluation import ClassificationOutcomes, Evaluation, RegressionOutcomes
from gate.resampling import Floats, Resampling
from scoring.labels import GRID, label_sets, rank
from scoring.metrics import (
    CALIBRATION_BINS,
    TOP,
    brier_scores,
    calibration_bins,
    calibration_distances,
    correct,
    known,
)

Masks = NDArray[np.bool_]
"""Which photos belong to which slice, (photos, slices)."""


@dataclass(frozen=True)
class ClassificationMetric:
    """A metric of a head that names labels."""

    resampled: Callable[[ClassificationOutcomes, Resampling, Masks], Floats]


@dataclass(frozen=True)
class RegressionMetric:
    """A metric of a head that gives numbers."""

    resampled: Callable[[RegressionOutcomes, Resampling, Masks], Floats]


def resampled_metric(evaluation: Evaluation, metric: str, resampling: Resampling) -> Floats | None:
    """Return a metric's value in each resample, (resamples,); None where it can't be measured.

    A resample in which nothing could be measured is NaN.
    """
    found = sliced_metric(evaluation, metric, resampling, _everything(evaluation))
    return None if found is None else found[:, 0]


def sliced_metric(
    evaluation: Evaluation, metric: str, resampling: Resampling, slices: Masks
) -> Floats | None:
    """Return a metric's value in each resample and slice, (resamples, slices).

    `slices` (photos, slices) says which photo belongs to which. A resample in which a slice had
    nothing to measure is NaN there; None where the evaluation has no such metric.
    """
    head, _, name = metric.partition(".")
    definition = METRICS.get(name)
    classes, numbers = _classes(evaluation, head), _numbers(evaluation, head)
    with np.errstate(invalid="ignore", divide="ignore"):
        if isinstance(definition, ClassificationMetric) and classes is not None:
            return definition.resampled(classes, resampling, slices)
        if isinstance(definition, RegressionMetric) and numbers is not None:
            return definition.resampled(numbers, resampling, slices)
    return None


def accuracy_difference(
    candidate: Evaluation, champion: Evaluation, head: str, resampling: Resampling
) -> Floats | None:
    """Return candidate's minus champion's accuracy in each resample, paired photo by photo.

    Both must be over the same photos in the same order. (resamples,); None where either has no such
    head. Hits are subtracted before they are divided: the difference of two rounded fractions
    could miss a limit that the exact difference meets.
    """
    everything = _everything(candidate)
    metric = f"{head}.accuracy"
    found = sliced_gain(candidate, champion, metric, resampling, everything)
    return None if found is None else found[:, 0]


def sliced_gain(
    candidate: Evaluation, champion: Evaluation, metric: str, resampling: Resampling, slices: Masks
) -> Floats | None:
    """Return how much better the candidate is in each resample and slice, (resamples, slices).

    By `<head>.accuracy` or `<head>.brier_score`, paired photo by photo; above zero is better. None
    where either model has no such head, or the metric is no score of single photos.
    """
    head, _, name = metric.partition(".")
    gain = GAINS.get(name)
    ours, theirs = _classes(candidate, head), _classes(champion, head)
    if gain is None or ours is None or theirs is None:
        return None
    return shares(gain(ours, theirs), known(ours.truths), resampling, slices)


def _accuracy_gain(ours: ClassificationOutcomes, theirs: ClassificationOutcomes) -> Floats:
    return correct(ours).astype(np.float64) - correct(theirs)


def _brier_gain(ours: ClassificationOutcomes, theirs: ClassificationOutcomes) -> Floats:
    return np.asarray(np.nan_to_num(brier_scores(theirs) - brier_scores(ours)), dtype=np.float64)


GAINS: Final[Mapping[str, Callable[[ClassificationOutcomes, ClassificationOutcomes], Floats]]] = (
    MappingProxyType({"accuracy": _accuracy_gain, "brier_score": _brier_gain})
)
"""Scores of single photos: how much better the first outcomes are than the second, (photos,)."""


def shares(
    values: NDArray[np.generic], counted: NDArray[np.bool_], resampling: Resampling, slices: Masks
) -> Floats:
    """Return the mean of values (photos,) over the counted photos, (resamples, slices).

    NaN where a resample has no counted photo of a slice.
    """
    within = slices & counted[:, None]
    sums = resampling.sums(np.where(within, values[:, None], 0))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums / resampling.sums(within), dtype=np.float64)


def _everything(evaluation: Evaluation) -> Masks:
    return np.ones((len(evaluation.photos), 1), dtype=bool)


def _classes(evaluation: Evaluation, head: str) -> ClassificationOutcomes | None:
    return next((classes for classes in evaluation.classification if classes.head == head), None)


def _numbers(evaluation: Evaluation, head: str) -> RegressionOutcomes | None:
    return next((numbers for numbers in evaluation.regression if numbers.head == head), None)


def _accuracy(outcomes: ClassificationOutcomes, resampling: Resampling, slices: Masks) -> Floats:
    return shares(correct(outcomes), known(outcomes.truths), resampling, slices)


def _top_accuracy(
    outcomes: ClassificationOutcomes, resampling: Resampling, slices: Masks
) -> Floats:
    ranking = rank(_probabilities(outcomes))
    hits = (ranking[:, :TOP] == _indices(outcomes)[:, None]).any(axis=1)
    return shares(hits, known(outcomes.truths), resampling, slices)


def _macro_f1(outcomes: ClassificationOutcomes, resampling: Resampling, slices: Masks) -> Floats:
    labels = np.arange(len(outcomes.labels))
    truths = _indices(outcomes)[:, None] == labels
    answers = rank(_probabilities(outcomes))[:, :1] == labels
    within = slices & known(outcomes.truths)[:, None]
    right = resampling.sums(_crossed(within, truths & answers))
    counts = resampling.sums(_crossed(within, truths.astype(np.int8) + answers))
    shape = (-1, slices.shape[1], len(labels))
    right, counts = right.reshape(shape), counts.reshape(shape)
    scores = np.where(counts > 0, 2 * right / counts, 0.0)
    return np.asarray(scores.sum(axis=2) / (counts > 0).sum(axis=2), dtype=np.float64)


def _brier_score(outcomes: ClassificationOutcomes, resampling: Resampling, slices: Masks) -> Floats:
    scores = np.nan_to_num(brier_scores(outcomes))
    return shares(scores, known(outcomes.truths), resampling, slices)


def _calibration_error(
    outcomes: ClassificationOutcomes, resampling: Resampling, slices: Masks
) -> Floats:
    confidences = _probabilities(outcomes).max(axis=1)
    distances = calibration_distances(correct(outcomes), confidences)
    bins = calibration_bins(confidences)[:, None] == np.arange(CALIBRATION_BINS)
    within = slices & known(outcomes.truths)[:, None]
    sums = resampling.sums(_crossed(within, bins * distances[:, None]))
    gaps = np.abs(sums).reshape(-1, slices.shape[1], CALIBRATION_BINS).sum(axis=2)
    return np.asarray(gaps / resampling.sums(within) / GRID, dtype=np.float64)


def _set_coverage(
    outcomes: ClassificationOutcomes, resampling: Resampling, slices: Masks
) -> Floats:
    sets = label_sets(_probabilities(outcomes), outcomes.set_threshold)
    # An unknown truth, -1, looks at the last label: it isn't counted.
    covered = sets[np.arange(len(sets)), _indices(outcomes)]
    return shares(covered, known(outcomes.truths), resampling, slices)


def _set_size(outcomes: ClassificationOutcomes, resampling: Resampling, slices: Masks) -> Floats:
    sizes = label_sets(_probabilities(outcomes), outcomes.set_threshold).sum(axis=1)
    return shares(sizes, known(outcomes.truths), resampling, slices)


def _median_error(outcomes: RegressionOutcomes, resampling: Resampling, slices: Masks) -> Floats:
    return _medians(_errors(outcomes), known(outcomes.truths), resampling, slices)


def _mean_error(outcomes: RegressionOutcomes, resampling: Resampling, slices: Masks) -> Floats:
    return shares(_errors(outcomes), known(outcomes.truths), resampling, slices)


def _coverage(outcomes: RegressionOutcomes, resampling: Resampling, slices: Masks) -> Floats:
    truths = _years(outcomes)
    inside = (np.array(outcomes.lows) <= truths) & (truths <= np.array(outcomes.highs))
    return shares(inside, known(outcomes.truths), resampling, slices)


def _width(outcomes: RegressionOutcomes, resampling: Resampling, slices: Masks) -> Floats:
    widths = np.array(outcomes.highs) - np.array(outcomes.lows)
    return _medians(widths, known(outcomes.truths), resampling, slices)


METRICS: Final[Mapping[str, ClassificationMetric | RegressionMetric]] = MappingProxyType(
    {
        "accuracy": ClassificationMetric(_accuracy),
        "macro_f1": ClassificationMetric(_macro_f1),
        f"top{TOP}_accuracy": ClassificationMetric(_top_accuracy),
        "brier_score": ClassificationMetric(_brier_score),
        "calibration_error": ClassificationMetric(_calibration_error),
        "set_coverage": ClassificationMetric(_set_coverage),
        "set_size": ClassificationMetric(_set_size),
        "median_absolute_error": RegressionMetric(_median_error),
        "mean_absolute_error": RegressionMetric(_mean_error),
        "interval_coverage": RegressionMetric(_coverage),
        "interval_width": RegressionMetric(_width),
    }
)


def _medians(
    values: Floats, counted: NDArray[np.bool_], resampling: Resampling, slices: Masks
) -> Floats:
    """Return the median of values (photos,) over the counted photos, (resamples, slices)."""
    columns = [resampling.medians(values, counted & within) for within in slices.T]
    return np.stack(columns, axis=1)


def _crossed(slices: Masks, values: NDArray[np.generic]) -> NDArray[np.generic]:
    """Repeat values (photos, k) for each slice, zero outside of it: (photos, slices * k)."""
    crossed: NDArray[np.generic] = slices[:, :, None] * values[:, None, :]
    return crossed.reshape(len(slices), -1)


def _probabilities(outcomes: ClassificationOutcomes) -> Floats:
    return np.array(outcomes.probabilities, dtype=float).reshape(-1, len(outcomes.labels))


def _indices(outcomes: ClassificationOutcomes) -> NDArray[np.intp]:
    return np.array([-1 if t is None else t for t in outcomes.truths], dtype=np.intp)


def _years(outcomes: RegressionOutcomes) -> Floats:
    return np.array([np.nan if t is None else t for t in outcomes.truths], dtype=np.float64)


def _errors(outcomes: RegressionOutcomes) -> Floats:
    return np.asarray(np.abs(np.array(outcomes.values) - _years(outcomes)), dtype=np.float64)
