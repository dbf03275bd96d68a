"""floors, error_limits, calibration, coverage: metrics that must keep a limit, champion or none.

The point value is judged; the interval beside it says how far it may be trusted.
"""

import math
from collections.abc import Sequence
from typing import Final

from artifacts.records.evidence import Estimate, Evidence
from artifacts.records.gate import RuleResult
from delivery.domain.case import Absent, Case
from delivery.domain.policy import MetricLimit
from delivery.domain.rules.results import absent, bounds_of, result

FLOOR: Final = "floor."
ERROR_LIMIT: Final = "error_limit."
CALIBRATION: Final = "calibration."
COVERAGE: Final = "coverage."
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


def judge_limit(prefix: str, limit: MetricLimit, evidence: Evidence | Absent) -> RuleResult:
    """Judge one metric. Equal to the limit passes; no number is missing, never passed."""
    rule, text = prefix + limit.id, limit_text(limit)
    if isinstance(evidence, Absent):
        return absent(rule, text, evidence)
    estimate = evidence.metrics.get(limit.metric)
    if estimate is None:
        return result(rule, "missing", text, f"{limit.metric} was not measured")
    if not math.isfinite(estimate.value):
        return result(rule, "missing", text, f"{limit.metric} is not a finite number")
    return _compare(rule, limit, estimate)


def limit_text(limit: MetricLimit) -> str:
    """Write a metric's limit: `style.accuracy >= 0.25`."""
    return f"{limit.metric} {SIGNS[limit.side]} {limit.limit:g}"


def _judge(prefix: str, limits: Sequence[MetricLimit], case: Case) -> tuple[RuleResult, ...]:
    return tuple(judge_limit(prefix, limit, case.evidence) for limit in limits)


def _compare(rule: str, limit: MetricLimit, estimate: Estimate) -> RuleResult:
    text, bounds = limit_text(limit), bounds_of(estimate)
    if limit.holds(estimate.value):
        reason = f"{limit.metric} keeps its limit"
        return result(rule, "passed", text, reason, estimate.value, bounds)
    reason = f"{limit.metric} breaks its limit: {limit.reason}"
    return result(rule, "failed", text, reason, estimate.value, bounds)
