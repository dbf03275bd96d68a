"""Metrics of an Evaluation. Photos without a known truth don't count; no photo gives no metric."""

import numpy as np
from numpy.typing import NDArray

from artifacts.records.evaluation import ClassificationOutcomes, Evaluation, RegressionOutcomes
from scoring.labels import rank, winners

TOP = 3


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


def classification_metrics(outcomes: ClassificationOutcomes) -> dict[str, float]:
    """Return accuracy, macro F1 and top-3 accuracy, each 0 to 1.

    Macro F1 is the mean over the labels that occur, as truth or as answer (scikit-learn's rule).
    """
    seen = known(outcomes.truths)
    if not seen.any():
        return {}
    ranking = rank(_probabilities(outcomes))[seen]
    truths = np.array([truth for truth in outcomes.truths if truth is not None], dtype=int)
    hits = ranking == truths[:, None]
    return {
        "accuracy": float(hits[:, 0].mean()),
        "macro_f1": _macro_f1(truths, ranking[:, 0], len(outcomes.labels)),
        f"top{TOP}_accuracy": float(hits[:, :TOP].any(axis=1).mean()),
    }


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
