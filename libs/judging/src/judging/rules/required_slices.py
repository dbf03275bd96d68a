"""required_slices: the slices that a policy names are there, with enough photos to judge."""

from typing import TYPE_CHECKING, Final

from artifacts.records.gate import RuleResult
from judging.case import Absent, Case
from judging.rule import AlwaysOn, Results, absent, result
from judging.setting import RequiredSlices

if TYPE_CHECKING:
    from judging.policy import Policy

PREFIX = "required_slices"


def judge_required_slices(case: Case) -> Results:
    """Find a dimension insufficient where a named slice has too few photos, or isn't there.

    One result a dimension; the value is the photos of its smallest named slice.
    """
    if isinstance(case.policy, Absent):
        return ()
    return tuple(_judge(required, case) for required in case.policy.slices.required)


def _judge(required: RequiredSlices, case: Case) -> RuleResult:
    rule = f"{PREFIX}.{required.key}"
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


def _named(policy: "Policy") -> tuple[str, ...]:
    return tuple(f"{PREFIX}.{entry.key}" for entry in policy.slices.required)


RULES: Final = (
    AlwaysOn(
        "required_slices",
        "Every slice that the policy names is there with enough photos to judge.",
        "Mitchell et al., Model cards for model reporting, FAT* (2019), factors.",
        order=80,
        judge=judge_required_slices,
        named=_named,
    ),
)
