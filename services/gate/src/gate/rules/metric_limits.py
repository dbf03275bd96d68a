"""floors, error_limits, calibration, coverage: metrics that must keep a limit, champion or none.

The point value is judged; the interval beside it says how far it may be trusted. What was not
measured doesn't pass, but where a policy says of an entry that it needn't have been: of a head that
nothing was trained for, over a holdout without a single truth of it.
"""

import math
from collections.abc import Sequence
from typing import Final

from artifacts.records.evidence import Estimate
from artifacts.records.gate import RuleResult
from gate.case import Absent, Case
from gate.rules.results import absent, bounds_of, result
from judging.policy import MetricLimit

FLOOR: Final = "floor."
ERROR_LIMIT: Final = "error_limit."
CALIBRATION: Final = "calibration."
COVERAGE: Final = "coverage."
FROM_PERIODS: Final = "comes from its labels' periods"
SIGNS: Final = {"at_least": ">=", "at_most": "<="}


def judge_floors(case: Case) -> tuple[RuleResult, ...]:
    """Judge how often labels are right. The value is the metric over the holdout, 0 to 1."""
    return () if isinstance(case.policy, Absent) else _judge(FLOOR, case.policy.rules.floors, case)


def judge_error_limits(case: Case) -> tuple[RuleResult, ...]:
    """Judge how far numbers are off. The value is the error in the head's unit, say years."""
    if isinstance(case.policy, Absent):
        return ()
    return _judge(ERROR_LIMIT, case.policy.rules.error_limits, case)


def judge_calibration(case: Case) -> tuple[RuleResult, ...]:
    """Judge how far stated probabilities are from shares that are right: the value, 0 to 1."""
    if isinstance(case.policy, Absent):
        return ()
    return _judge(CALIBRATION, case.policy.rules.calibration, case)


def judge_coverage(case: Case) -> tuple[RuleResult, ...]:
    """Judge how often sets and intervals hold the truth, and their size, each the value."""
    if isinstance(case.policy, Absent):
        return ()
    return _judge(COVERAGE, case.policy.rules.coverage, case)


def judge_limit(prefix: str, limit: MetricLimit, case: Case) -> RuleResult:
    """Judge one metric. Equal to the limit passes; without a number see `_unmeasured`."""
    rule, text = prefix + limit.id, limit_text(limit)
    if isinstance(case.evidence, Absent):
        return absent(rule, text, case.evidence)
    estimate = case.evidence.metrics.get(limit.metric)
    if estimate is None:
        return _unmeasured(rule, text, limit, case)
    if not math.isfinite(estimate.value):
        return result(rule, "missing", text, f"{limit.metric} is not a finite number")
    return _compare(rule, limit, estimate, _origin_note(case, limit))


def limit_text(limit: MetricLimit) -> str:
    """Write a metric's limit: `style.accuracy >= 0.25`."""
    return f"{limit.metric} {SIGNS[limit.side]} {limit.limit:g}"


def _judge(prefix: str, limits: Sequence[MetricLimit], case: Case) -> tuple[RuleResult, ...]:
    return tuple(judge_limit(prefix, limit, case) for limit in limits)


def _unmeasured(rule: str, text: str, limit: MetricLimit, case: Case) -> RuleResult:
    """Say why a metric has no number: a gap, or something that the policy doesn't ask for.

    It isn't asked for only where the entry says so of a head that nothing was trained for, and no
    photo of the holdout has a truth of that head.
    """
    head, gap = limit.metric.partition(".")[0], f"{limit.metric} was not measured"
    if isinstance(case.candidate, Absent) or isinstance(case.evaluation, Absent):
        return result(rule, "missing", text, gap)
    numbers = [one for one in case.evaluation.regression if one.head == head]
    labels = [one for one in case.evaluation.classification if one.head == head]
    given = [one.truths for one in numbers] + [one.truths for one in labels]
    if any(truth is not None for truths in given for truth in truths):
        return result(rule, "missing", text, gap)
    origin = case.candidate.origin(head)
    if origin == "off":
        reason = f"not measured: {head} is off"
    else:
        what = next((one.unit for one in numbers), "truth")
        come = FROM_PERIODS if origin == "periods" else "was learned"
        reason = f"not measured: no {what}s in the holdout; {head} {come}"
    if origin in limit.unmeasured_allowed_for:
        reason += ". The policy doesn't ask for it then (unmeasured_allowed_for)"
        return result(rule, "passed", text, reason)
    return result(rule, "missing", text, f"{gap}: {reason.removeprefix('not measured: ')}")


def _origin_note(case: Case, limit: MetricLimit) -> str:
    head = limit.metric.partition(".")[0]
    derived = not isinstance(case.candidate, Absent) and case.candidate.origin(head) == "periods"
    return f"; {head} {FROM_PERIODS}" if derived else ""


def _compare(rule: str, limit: MetricLimit, estimate: Estimate, note: str) -> RuleResult:
    text, bounds = limit_text(limit), bounds_of(estimate)
    if limit.holds(estimate.value):
        reason = f"{limit.metric} keeps its limit{note}"
        return result(rule, "passed", text, reason, estimate.value, bounds)
    reason = f"{limit.metric} breaks its limit: {limit.reason}{note}"
    return result(rule, "failed", text, reason, estimate.value, bounds)
