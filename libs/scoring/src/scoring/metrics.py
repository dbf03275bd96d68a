"""Every metric, defined once: over all photos, in each slice, and in each resample of both.

A definition gets a head's outcomes, resamples and slices, and returns a value for every pair of
them. The value over all photos is that of one resample, the photos as they are, and one slice, all
of them. Photos whose truth isn't known don't count. Where none is left there is no value: NaN.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from artifacts.records.answers import Declined
from artifacts.records.evaluation import (
    ClassificationOutcomes,
    DecliningOutcomes,
    Evaluation,
    RegressionOutcomes,
)
from scoring.labels import GRID, label_sets, quantise, rank, winners

TOP: Final = 3
CALIBRATION_BINS: Final = 10
_CHUNK: Final = 256
"""Resamples expanded to photos at once: bounds memory where a statistic needs every photo."""

Floats = NDArray[np.float64]
Outcomes = ClassificationOutcomes | RegressionOutcomes | DecliningOutcomes
Masks = NDArray[np.bool_]
"""Which photos belong to which slice, (photos, slices)."""


@dataclass(frozen=True, eq=False)
class Resampling:
    """How often each group was drawn in each resample, and which group each photo is of.

    `counts` is (resamples, groups), whole numbers; `group_of` is (photos,), indices of groups.
    """

    counts: Floats
    group_of: NDArray[np.intp]

    @classmethod
    def of_photos(cls, photos: int) -> "Resampling":
        """Return the photos as they are as the only resample."""
        return cls(np.ones((1, 1)), np.zeros(photos, dtype=np.intp))

    def once(self) -> "Resampling":
        """Return the sample itself as the only resample: every group drawn once."""
        return Resampling(np.ones((1, self.counts.shape[1])), self.group_of)

    def sums(self, values: NDArray[np.generic]) -> Floats:
        """Sum the photos' values (photos, k) over each resample: (resamples, k).

        Exact for whole numbers, so that a fraction computed from sums is correctly rounded.
        """
        per_group = np.zeros((self.counts.shape[1], values.shape[1]))
        np.add.at(per_group, self.group_of, values.astype(np.float64))
        return self.counts @ per_group

    def medians(self, values: Floats, counted: NDArray[np.bool_]) -> Floats:
        """Return the median of the counted photos' values (photos,) in each resample.

        A resample without any counted photo gives NaN.
        """
        if not counted.any():
            return np.full(len(self.counts), np.nan)
        order = np.argsort(values[counted], kind="stable")
        ordered, groups = values[counted][order], self.group_of[counted][order]
        found = []
        for start in range(0, len(self.counts), _CHUNK):
            # How many photos, in ascending order, a resample has up to each of them.
            reached = np.cumsum(self.counts[start : start + _CHUNK, groups], axis=1)
            totals = reached[:, -1:]
            lower = np.argmax(reached > (totals - 1) // 2, axis=1)
            upper = np.argmax(reached > totals // 2, axis=1)
            middles = (ordered[lower] + ordered[upper]) / 2
            found.append(np.where(totals[:, 0] > 0, middles, np.nan))
        return np.concatenate(found)


def metrics_of(evaluation: Evaluation) -> dict[str, float]:
    """Return every metric by its name, `<head>.<metric>`. What can't be measured is left out."""
    return {
        f"{outcomes.head}.{name}": value
        for outcomes in heads_of(evaluation)
        for name, value in head_metrics(outcomes).items()
    }


def head_metrics(outcomes: Outcomes) -> dict[str, float]:
    """Return a head's metrics over all photos by name; none where no truth is known."""
    counted = countable(outcomes)
    if not counted.any():
        return {}
    photos = len(counted)
    whole, everything = Resampling.of_photos(photos), np.ones((photos, 1), dtype=bool)
    return {
        name: float(head_metric(outcomes, name, whole, everything)[0, 0])
        for name in metric_names(outcomes)
    }


