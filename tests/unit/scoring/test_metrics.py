from typing import Any

import numpy as np
import pytest

from artifacts.digests import digest_json
from artifacts.records.evaluation import ClassificationOutcomes, Evaluation, RegressionOutcomes
from scoring import metrics_of
from scoring.metrics import classification_metrics, correct, known, regression_metrics

LABELS = ("a", "b", "c", "d")
LEADS = {label: tuple(0.7 if other == label else 0.1 for other in LABELS) for label in LABELS}


def classes(truths: list[int | None], answers: str) -> ClassificationOutcomes:
    chances = tuple(LEADS[answer] for answer in answers)
    return ClassificationOutcomes(
        head="style", labels=LABELS, truths=tuple(truths), probabilities=chances
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
    found = classification_metrics(classes([0, 0, 1, 1], "aabc"))
    assert found["accuracy"] == 0.75
    assert found["macro_f1"] == pytest.approx((1 + 2 / 3 + 0) / 3)


def test_a_truth_at_the_third_place_counts_for_the_first_three_by_index():
    """All tie, so the order is a, b, c, d."""
    even = ClassificationOutcomes(
        head="style", labels=LABELS, truths=(0, 2, 3), probabilities=((0.25,) * 4,) * 3
    )
    found = classification_metrics(even)
    assert found["accuracy"] == pytest.approx(1 / 3)
    assert found["top3_accuracy"] == pytest.approx(2 / 3)


def test_with_two_labels_one_of_three_is_always_right():
    pair = ClassificationOutcomes(
        head="style", labels=("a", "b"), truths=(1,), probabilities=((0.9, 0.1),)
    )
    assert classification_metrics(pair) == {"accuracy": 0, "macro_f1": 0, "top3_accuracy": 1}


def test_unknown_truths_count_neither_for_nor_against():
    assert classification_metrics(classes([0, None, 1], "adb")) == (
        classification_metrics(classes([0, 1], "ab"))
    )
    assert regression_metrics(numbers([1900, None], [1910, 5])) == (
        regression_metrics(numbers([1900], [1910]))
    )


def test_a_photo_of_unknown_truth_is_never_correct():
    assert correct(classes([None, 0, 1], "aaa")).tolist() == [False, True, False]


def test_the_year_zero_is_known():
    assert known((0, None, 1)).tolist() == [True, False, True]
    assert regression_metrics(numbers([0.0], [5.0]))["mean_absolute_error"] == 5


def test_without_a_known_truth_a_metric_is_absent_and_not_zero():
    assert metrics_of(evaluation(classes([None], "a"), numbers([None], [1]))) == {}
    assert metrics_of(evaluation(classes([], ""), numbers([], []))) == {}


def test_one_head_without_truths_does_not_hide_the_other():
    found = metrics_of(evaluation(classes([0], "a"), numbers([None], [1])))
    assert sorted(found) == ["style.accuracy", "style.macro_f1", "style.top3_accuracy"]


def test_every_metric_bears_the_name_of_its_head():
    found = metrics_of(evaluation(classes([0], "a"), numbers([1], [1])))
    assert sorted(found) == [
        "era.interval_coverage",
        "era.interval_width",
        "era.mean_absolute_error",
        "era.median_absolute_error",
        "style.accuracy",
        "style.macro_f1",
        "style.top3_accuracy",
    ]
    assert all(type(value) is float for value in found.values())


def test_the_ends_of_an_interval_belong_to_it():
    ends = {"lows": [0.0] * 4, "highs": [1.0] * 4}
    found = regression_metrics(numbers([0, 1, 1.001, -0.001], [0.5] * 4, **ends))
    assert found["interval_coverage"] == 0.5


def test_regression_metrics_by_hand():
    found = regression_metrics(numbers([1900, 1900, -447, None], [1910, 1880, -347, 0]))
    assert found["median_absolute_error"] == 20
    assert found["mean_absolute_error"] == pytest.approx((10 + 20 + 100) / 3)
    assert found["interval_coverage"] == pytest.approx(2 / 3)
    assert found["interval_width"] == 30


def test_metrics_do_not_depend_on_the_order_of_photos():
    rng = np.random.default_rng(0)
    truths = rng.integers(0, 4, 50).tolist()
    answers = "".join(rng.choice(list(LABELS), 50))
    turned = classification_metrics(classes(truths[::-1], answers[::-1]))
    assert turned == pytest.approx(classification_metrics(classes(truths, answers)))
