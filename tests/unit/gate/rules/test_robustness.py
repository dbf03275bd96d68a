import math

import pytest
from support.cases import corrupted, evidence, measured, outcome, passing, result_of
from support.staging_asked import WHY

from judging.case import Absent

NAME = "robustness.jpeg"


def points(*found, **changes):
    return measured(robustness=found, **changes)


@pytest.mark.parametrize(("drop", "expected"), [(0.2, "passed"), (0.2001, "failed")])
@pytest.mark.parametrize("severity", [1, 3])
def test_robustness_on_the_boundary_passes_at_every_severity_up_to_the_limits(
    severity, drop, expected
):
    other = 1 if severity == 3 else 3
    found = result_of(points(corrupted(severity, drop), corrupted(other, 0.0)), NAME)
    assert (found.outcome, found.value) == (expected, drop)


def test_robustness_refuses_a_large_drop_and_says_where():
    found = result_of(points(corrupted(1, 0.1), corrupted(3, 0.3)), NAME)
    assert (found.outcome, found.value, found.low) == ("failed", 0.3, 0.25)
    assert "severity 3: 0.450 of 0.750 over 200 photos" in found.reason
    assert WHY in found.reason


def test_a_mild_corruption_that_costs_more_than_a_strong_one_is_not_overlooked():
    assert outcome(points(corrupted(1, 0.3), corrupted(3, 0.0)), NAME) == "failed"


def test_a_severity_beyond_the_limits_may_cost_anything():
    case = points(corrupted(1, 0.0), corrupted(3, 0.1), corrupted(5, 0.75))
    assert outcome(case, NAME) == "passed"


@pytest.mark.parametrize(
    "found",
    [
        (),
        (corrupted(1, 0.0),),
        (corrupted(3, 0.0, corruption="blur"),),
        (corrupted(3, 0.0).model_copy(update={"head": "roof"}),),
        (corrupted(3, 0.0, photos=199),),
        (corrupted(1, 0.0, photos=199), corrupted(3, 0.0)),
    ],
)
def test_robustness_is_missing_where_the_corruption_was_not_measured_so_far(found):
    assert outcome(points(*found), NAME) == "missing"


def test_a_small_holdout_is_measured_whole():
    case = points(corrupted(3, 0.0, photos=150), photos=150)
    assert outcome(case, NAME) == "passed"


def test_robustness_is_missing_where_a_drop_is_no_number():
    bad = corrupted(3, 0.0)
    bad = bad.model_copy(update={"drop": bad.drop.model_copy(update={"value": math.nan})})
    assert outcome(points(bad), NAME) == "missing"


@pytest.mark.parametrize(("at_fault", "expected"), [(False, "missing"), (True, "failed")])
def test_robustness_is_missing_without_evidence(at_fault, expected):
    assert outcome(passing(evidence=Absent("gone", at_fault)), NAME) == expected


def test_the_passing_evidence_has_a_point_beyond_the_limits():
    assert max(point.drop.value for point in evidence().robustness) > 0.2


def test_one_drop_that_is_no_number_is_not_hidden_by_another_that_is():
    bad = corrupted(1, 0.0)
    bad = bad.model_copy(update={"drop": bad.drop.model_copy(update={"value": math.nan})})
    assert outcome(points(bad, corrupted(3, 0.0)), NAME) == "missing"
