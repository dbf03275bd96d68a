"""How a rule says what it found."""

from artifacts.records.gate import Outcome, RuleResult
from delivery.domain.evidence import Absent


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


def absent(rule: str, limit: str, evidence: Absent) -> RuleResult:
    """Say that a rule had nothing to judge: failed only where the candidate is to blame."""
    return result(rule, "failed" if evidence.at_fault else "missing", limit, evidence.reason)
