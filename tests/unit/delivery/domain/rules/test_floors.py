import math

import pytest
from support.delivery_fakes import dataset_rows, evaluation, first_right, floor

from delivery.domain.evidence import Absent
from delivery.domain.resampling import resample_groups
from delivery.domain.rules.floors import judge_floor, judge_floors

ACCURACY = floor("style.accuracy", at_least=0.25)
ERROR = floor("era.median_absolute_error", at_most=60)


def judged(right, floors=(ACCURACY,)):
    rows = dataset_rows()
    found = evaluation(rows, first_right(right), rows.digest)
    return judge_floors(floors, found, resample_groups(found.groups, 1000, 1))


def test_a_floor_fails_under_its_limit_and_says_why_there_is_one():
    (found,) = judged(right=49)
    assert (found.outcome, found.value, found.limit) == ("failed", 0.245, "style.accuracy >= 0.25")
    assert ACCURACY.reason in found.reason


def test_a_floor_passes_on_the_boundary():
    (found,) = judged(right=50)
    assert (found.outcome, found.value) == ("passed", 0.25)


@pytest.mark.parametrize(("error", "outcome"), [(60, "passed"), (60.0001, "failed")])
def test_an_upper_limit_passes_on_the_boundary_and_fails_beyond(error, outcome):
    found = judge_floor(ERROR, {"era.median_absolute_error": error}, None)
    assert found.outcome == outcome


def test_a_metric_that_was_not_measured_is_missing_and_no_pass():
    found = judge_floor(ACCURACY, {"style.macro_f1": 0.9}, None)
    assert (found.outcome, found.value) == ("missing", None)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_metric_that_is_not_finite_is_missing_and_no_pass(value):
    for limit in (ACCURACY, ERROR):
        found = judge_floor(limit, {limit.metric: value}, None)
        assert (found.outcome, found.value) == ("missing", None)


def test_floors_are_missing_without_an_evaluation():
    (found,) = judge_floors((ACCURACY,), Absent("no photos"), None)
    assert (found.outcome, found.reason) == ("missing", "no photos")


def test_floors_fail_where_the_candidate_is_to_blame_for_the_missing_evaluation():
    (found,) = judge_floors((ACCURACY,), Absent("it answers NaN", at_fault=True), None)
    assert found.outcome == "failed"


def test_floors_are_missing_over_an_empty_holdout():
    rows = dataset_rows(0)
    (found,) = judge_floors((ACCURACY,), evaluation(rows, [], rows.digest), None)
    assert found.outcome == "missing"


def test_the_interval_lies_around_the_value_and_is_that_of_groups():
    (found,) = judged(right=100)
    assert found.low < 0.5 < found.high
    # 100 buildings, all right or all wrong: the standard error is 0.05, over photos 0.035.
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.05, rel=0.15)


def test_every_floor_is_judged_though_one_fails():
    found = judged(right=0, floors=(ACCURACY, ERROR))
    assert [(f.rule, f.outcome) for f in found] == [
        ("floor.style_accuracy", "failed"),
        ("floor.era_median_absolute_error", "passed"),
    ]
