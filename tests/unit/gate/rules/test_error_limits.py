import math

import pytest
from support.cases import estimate, evidence, measured, outcome, passing, result_of
from support.staging_asked import WHY

from judging.case import Absent

NAME, METRIC = "error_limit.years", "era.median_absolute_error"


def valued(value, half=0.05):
    given = estimate(0.0, half).model_copy(update={"value": value})
    return measured(metrics=evidence().metrics | {METRIC: given})


@pytest.mark.parametrize("value", [60.0001, 500.0])
def test_error_limits_refuses_a_value_beyond_its_limit_and_says_why_there_is_one(value):
    found = result_of(valued(value), NAME)
    assert (found.outcome, found.value) == ("failed", value)
    assert WHY in found.reason


def test_error_limits_on_the_boundary_passes():
    assert outcome(valued(60.0), NAME) == "passed"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_error_limits_is_missing_where_the_value_is_no_number(value):
    found = result_of(valued(value), NAME)
    assert (found.outcome, found.value) == ("missing", None)


def test_error_limits_is_missing_where_the_metric_was_not_measured():
    found = result_of(measured(metrics={}), NAME)
    assert found.outcome == "missing"
    assert METRIC in found.reason


def test_the_interval_is_told_and_its_absence_is_no_failure():
    assert result_of(valued(60.0, half=None), NAME).low is None
    assert result_of(valued(60.0), NAME).low is not None


@pytest.mark.parametrize(("at_fault", "expected"), [(False, "missing"), (True, "failed")])
def test_error_limits_is_missing_without_evidence(at_fault, expected):
    assert outcome(passing(evidence=Absent("gone", at_fault)), NAME) == expected
