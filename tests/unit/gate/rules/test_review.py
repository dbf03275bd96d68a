from datetime import date, timedelta

import pytest
from support.cases import outcome, passing, result_of
from support.policy_documents import TODAY, policy, tiers

from judging.case import Absent

DUE = date(2027, 5, 21)


def reviewed(on=TODAY, due=DUE):
    return policy(review={"reviewed_on": on, "due_on": due, "notes": "A review."})


@pytest.mark.parametrize(("days", "expected"), [(0, "passed"), (1, "missing"), (400, "missing")])
def test_review_on_the_boundary_holds_on_its_last_day_and_not_after(days, expected):
    found = result_of(passing(today=DUE + timedelta(days)), "review")
    assert (found.outcome, found.value) == (expected, -days)


def test_an_overdue_review_says_by_how_many_days():
    assert "2 days ago" in result_of(passing(today=DUE + timedelta(2)), "review").reason


@pytest.mark.parametrize(("period", "expected"), [(180, "passed"), (179, "failed")])
def test_review_refuses_a_policy_that_gives_itself_longer_than_its_tier(period, expected):
    found = result_of(passing(tiers=tiers(review_period_days=period)), "review")
    assert found.outcome == expected


def test_review_refuses_one_that_has_not_been_yet():
    tomorrow = TODAY + timedelta(1)
    assert outcome(passing(policy=reviewed(on=tomorrow)), "review") == "failed"
    assert outcome(passing(policy=reviewed(on=tomorrow), today=tomorrow), "review") == "passed"


@pytest.mark.parametrize("part", ["policy", "tiers"])
@pytest.mark.parametrize("at_fault", [True, False])
def test_review_is_missing_without_a_policy_or_its_tier(part, at_fault):
    assert outcome(passing(**{part: Absent("gone", at_fault)}), "review") == "missing"
