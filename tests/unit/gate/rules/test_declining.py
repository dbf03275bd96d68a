import math

import pytest
from pydantic import ValidationError
from support.cases import (
    candidate,
    estimate,
    evidence,
    measured,
    outcome,
    passing,
    result_of,
)
from support.staging_asked import WHY

from judging.case import Absent
from judging.rules.metric_limits import DecliningLimit, judge_declining

NAME, METRIC = "declining.others", "declined.others_declined"


def valued(value, half=0.05):
    given = estimate(0.0, half).model_copy(update={"value": value})
    return measured(metrics=evidence().metrics | {METRIC: given})


@pytest.mark.parametrize("value", [0.7999, 0.2])
def test_declining_refuses_a_value_beyond_its_limit_and_says_why_there_is_one(value):
    found = result_of(valued(value), NAME)
    assert (found.outcome, found.value) == ("failed", value)
    assert WHY in found.reason


def test_declining_on_the_boundary_passes():
    assert outcome(valued(0.8), NAME) == "passed"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_declining_is_missing_where_the_value_is_no_number(value):
    found = result_of(valued(value), NAME)
    assert (found.outcome, found.value) == ("missing", None)


def test_declining_is_missing_where_the_metric_was_not_measured():
    found = result_of(measured(metrics={}), NAME)
    assert found.outcome == "missing"
    assert METRIC in found.reason


def test_the_interval_is_told_and_its_absence_is_no_failure():
    assert result_of(valued(0.8, half=None), NAME).low is None
    assert result_of(valued(0.8), NAME).low is not None


@pytest.mark.parametrize(("at_fault", "expected"), [(False, "missing"), (True, "failed")])
def test_declining_is_missing_without_evidence(at_fault, expected):
    assert outcome(passing(evidence=Absent("gone", at_fault)), NAME) == expected


def unmeasured(policy_allows_off, origins):
    limit = DecliningLimit.model_validate(
        {
            "id": "others",
            "metric": METRIC,
            "at_least": 0.8,
            "reason": WHY,
            "decided_on": "2026-12-01",
            "unmeasured_allowed_for": ["off"] if policy_allows_off else [],
        }
    )
    case = passing(evidence=evidence(metrics={}), candidate=candidate(origins=origins))
    return judge_declining(limit, case).outcome


def test_declining_is_missing_where_a_model_has_the_head_and_nothing_was_measured():
    """Not to have been measured is no way past the gate for a model that declines."""
    assert unmeasured(True, {"style": "learned", "declined": "learned"}) == "missing"


def test_declining_may_be_off_where_the_policy_says_so_and_nowhere_else():
    assert unmeasured(True, {"style": "learned"}) == "passed"
    assert unmeasured(False, {"style": "learned"}) == "missing"


def test_a_share_of_photos_that_may_be_declined_has_an_upper_limit_alone():
    with pytest.raises(ValidationError, match="limited by at_most"):
        DecliningLimit.model_validate(
            {
                "id": "ours",
                "metric": "declined.unfamiliar",
                "at_least": 0.8,
                "reason": WHY,
                "decided_on": "2026-12-01",
            }
        )
