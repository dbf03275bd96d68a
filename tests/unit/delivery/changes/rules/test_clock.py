"""A clock set back is found by the log; what main has now makes a judgement only stricter."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.change_facts import approved, facts, ground, log, outcome, promotion, verified
from support.change_records import NOON
from support.people import people

from delivery.changes.judgement import judge_by_both, judge_change


@pytest.mark.parametrize(
    ("behind", "expected"),
    [(0, "passed"), (300, "passed"), (301, "undecided"), (-3600, "passed")],
)
def test_a_clock_behind_the_logs_newest_entry_leaves_all_undecided(behind, expected):
    clock = NOON - timedelta(seconds=behind)
    made = promotion(clock=clock, log=log(verified(), verified()))
    assert outcome(made, "clock") == expected


def test_the_newest_entry_is_the_latest_wherever_it_stands():
    late = verified() | {"at": NOON + timedelta(hours=1)}
    made = promotion(clock=NOON, log=log(late, verified()))
    reasons = [one.reason for one in judge_change(made).problems if one.rule == "clock"]
    (reason,) = reasons
    assert reason.startswith("the clock says 2026-11-22T12:00:00+00:00, entry 1 of the audit log")
    assert reason.endswith("is of 2026-11-22T13:00:00+00:00: set the clock right")


def test_without_a_log_no_clock_is_judged():
    assert outcome(facts("docs", clock=NOON), "clock") == "nothing to judge"
    assert outcome(facts("docs", log=log(verified())), "clock") == "nothing to judge"


def test_what_main_has_now_refuses_what_stood_before_allowed():
    made = approved(promotion(), "ada", "bo")
    assert judge_by_both(made, made.ground) == judge_change(made)
    without = ground(people=people(bo={"roles": ["ml_engineer"]}))
    verdict = judge_by_both(made, without)
    assert verdict.decision == "refused"
    (problem,) = verdict.problems
    assert problem.reason.startswith("by what main has now: the payload lacks approvals by risk")


def test_what_main_has_now_allows_nothing_that_was_refused():
    lacking = approved(promotion(ground=ground(people=people(bo={"roles": ["x"]}))), "ada", "bo")
    verdict = judge_by_both(lacking, ground())
    assert verdict.decision == "refused"
    assert len(verdict.problems) == 1


def test_what_is_refused_by_both_for_one_reason_is_told_once():
    made = promotion()
    other = replace(made.ground, services=())
    assert judge_by_both(made, other).problems == judge_change(made).problems
