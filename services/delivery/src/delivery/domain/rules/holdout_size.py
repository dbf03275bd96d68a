"""holdout_size: too few photos or buildings measure nothing, however good the numbers look."""

from artifacts.records.evaluation import Evaluation
from artifacts.records.gate import Outcome, RuleResult
from delivery.domain.evidence import Absent
from delivery.domain.policy import HoldoutSize
from delivery.domain.rules.results import absent, result

PHOTOS = "holdout_size.photos"
GROUPS = "holdout_size.groups"


def judge_holdout_size(
    size: HoldoutSize, evaluation: Evaluation | Absent
) -> tuple[RuleResult, RuleResult]:
    """Find a holdout insufficient that has fewer photos, or fewer groups, than the policy asks."""
    photos_limit, groups_limit = f">= {size.min_photos}", f">= {size.min_groups}"
    if isinstance(evaluation, Absent):
        return absent(PHOTOS, photos_limit, evaluation), absent(GROUPS, groups_limit, evaluation)
    photos, groups = len(set(evaluation.photos)), len(set(evaluation.groups))
    return (
        _enough(PHOTOS, photos, size.min_photos, "photos"),
        _enough(GROUPS, groups, size.min_groups, "building groups"),
    )


def _enough(rule: str, count: int, least: int, what: str) -> RuleResult:
    reason = f"{count} {what} in the holdout, {least} are needed"
    outcome: Outcome = "passed" if count >= least else "insufficient"
    return result(rule, outcome, f">= {least}", reason, float(count))
