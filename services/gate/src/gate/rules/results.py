"""How a rule says what it found."""

import math
from typing import Final

from artifacts.records.evidence import Estimate
from artifacts.records.gate import Outcome, RuleResult
from gate.case import Absent

DIGITS: Final = 12
"""Behind the point, to which differences of shares are exact: what is beyond is rounding."""


def result(
    rule: str,
    outcome: Outcome,
    limit: str,
    reason: str,
    value: float | None = None,
    bounds: tuple[float, float] | None = None,
) -> RuleResult:
    """Make a rule's result; `bounds` are the ends of an interval around the value."""
    low, high = bounds or (None, None)
    return RuleResult(
        rule=rule, outcome=outcome, value=value, low=low, high=high, limit=limit, reason=reason
    )


def at_most(rule: str, value: float | None, most: float, what: str, why: str = "") -> RuleResult:
    """Judge a value with an upper limit: equal to it passes, no finite number is missing."""
    limit = f"<= {most:g}"
    if value is None or not math.isfinite(value):
        return result(rule, "missing", limit, f"not measured: {what}")
    if keeps(value, most):
        return result(rule, "passed", limit, what, value)
    return result(rule, "failed", limit, f"{what}; {why}" if why else what, value)


def keeps(value: float, most: float) -> bool:
    """Whether a value is at most a limit. 0.4 - 0.35 is 0.05, and not a bit more."""
    return round(value, DIGITS) <= most


def absent(rule: str, limit: str, evidence: Absent) -> RuleResult:
    """Say that a rule had nothing to judge: failed only where the candidate is to blame."""
    return result(rule, "failed" if evidence.at_fault else "missing", limit, evidence.reason)


def bounds_of(estimate: Estimate) -> tuple[float, float] | None:
    """Return the ends of an estimate's interval, or None where it has none that is a number."""
    low, high = estimate.low, estimate.high
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return None
    return low, high
