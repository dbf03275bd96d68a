"""The metrics that a policy may name: which way is better, and their value in every resample.

The point value is `scoring.metrics_of`'s. These are the same definitions over resamples at once; a
test holds both to each other, resample by resample.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from artifacts.records.evaluation import ClassificationOutcomes, Evaluation, RegressionOutcomes
from delivery.domain.resampling import Floats, Resampling
from scoring.labels import rank
from scoring.metrics import TOP, correct, known

Limit = Literal["at_least", "at_most"]


@dataclass(frozen=True)
class ClassificationMetric:
    """A metric of a head that names labels."""

    limit: Limit
    resampled: Callable[[ClassificationOutcomes, Resampling], Floats]


@dataclass(frozen=True)
class RegressionMetric:
    """A metric of a head that gives numbers."""

    limit: Limit
    resampled: Callable[[RegressionOutcomes, Resampling], Floats]


def limit_of(metric: str) -> Limit | None:
    """Say how a metric `<head>.<name>` can be limited, or None where there is no such metric."""
    found = METRICS.get(metric.partition(".")[2])
    return found.limit if found else None


def resampled_metric(evaluation: Evaluation, metric: str, resampling: Resampling) -> Floats | None:
    """Return a metric's value in each resample, (resamples,); None where it can't be measured.

    A resample in which nothing could be measured is NaN.
    """
    head, _, name = metric.partition(".")
    definition = METRICS.get(name)
    classes, numbers = _classes(evaluation, head), _numbers(evaluation, head)
    with np.errstate(invalid="ignore", divide="ignore"):
        if isinstance(definition, ClassificationMetric) and classes is not None:
            return definition.resampled(classes, resampling)
        if isinstance(definition, RegressionMetric) and numbers is not None:
            return definition.resampled(numbers, resampling)
    return None


def accuracy_difference(
    candidate: Evaluation, champion: Evaluation, head: str, resampling: Resampling
) -> Floats | None:
    """Return candidate's minus champion's accuracy in each resample, paired photo by photo.

    Both must be over the same photos in the same order. (resamples,); None where either has no such
    head. Hits are subtracted before they are divided: the difference of two rounded fractions
    could miss a limit that the exact difference meets.
    """
    ours, theirs = _classes(candidate, head), _classes(champion, head)
    if ours is None or theirs is None:
        return None
    differences = correct(ours).astype(np.float64) - correct(theirs)
    with np.errstate(invalid="ignore", divide="ignore"):
        return _share(differences, known(ours.truths), resampling)


def _classes(evaluation: Evaluation, head: str) -> ClassificationOutcomes | None:
    return next((classes for classes in evaluation.classification if classes.head == head), None)


def _numbers(evaluation: Evaluation, head: str) -> RegressionOutcomes | None:
    return next((numbers for numbers in evaluation.regression if numbers.head == head), None)


def _accuracy(outcomes: ClassificationOutcomes, resampling: Resampling) -> Floats:
    return _share(correct(outcomes), known(outcomes.truths), resampling)


def _top_accuracy(outcomes: ClassificationOutcomes, resampling: Resampling) -> Floats:
    hits = (_ranking(outcomes)[:, :TOP] == _indices(outcomes)[:, None]).any(axis=1)
    return _share(hits, known(outcomes.truths), resampling)


def _macro_f1(outcomes: ClassificationOutcomes, resampling: Resampling) -> Floats:
    labels = np.arange(len(outcomes.labels))
    truths = _indices(outcomes)[:, None] == labels
    answers = (_ranking(outcomes)[:, :1] == labels) & known(outcomes.truths)[:, None]
    right = resampling.sums(truths & answers)
    counts = resampling.sums(truths) + resampling.sums(answers)
    scores = np.where(counts > 0, 2 * right / counts, 0.0)
    return np.asarray(scores.sum(axis=1) / (counts > 0).sum(axis=1), dtype=np.float64)


def _median_error(outcomes: RegressionOutcomes, resampling: Resampling) -> Floats:
    return resampling.medians(_errors(outcomes), known(outcomes.truths))


def _mean_error(outcomes: RegressionOutcomes, resampling: Resampling) -> Floats:
    return _share(_errors(outcomes), known(outcomes.truths), resampling)


def _coverage(outcomes: RegressionOutcomes, resampling: Resampling) -> Floats:
    truths = _years(outcomes)
    inside = (np.array(outcomes.lows) <= truths) & (truths <= np.array(outcomes.highs))
    return _share(inside, known(outcomes.truths), resampling)


def _width(outcomes: RegressionOutcomes, resampling: Resampling) -> Floats:
    widths = np.array(outcomes.highs) - np.array(outcomes.lows)
    return resampling.medians(widths, known(outcomes.truths))


METRICS: Final[Mapping[str, ClassificationMetric | RegressionMetric]] = MappingProxyType(
    {
        "accuracy": ClassificationMetric("at_least", _accuracy),
        "macro_f1": ClassificationMetric("at_least", _macro_f1),
        f"top{TOP}_accuracy": ClassificationMetric("at_least", _top_accuracy),
        "median_absolute_error": RegressionMetric("at_most", _median_error),
        "mean_absolute_error": RegressionMetric("at_most", _mean_error),
        "interval_coverage": RegressionMetric("at_least", _coverage),
        "interval_width": RegressionMetric("at_most", _width),
    }
)


def _share(
    values: NDArray[np.generic], counted: NDArray[np.bool_], resampling: Resampling
) -> Floats:
    """Return the mean of values (photos,) over the counted photos of each resample."""
    parts = np.stack([np.where(counted, values, 0), counted], axis=1)
    sums = resampling.sums(parts)
    return np.asarray(sums[:, 0] / sums[:, 1], dtype=np.float64)


def _ranking(outcomes: ClassificationOutcomes) -> NDArray[np.intp]:
    return rank(np.array(outcomes.probabilities, dtype=float).reshape(-1, len(outcomes.labels)))


def _indices(outcomes: ClassificationOutcomes) -> NDArray[np.intp]:
    return np.array([-1 if t is None else t for t in outcomes.truths], dtype=np.intp)


def _years(outcomes: RegressionOutcomes) -> Floats:
    return np.array([np.nan if t is None else t for t in outcomes.truths], dtype=np.float64)


def _errors(outcomes: RegressionOutcomes) -> Floats:
    return np.asarray(np.abs(np.array(outcomes.values) - _years(outcomes)), dtype=np.float64)
