from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from artifacts.digests import digest_json
from artifacts.records.evaluation import ClassificationOutcomes, Evaluation, RegressionOutcomes
from scoring import metrics_of
from scoring.metrics import (
    brier_scores,
    calibration_bins,
    correct,
    head_metrics,
    known,
)

LABELS = ("a", "b", "c", "d")
LEADS = {label: tuple(0.7 if other == label else 0.1 for other in LABELS) for label in LABELS}


def classes(truths: list[int | None], answers: str) -> ClassificationOutcomes:
    return outcomes(truths, [LEADS[answer] for answer in answers])


def outcomes(
    truths: Sequence[int | None],
    probabilities: Sequence[tuple[float, ...]],
    labels: tuple[str, ...] = LABELS,
    threshold: float = 0.3,
) -> ClassificationOutcomes:
    return ClassificationOutcomes(
        head="style",
        labels=labels,
        set_threshold=threshold,
        truths=tuple(truths),
        probabilities=tuple(probabilities),
    )


def numbers(truths: list[float | None], values: list[float], **ends: Any) -> RegressionOutcomes:
    fields = {"lows": [v - 10 for v in values], "highs": [v + 20 for v in values]} | ends
    return RegressionOutcomes(head="era", unit="year", truths=truths, values=values, **fields)


def evaluation(style: ClassificationOutcomes, era: RegressionOutcomes) -> Evaluation:
    n = len(style.truths)
    return Evaluation(
        model=None,
        photo_manifest=digest_json(0),
        split="holdout",
        split_digest=digest_json(0),
        photos=tuple(digest_json(i) for i in range(n)),
        groups=("g",) * n,
        slices={},
        classification=(style,),
        regression=(era,),
    )


def test_metrics_by_hand():
    """F1 of a: 2/3, of b: 2/3, of c: 0 as it was only answered; d doesn't occur."""
    found = head_metrics(classes([0, 0, 1, 1], "aabc"))
    assert found["accuracy"] == 0.75
    assert found["macro_f1"] == pytest.approx((1 + 2 / 3 + 0) / 3)


def test_a_truth_at_the_third_place_counts_for_the_first_three_by_index():
    """All tie, so the order is a, b, c, d."""
    found = head_metrics(outcomes((0, 2, 3), ((0.25,) * 4,) * 3))
    assert found["accuracy"] == pytest.approx(1 / 3)
    assert found["top3_accuracy"] == pytest.approx(2 / 3)


def test_with_two_labels_one_of_three_is_always_right():
    found = head_metrics(outcomes((1,), ((0.9, 0.1),), labels=("a", "b")))
    assert (found["accuracy"], found["macro_f1"], found["top3_accuracy"]) == (0, 0, 1)


def test_brier_scores_by_hand():
    """Zero for a sure and right answer, two for a sure and wrong one; none without a truth."""
    outcomes = ClassificationOutcomes(
        head="style",
        labels=("a", "b", "c"),
        set_threshold=0.5,
        truths=(0, 0, 1, None),
        probabilities=((1, 0, 0), (0, 1, 0), (0.5, 0.25, 0.25), (1, 0, 0)),
    )
    assert brier_scores(outcomes)[:3].tolist() == [0, 2, 0.25 + 0.5625 + 0.0625]
    assert np.isnan(brier_scores(outcomes)[3])


def calibration_error(hits: Sequence[bool], confidences: Sequence[float]) -> float:
    rows = [(confidence, 0.0, 0.0, 0.0) for confidence in confidences]
    found = head_metrics(outcomes([0 if hit else 1 for hit in hits], rows))
    return found["calibration_error"]


def test_calibration_error_by_hand():
    """Of two answers at 0.7 one is right, a distance of 0.2; the one at 0.4 is right: 0.6."""
    assert calibration_error([True, False, True], [0.7, 0.7, 0.4]) == pytest.approx(
        (2 * 0.2 + 1 * 0.6) / 3
    )


def test_answers_that_are_as_often_right_as_they_say_are_calibrated():
    assert calibration_error([i < 7 for i in range(10)], [0.7] * 10) == 0
    assert calibration_error([True] * 4, [1] * 4) == 0
    assert calibration_error([False] * 4, [1] * 4) == 1


