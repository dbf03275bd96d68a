"""Metrics of an Evaluation. Photos without a known truth don't count; no photo gives no metric."""

import numpy as np
from numpy.typing import NDArray

from artifacts.records.evaluation import ClassificationOutcomes, Evaluation, RegressionOutcomes
from scoring.labels import GRID, label_sets, quantise, rank, winners

TOP = 3
CALIBRATION_BINS = 10


def metrics_of(evaluation: Evaluation) -> dict[str, float]:
    """Return every metric by its name, `<head>.<metric>`. What can't be measured is left out."""
    found: dict[str, float] = {}
    for classes in evaluation.classification:
        found |= {f"{classes.head}.{k}": v for k, v in classification_metrics(classes).items()}
    for numbers in evaluation.regression:
        found |= {f"{numbers.head}.{k}": v for k, v in regression_metrics(numbers).items()}
    return found


def known(truths: tuple[float | None, ...]) -> NDArray[np.bool_]:
    """Say for each photo whether its truth is known: bool (n,)."""
    return np.array([truth is not None for truth in truths], dtype=bool)


def correct(outcomes: ClassificationOutcomes) -> NDArray[np.bool_]:
    """Say for each photo whether the answered label is the true one: bool (n,)."""
    truths = np.array([-1 if truth is None else truth for truth in outcomes.truths], dtype=int)
    hits: NDArray[np.bool_] = winners(_probabilities(outcomes)) == truths
    return hits


def brier_scores(outcomes: ClassificationOutcomes) -> NDArray[np.float64]:
    """Return each photo's Brier score (n,), 0 best to 2 worst; NaN where the truth is unknown.

    The sum over labels of squared distances between the probability and the truth, 0 or 1: it uses
    all that the probabilities say, so it tells models apart that name the same labels (Brier,
    Verification of forecasts expressed in terms of probability, Monthly Weather Review 78, 1950).
    """
    truths = np.array([-1 if truth is None else truth for truth in outcomes.truths], dtype=int)
    true = truths[:, None] == np.arange(len(outcomes.labels))
    scores = ((_probabilities(outcomes) - true) ** 2).sum(axis=1)
    return np.where(known(outcomes.truths), scores, np.nan)


def classification_metrics(outcomes: ClassificationOutcomes) -> dict[str, float]:
    """Return how often the answer is right, how well calibrated it is, and its prediction sets.

    Accuracy, macro F1, top-3 accuracy, calibration error and set coverage are 0 to 1, the Brier
    score 0 to 2; set size is the mean number of labels in a set. Macro F1 is the mean over the
    labels that occur, as truth or as answer (scikit-learn's rule).
    """
    seen = known(outcomes.truths)
    if not seen.any():
        return {}
    probabilities = _probabilities(outcomes)[seen]
    ranking = rank(probabilities)
    truths = np.array([truth for truth in outcomes.truths if truth is not None], dtype=int)
    hits = ranking == truths[:, None]
    sets = label_sets(probabilities, outcomes.set_threshold)
    return {
        "accuracy": float(hits[:, 0].mean()),
        "macro_f1": _macro_f1(truths, ranking[:, 0], len(outcomes.labels)),
        f"top{TOP}_accuracy": float(hits[:, :TOP].any(axis=1).mean()),
        "brier_score": float(brier_scores(outcomes)[seen].mean()),
        "calibration_error": calibration_error(hits[:, 0], probabilities.max(axis=1)),
        "set_coverage": float(sets[np.arange(len(truths)), truths].mean()),
        "set_size": float(sets.sum(axis=1).mean()),
    }


def calibration_error(hits: NDArray[np.bool_], confidences: NDArray[np.floating]) -> float:
    """Return the expected calibration error of n > 0 answers, 0 to 1.

    `confidences` (n,) are the answers' probabilities, `hits` (n,) whether each was right. Over ten
    bins of equal width: the mean distance between stated probability and share of right answers,
    weighted by the answers in each bin (Guo et al., On calibration of modern neural networks, ICML
    2017).

    It is biased upwards, for chance never cancels in a sum of distances: a perfectly calibrated
    model shows about 0.03 on 1,500 answers, 0.10 on 100 and 0.18 on 30 in simulation (see Roelofs
    et al., Mitigating bias in calibration error estimation, AISTATS 2022). Resampling adds chance
    once more (0.04, 0.13, 0.24): its interval lies too high, which errs against the model. Compare
    values over similar numbers of photos only.
    """
    distances = calibration_distances(hits, confidences)
    sums = np.bincount(calibration_bins(confidences), distances, minlength=CALIBRATION_BINS)
    return float(np.abs(sums).sum() / len(hits) / GRID)


def calibration_bins(confidences: NDArray[np.floating]) -> NDArray[np.intp]:
    """Return each probability's bin, 0 to 9: the n-th holds those above n/10, up to (n + 1)/10.

    Counted in steps of the grid that probabilities lie on: 0.3 belongs to the third bin, and in
    floats 0.3 * 10 may be either side of 3.
    """
    steps = np.rint(quantise(confidences) * GRID).astype(np.intp)
    return np.maximum((steps * CALIBRATION_BINS - 1) // GRID, 0)


def calibration_distances(
    hits: NDArray[np.bool_], confidences: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return hit (0 or 1) less confidence, in whole steps of the grid: sums of them are exact."""
    steps: NDArray[np.float64] = np.rint(quantise(confidences) * GRID)
    return GRID * hits.astype(np.float64) - steps


def regression_metrics(outcomes: RegressionOutcomes) -> dict[str, float]:
    """Return median and mean absolute error in the head's unit, and the interval's coverage."""
    seen = known(outcomes.truths)
    if not seen.any():
        return {}
    truths = np.array([truth for truth in outcomes.truths if truth is not None], dtype=float)
    errors = np.abs(np.array(outcomes.values)[seen] - truths)
    lows, highs = np.array(outcomes.lows)[seen], np.array(outcomes.highs)[seen]
    return {
        "median_absolute_error": float(np.median(errors)),
        "mean_absolute_error": float(errors.mean()),
        "interval_coverage": float(((lows <= truths) & (truths <= highs)).mean()),
        "interval_width": float(np.median(highs - lows)),
    }


def _probabilities(outcomes: ClassificationOutcomes) -> NDArray[np.float64]:
    return np.array(outcomes.probabilities, dtype=float).reshape(-1, len(outcomes.labels))


def _macro_f1(truths: NDArray[np.intp], answers: NDArray[np.intp], labels: int) -> float:
    right = np.bincount(truths[truths == answers], minlength=labels)
    counts = np.bincount(truths, minlength=labels) + np.bincount(answers, minlength=labels)
    present = counts > 0
    return float((2 * right[present] / counts[present]).mean())
