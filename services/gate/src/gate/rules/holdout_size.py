"""holdout_size: too few photos or buildings measure nothing, however good the numbers look."""

from artifacts.records.gate import Outcome, RuleResult
from gate.case import Absent, Case
from gate.rules.results import absent, result

PHOTOS = "holdout_size.photos"
GROUPS = "holdout_size.groups"


def judge_holdout_size(case: Case) -> tuple[RuleResult, ...]:
    """Find a holdout insufficient that has fewer photos, or fewer groups, than the policy asks.

    The values are the counts; equal to the least passes.
    """
    size = None if isinstance(case.policy, Absent) else case.policy.rules.holdout_size
    if size is None:
        return ()
    evaluation = case.evaluation
    if isinstance(evaluation, Absent):
        return (
            absent(PHOTOS, f">= {size.min_photos}", evaluation),
            absent(GROUPS, f">= {size.min_groups}", evaluation),
        )
    photos, groups = len(set(evaluation.photos)), len(set(evaluation.groups))
    return (
        _enough(PHOTOS, photos, size.min_photos, "photos"),
        _enough(GROUPS, groups, size.min_groups, "building groups"),
    )


def _enough(rule: str, count: int, least: int, what: str) -> RuleResult:
    reason = f"{count} {what} in the holdout, {least} are needed"
    outcome: Outcome = "passed" if count >= least else "insufficient"
    return result(rule, outcome, f">= {least}", reason, float(count))
