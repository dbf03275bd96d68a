"""Metrics of every slice of a dimension at once, by fairlearn's MetricFrame.

Weerts et al., Fairlearn: assessing and improving fairness of AI systems, JMLR 24 (2023). Only the
values come from it: its own bootstrap draws photos and not building groups.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifacts.records.evaluation import ClassificationOutcomes, Evaluation, RegressionOutcomes
from gate.measures.answers import known_answers
from scoring.labels import label_sets
from scoring.metrics import TOP, brier_scores, calibration_error, known

Column = NDArray[np.generic]
Points = dict[str, dict[str, float]]
"""Metric, slice, value. A slice without anything to measure isn't there."""


def frame_metrics(evaluation: Evaluation, dimension: str) -> Points:
    """Return every metric of every slice of a dimension."""
    column, found = np.array(evaluation.slices[dimension], dtype=object), Points()
    for classes in evaluation.classification:
        found |= _class_metrics(classes, column)
    for numbers in evaluation.regression:
        found |= _number_metrics(numbers, column)
    return found


def _class_metrics(outcomes: ClassificationOutcomes, column: Column) -> Points:
    from sklearn.metrics import accuracy_score, f1_score  # noqa: PLC0415 - takes a second to import

    seen = known_answers(outcomes)
    rows, sets = np.arange(len(seen.truths)), label_sets(seen.probabilities, outcomes.set_threshold)
    metrics = {
        "accuracy": accuracy_score,
        "macro_f1": _macro_f1(f1_score),
        f"top{TOP}_accuracy": _mean,
        "brier_score": _mean,
        "calibration_error": _calibration,
        "set_coverage": _mean,
        "set_size": _mean,
    }
    extra: dict[str, Column] = {
        f"top{TOP}_accuracy": (seen.ranking[:, :TOP] == seen.truths[:, None]).any(axis=1),
        "brier_score": brier_scores(outcomes)[seen.photos],
        "calibration_error": seen.confidences,
        "set_coverage": sets[rows, seen.truths],
        "set_size": sets.sum(axis=1),
    }
    frame = (seen.truths, seen.answers, column[seen.photos])
    return _by_group(outcomes.head, metrics, extra, *frame)


def _number_metrics(outcomes: RegressionOutcomes, column: Column) -> Points:
    from sklearn.metrics import (  # noqa: PLC0415 - takes a second to import
        mean_absolute_error,
        median_absolute_error,
    )

    seen = known(outcomes.truths)
    truths = np.array([truth for truth in outcomes.truths if truth is not None], dtype=np.float64)
    lows, highs = np.array(outcomes.lows)[seen], np.array(outcomes.highs)[seen]
    metrics = {
        "median_absolute_error": median_absolute_error,
        "mean_absolute_error": mean_absolute_error,
        "interval_coverage": _mean,
        "interval_width": _median,
    }
    extra: dict[str, Column] = {
        "interval_coverage": (lows <= truths) & (truths <= highs),
        "interval_width": highs - lows,
    }
    frame = (truths, np.array(outcomes.values)[seen], column[seen])
    return _by_group(outcomes.head, metrics, extra, *frame)


def _by_group(
    head: str,
    metrics: Mapping[str, Callable[..., float]],
    extra: Mapping[str, Column],
    truths: Column,
    answers: Column,
    column: Column,
) -> Points:
    from fairlearn.metrics import MetricFrame  # noqa: PLC0415 - takes two seconds to import

    if not len(truths):
        return {}
    frame = MetricFrame(
        metrics=dict(metrics),
        y_true=truths,
        y_pred=answers,
        sensitive_features=column.astype(str),
        sample_params={name: {"values": values} for name, values in extra.items()},
    )
    return {
        f"{head}.{name}": {str(group): float(value) for group, value in values.items()}
        for name, values in frame.by_group.items()
    }


def _macro_f1(f1_score: Callable[..., Any]) -> Callable[..., float]:
    return lambda truths, answers: float(f1_score(truths, answers, average="macro"))


def _calibration(truths: Column, answers: Column, values: Sequence[float]) -> float:
    return calibration_error(np.asarray(truths) == np.asarray(answers), np.asarray(values))


def _mean(_: Column, __: Column, values: Sequence[float]) -> float:
    return float(np.mean(values))


def _median(_: Column, __: Column, values: Sequence[float]) -> float:
    return float(np.median(values))
