"""required_slices: the slices that a policy names are there, with enough photos to judge."""

from artifacts.records.gate import RuleResult
from gate.case import Absent, Case
from gate.rules.results import absent, result
from judging.policy import RequiredSlices

PREFIX = "required_slices."


def judge_required_slices(case: Case) -> tuple[RuleResult, ...]:
    """Find a dimension insufficient where a named slice has too few photos, or isn't there.

    One result a dimension; the value is the photos of its smallest named slice.
    """
    if isinstance(case.policy, Absent):
        return ()
    return tuple(_judge(required, case) for required in case.policy.slices.required)


def _judge(required: RequiredSlices, case: Case) -> RuleResult:
    rule = PREFIX + required.dimension
    limit = f">= {required.min_photos} photos in {', '.join(required.names)}"
    if isinstance(case.evidence, Absent):
        return absent(rule, limit, case.evidence)
    there = {s.name: s.photos for s in case.evidence.slices if s.dimension == required.dimension}
    counts = {name: there.get(name, 0) for name in required.names}
    smallest = float(min(counts.values()))
    if few := [f"{name} has {n}" for name, n in counts.items() if n < required.min_photos]:
        reason = f"too few photos of {required.dimension}: {', '.join(few)}"
        return result(rule, "insufficient", limit, reason, smallest)
    return result(rule, "passed", limit, "enough photos in each", smallest)