def metric_names(outcomes: Outcomes) -> tuple[str, ...]:
    """Return the names of the metrics that a head of this kind has."""
    if isinstance(outcomes, DecliningOutcomes):
        return tuple(DECLINING)
    return tuple(LABELS if isinstance(outcomes, ClassificationOutcomes) else NUMBERS)


def sliced_metric(
    evaluation: Evaluation, metric: str, resampling: Resampling, slices: Masks
) -> Floats | None:
    """Return a metric, `<head>.<metric>`, in each resample and slice, (resamples, slices).

    NaN where nothing can be measured; None where the evaluation has no such metric.
    """
    head, _, name = metric.partition(".")
    for outcomes in heads_of(evaluation):
        if outcomes.head == head and name in metric_names(outcomes):
            return head_metric(outcomes, name, resampling, slices)
    return None


def resampled_metric(evaluation: Evaluation, metric: str, resampling: Resampling) -> Floats | None:
    """Return a metric over all photos in each resample, (resamples,); as `sliced_metric` does."""
    everything = np.ones((len(evaluation.photos), 1), dtype=bool)
    found = sliced_metric(evaluation, metric, resampling, everything)
    return None if found is None else found[:, 0]


def head_metric(outcomes: Outcomes, name: str, resampling: Resampling, slices: Masks) -> Floats:
    """Return one of a head's `metric_names` in each resample and slice, (resamples, slices)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        if isinstance(outcomes, ClassificationOutcomes):
            return LABELS[name](outcomes, resampling, slices)
        if isinstance(outcomes, DecliningOutcomes):
            return DECLINING[name](outcomes, resampling, slices)
        return NUMBERS[name](outcomes, resampling, slices)


def heads_of(evaluation: Evaluation) -> Iterator[Outcomes]:
    """Yield the outcomes of every head."""
    yield from evaluation.classification
    yield from evaluation.regression
    yield from evaluation.declining


def countable(outcomes: Outcomes) -> NDArray[np.bool_]:
    """Say which photos a head is measured over: bool (n,).

    Those whose truth is known. Whether a photo can be answered needs none: all of a dataset can.
    """
    if isinstance(outcomes, DecliningOutcomes):
        return np.ones(len(outcomes.declined), dtype=bool)
    return known(outcomes.truths)


def known(truths: tuple[float | None, ...]) -> NDArray[np.bool_]:
    """Say for each photo whether its truth is known: bool (n,)."""
    return np.array([truth is not None for truth in truths], dtype=bool)


def correct(outcomes: ClassificationOutcomes) -> NDArray[np.bool_]:
    """Say for each photo whether the answered label is the true one: bool (n,)."""
    hits: NDArray[np.bool_] = winners(_probabilities(outcomes)) == _truths(outcomes)
    return hits


def brier_scores(outcomes: ClassificationOutcomes) -> Floats:
    """Return each photo's Brier score (n,), 0 best to 2 worst; NaN where the truth is unknown.

    The sum over labels of squared distances between the probability and the truth, 0 or 1: it uses
    all that the probabilities say, so it tells models apart that name the same labels (Brier,
    Verification of forecasts expressed in terms of probability, Monthly Weather Review 78, 1950).
    """
    true = _truths(outcomes)[:, None] == np.arange(len(outcomes.labels))
    scores = ((_probabilities(outcomes) - true) ** 2).sum(axis=1)
    return np.where(known(outcomes.truths), scores, np.nan)


def calibration_bins(confidences: NDArray[np.floating]) -> NDArray[np.intp]:
    """Return each probability's bin, 0 to 9: the n-th holds those above n/10, up to (n + 1)/10.

    Counted in steps of the grid that probabilities lie on: 0.3 belongs to the third bin, and in
    floats 0.3 * 10 may be either side of 3.
    """
    steps = np.rint(quantise(confidences) * GRID).astype(np.intp)
    return np.maximum((steps * CALIBRATION_BINS - 1) // GRID, 0)


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


def _accuracy(outcomes: ClassificationOutcomes, resampling: Resampling, slices: Masks) -> Floats:
    """The share of right answers, 0 to 1."""
    return shares(correct(outcomes), known(outcomes.truths), resampling, slices)


def _macro_f1(outcomes: ClassificationOutcomes, resampling: Resampling, slices: Masks) -> Floats:
    """The mean F1, 0 to 1, over labels that occur, as truth or answer (scikit-learn's rule)."""
    labels = np.arange(len(outcomes.labels))
    truths = _truths(outcomes)[:, None] == labels
    answers = rank(_probabilities(outcomes))[:, :1] == labels
    within = slices & known(outcomes.truths)[:, None]
    right = resampling.sums(_crossed(within, truths & answers))
    counts = resampling.sums(_crossed(within, truths.astype(np.int8) + answers))
    shape = (-1, slices.shape[1], len(labels))
    right, counts = right.reshape(shape), counts.reshape(shape)
    scores = np.where(counts > 0, 2 * right / counts, 0.0)
    return np.asarray(scores.sum(axis=2) / (counts > 0).sum(axis=2), dtype=np.float64)


def _top_accuracy(
    outcomes: ClassificationOutcomes, resampling: Resampling, slices: Masks
) -> Floats:
    """The share of photos whose truth is among the likeliest three, 0 to 1."""
    ranking = rank(_probabilities(outcomes))
    hits = (ranking[:, :TOP] == _truths(outcomes)[:, None]).any(axis=1)
    return shares(hits, known(outcomes.truths), resampling, slices)


def _brier_score(outcomes: ClassificationOutcomes, resampling: Resampling, slices: Masks) -> Floats:
    """The mean Brier score, 0 to 2."""
    return shares(brier_scores(outcomes), known(outcomes.truths), resampling, slices)


def _calibration_error(
    outcomes: ClassificationOutcomes, resampling: Resampling, slices: Masks
) -> Floats:
    """The expected calibration error, 0 to 1.

    Over ten bins of equal width: the mean distance between stated probability and share of right
    answers, weighted by the answers in each bin (Guo et al., On calibration of modern neural
    networks, ICML 2017). Distances are in whole steps of the grid: sums of them are exact.

    It is biased upwards, for chance never cancels in a sum of distances: a perfectly calibrated
    model shows about 0.03 on 1,500 answers, 0.10 on 100 and 0.18 on 30 in simulation (see Roelofs
    et al., Mitigating bias in calibration error estimation, AISTATS 2022). Resampling adds chance
    once more (0.04, 0.13, 0.24): its interval lies too high, which errs against the model. Compare
    values over similar numbers of photos only.
    """
    confidences = _probabilities(outcomes).max(axis=1, initial=0)
    distances = GRID * correct(outcomes) - np.rint(quantise(confidences) * GRID)
    bins = calibration_bins(confidences)[:, None] == np.arange(CALIBRATION_BINS)
    within = slices & known(outcomes.truths)[:, None]
    sums = resampling.sums(_crossed(within, bins * distances[:, None]))
    gaps = np.abs(sums).reshape(-1, slices.shape[1], CALIBRATION_BINS).sum(axis=2)
    return np.asarray(gaps / resampling.sums(within) / GRID, dtype=np.float64)


def _set_coverage(
    outcomes: ClassificationOutcomes, resampling: Resampling, slices: Masks
) -> Floats:
    """The share of prediction sets that hold the truth, 0 to 1."""
    sets = label_sets(_probabilities(outcomes), outcomes.set_threshold)
    # An unknown truth, -1, looks at the last label: it isn't counted.
    covered = sets[np.arange(len(sets)), _truths(outcomes)]
    return shares(covered, known(outcomes.truths), resampling, slices)


def _set_size(outcomes: ClassificationOutcomes, resampling: Resampling, slices: Masks) -> Floats:
    """The mean number of labels in a prediction set."""
    sizes = label_sets(_probabilities(outcomes), outcomes.set_threshold).sum(axis=1)
    return shares(sizes, known(outcomes.truths), resampling, slices)


def _median_error(outcomes: RegressionOutcomes, resampling: Resampling, slices: Masks) -> Floats:
    """The median absolute error, in the head's unit."""
    return _medians(_errors(outcomes), outcomes, resampling, slices)


def _mean_error(outcomes: RegressionOutcomes, resampling: Resampling, slices: Masks) -> Floats:
    """The mean absolute error, in the head's unit."""
    return shares(_errors(outcomes), known(outcomes.truths), resampling, slices)


def _coverage(outcomes: RegressionOutcomes, resampling: Resampling, slices: Masks) -> Floats:
    """The share of intervals that hold the truth, 0 to 1."""
    truths = _years(outcomes)
    inside = (np.array(outcomes.lows) <= truths) & (truths <= np.array(outcomes.highs))
    return shares(inside, known(outcomes.truths), resampling, slices)


def _declined(
    why: Declined, outcomes: DecliningOutcomes, resampling: Resampling, slices: Masks
) -> Floats:
    """The share of photos that were declined for a reason, 0 to 1."""
    declined = np.array([found == why for found in outcomes.declined], dtype=bool)
    return shares(declined, countable(outcomes), resampling, slices)


def _width(outcomes: RegressionOutcomes, resampling: Resampling, slices: Masks) -> Floats:
    """The median width of an interval, in the head's unit."""
    widths = np.array(outcomes.highs) - np.array(outcomes.lows)
    return _medians(widths, outcomes, resampling, slices)


LABELS: Final[Mapping[str, Callable[[ClassificationOutcomes, Resampling, Masks], Floats]]] = (
    MappingProxyType(
        {
            "accuracy": _accuracy,
            "macro_f1": _macro_f1,
            f"top{TOP}_accuracy": _top_accuracy,
            "brier_score": _brier_score,
            "calibration_error": _calibration_error,
            "set_coverage": _set_coverage,
            "set_size": _set_size,
        }
    )
)
"""The metrics of a head that names labels."""
NUMBERS: Final[Mapping[str, Callable[[RegressionOutcomes, Resampling, Masks], Floats]]] = (
    MappingProxyType(
        {
            "median_absolute_error": _median_error,
            "mean_absolute_error": _mean_error,
            "interval_coverage": _coverage,
            "interval_width": _width,
        }
    )
)
"""The metrics of a head that gives numbers."""


DECLINING: Final[Mapping[str, Callable[[DecliningOutcomes, Resampling, Masks], Floats]]] = (
    MappingProxyType(
        {
            "unfamiliar": partial(_declined, "unfamiliar"),
            "none_of_these": partial(_declined, "none_of_these"),
        }
    )
)
"""The metrics of a head that declines: shares of photos that could have been answered."""


def _medians(
    values: Floats, outcomes: RegressionOutcomes, resampling: Resampling, slices: Masks
) -> Floats:
    counted = known(outcomes.truths)
    columns = [resampling.medians(values, counted & within) for within in slices.T]
    return np.stack(columns, axis=1)


def _crossed(slices: Masks, values: NDArray[np.generic]) -> NDArray[np.generic]:
    """Repeat values (photos, k) for each slice, zero outside of it: (photos, slices * k)."""
    crossed: NDArray[np.generic] = slices[:, :, None] * values[:, None, :]
    return crossed.reshape(len(slices), -1)


def _probabilities(outcomes: ClassificationOutcomes) -> Floats:
    return np.array(outcomes.probabilities, dtype=float).reshape(-1, len(outcomes.labels))


def _truths(outcomes: ClassificationOutcomes) -> NDArray[np.intp]:
    return np.array([-1 if t is None else t for t in outcomes.truths], dtype=np.intp)


def _years(outcomes: RegressionOutcomes) -> Floats:
    return np.array([np.nan if t is None else t for t in outcomes.truths], dtype=np.float64)


def _errors(outcomes: RegressionOutcomes) -> Floats:
    return np.asarray(np.abs(np.array(outcomes.values) - _years(outcomes)), dtype=np.float64)
