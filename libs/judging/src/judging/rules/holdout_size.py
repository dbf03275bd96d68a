"""holdout_size: too few photos or buildings measure nothing, however good the numbers look."""

from typing import Annotated, Final

from pydantic import Field

from artifacts.records.gate import Outcome, RuleResult
from judging.case import Absent, Case
from judging.rule import Chosen, Results, absent, result
from judging.setting import Setting

PHOTOS = "holdout_size.photos"
GROUPS = "holdout_size.groups"


class HoldoutSize(Setting):
    """How many photos and building groups a holdout needs before numbers over it mean anything."""

    min_photos: Annotated[int, Field(ge=1)]
    min_groups: Annotated[int, Field(ge=2)]

    @property
    def words(self) -> str:
        """How many of each."""
        return f"at least {self.min_photos} photos of at least {self.min_groups} buildings"


def judge_holdout_size(size: HoldoutSize, case: Case) -> Results:
    """Find a holdout insufficient that has fewer photos, or fewer groups, than the policy asks.

    The values are the counts; equal to the least passes.
    """
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


RULES: Final = (
    Chosen(
        "holdout_size",
        "The holdout has enough photos, of enough buildings, for numbers over it to mean anything.",
        "Guyon et al., What size test set gives good error rate estimates?, IEEE TPAMI 20 (1998).",
        order=90,
        settings=HoldoutSize,
        judge=judge_holdout_size,
        parts=("photos", "groups"),
    ),
)