def test_the_upper_end_of_a_bin_belongs_to_it():
    """In floats 0.3 * 10 is 3 and 0.7 * 10 is 7, while 0.1 + 0.2 is above 0.3."""
    ends = np.arange(11) / 10
    assert calibration_bins(ends).tolist() == [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert calibration_bins(ends[:10] + 1e-4).tolist() == list(range(10))
    assert calibration_bins(np.array([0.1 + 0.2])).tolist() == [2]


def test_prediction_sets_hold_what_reaches_the_threshold_and_always_the_answer():
    rows = ((0.5, 0.3, 0.2, 0.0), (0.28, 0.26, 0.24, 0.22), (0.1, 0.1, 0.1, 0.7))
    found = head_metrics(outcomes((1, 1, 3), rows))
    assert found["set_coverage"] == pytest.approx(2 / 3)
    assert found["set_size"] == pytest.approx((2 + 1 + 1) / 3)


def test_a_threshold_of_zero_covers_everything_with_all_labels():
    found = head_metrics(outcomes((0, 3), (LEADS["a"], LEADS["a"]), threshold=0))
    assert (found["set_coverage"], found["set_size"]) == (1, 4)


def test_unknown_truths_count_neither_for_nor_against():
    assert head_metrics(classes([0, None, 1], "adb")) == (head_metrics(classes([0, 1], "ab")))
    assert head_metrics(numbers([1900, None], [1910, 5])) == (head_metrics(numbers([1900], [1910])))


def test_a_photo_of_unknown_truth_is_never_correct():
    assert correct(classes([None, 0, 1], "aaa")).tolist() == [False, True, False]


def test_the_year_zero_is_known():
    assert known((0, None, 1)).tolist() == [True, False, True]
    assert head_metrics(numbers([0.0], [5.0]))["mean_absolute_error"] == 5


def test_without_a_known_truth_a_metric_is_absent_and_not_zero():
    assert metrics_of(evaluation(classes([None], "a"), numbers([None], [1]))) == {}
    assert metrics_of(evaluation(classes([], ""), numbers([], []))) == {}


def test_one_head_without_truths_does_not_hide_the_other():
    found = metrics_of(evaluation(classes([0], "a"), numbers([None], [1])))
    assert "style.accuracy" in found
    assert {name.partition(".")[0] for name in found} == {"style"}


def test_every_metric_bears_the_name_of_its_head():
    found = metrics_of(evaluation(classes([0], "a"), numbers([1], [1])))
    assert sorted(found) == [
        "era.interval_coverage",
        "era.interval_width",
        "era.mean_absolute_error",
        "era.median_absolute_error",
        "style.accuracy",
        "style.brier_score",
        "style.calibration_error",
        "style.macro_f1",
        "style.set_coverage",
        "style.set_size",
        "style.top3_accuracy",
    ]
    assert all(type(value) is float for value in found.values())


def test_the_ends_of_an_interval_belong_to_it():
    ends = {"lows": [0.0] * 4, "highs": [1.0] * 4}
    found = head_metrics(numbers([0, 1, 1.001, -0.001], [0.5] * 4, **ends))
    assert found["interval_coverage"] == 0.5


def test_regression_metrics_by_hand():
    found = head_metrics(numbers([1900, 1900, -447, None], [1910, 1880, -347, 0]))
    assert found["median_absolute_error"] == 20
    assert found["mean_absolute_error"] == pytest.approx((10 + 20 + 100) / 3)
    assert found["interval_coverage"] == pytest.approx(2 / 3)
    assert found["interval_width"] == 30


def test_metrics_do_not_depend_on_the_order_of_photos():
    rng = np.random.default_rng(0)
    truths = rng.integers(0, 4, 50).tolist()
    answers = "".join(rng.choice(list(LABELS), 50))
    turned = head_metrics(classes(truths[::-1], answers[::-1]))
    assert turned == pytest.approx(head_metrics(classes(truths, answers)))
