"""slice_regressions: in no slice is the candidate surely worse than the champion beyond a margin.

Non-inferiority over all photos lets a candidate win on cathedrals what it loses on bungalows. Here
each slice with enough photos is compared by itself, photo by photo, by accuracy or by the Brier
score, and a gain above zero is better. It fails where we are sure that more than the margin was
lost: the upper bound of the gain is below minus the margin. How that bound is
computed, and how far to trust it: gate/comparing.py.
"""

from typing import Annotated, Final

from pydantic import Field

from artifacts.records.evaluation import UNKNOWN_SLICE, Evaluation
from artifacts.records.gate import RuleResult
from judging.case import Case, Gain
from judging.paired import pair_of
from judging.rule import Chosen, result
from judging.rules.slices import not_judged, too_small
from judging.setting import Confidence, SliceSetting, percent

PREFIX: Final = "slice_regression"


class SliceRegression(SliceSetting):
    """How much worse than the champion a candidate may be in any one large enough slice.

    It fails where we are sure at `confidence` (one-sided, over all slices of the dimension) that
    more than `margin` was lost: of accuracy, or of the Brier score, which sees smaller losses. So a
    higher confidence refuses less.
    """

    metric: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}\.(accuracy|brier_score)$")]
    margin: Annotated[float, Field(ge=0, le=0.2)]
    confidence: Confidence

    @property
    def words(self) -> str:
        """The margin, and how sure we must be to refuse."""
        return (
            f"in no {self.dimension} are we {percent(self.confidence)} sure that {self.metric} is "
            f"more than {self.margin:g} under the champion's"
        )


def judge_slice_regression(setting: SliceRegression, case: Case) -> RuleResult:
    """Fail where some slice is surely worse beyond the margin; the value is the least upper bound.

    A first release has nothing to be worse than, and passes by its statement.
    """
    rule, dimension, slices = f"{PREFIX}.{setting.key}", setting.dimension, case.given.slices
    limit = f"high of {setting.metric} gain >= {-setting.margin:g} in every slice"
    pair = pair_of(rule, limit, case)
    if isinstance(pair, RuleResult):
        return pair
    members = _members(pair.evaluation, dimension, setting.metric.partition(".")[0])
    sizes = [sum(within) for within in members.values()]
    if unjudged := not_judged(rule, limit, slices, dimension, sizes):
        return unjudged
    least = slices.sizes[dimension]
    large = {name: within for name, within in members.items() if sum(within) >= least}
    ours, theirs = pair.evaluation, pair.champion.evaluation
    found = pair.comparing.by_slice(ours, theirs, setting.metric, large, setting.confidence)
    if found is None:
        return result(rule, "missing", limit, f"{setting.metric} was not measured for both models")
    return _sum_up(setting, rule, limit, found, too_small(sizes, least))


def _members(evaluation: Evaluation, dimension: str, head: str) -> dict[str, tuple[bool, ...]]:
    """Say of each slice of a dimension which photos of known truth belong to it.

    None where all photos lack the dimension. Without such a head every truth counts as known.
    """
    column = evaluation.slices.get(dimension, ())
    if set(column) <= {UNKNOWN_SLICE}:
        return {}
    truths = [one.truths for one in evaluation.classification if one.head == head]
    known = [all(one[i] is not None for one in truths) for i in range(len(column))]
    return {
        name: tuple(here == name and sure for here, sure in zip(column, known, strict=True))
        for name in sorted(set(column))
    }


def _sum_up(
    setting: SliceRegression, rule: str, limit: str, found: tuple[Gain, ...], small: str
) -> RuleResult:
    bounded = [(one, one.bounds) for one in found if one.bounds is not None]
    unmeasured = [one.name for one in found if one.bounds is None]
    worst = min(bounded, key=lambda pair: pair[1][1], default=None)
    ends = None if worst is None else worst[1]
    value = None if ends is None else ends[1]
    gaps = f"; no upper bound of {', '.join(unmeasured)}" if unmeasured else ""
    if broken := [pair for pair in bounded if pair[1][1] < -setting.margin]:
        named = ", ".join(
            f"{one.name} {one.difference:+.3f} (at most {high:+.3f}, {one.photos} photos)"
            for one, (_, high) in broken
        )
        reason = f"surely worse than the champion: {named}{gaps}{small}. {setting.reason}"
        return result(rule, "failed", limit, reason, value, ends)
    if unmeasured:
        return result(rule, "missing", limit, gaps.removeprefix("; ") + small, value, ends)
    reason = f"none of {len(found)} slices is surely worse beyond the margin{small}"
    return result(rule, "passed", limit, reason, value, ends)


RULES: Final = (
    Chosen(
        "slice_regressions",
        "In no slice with enough photos is the candidate surely worse than the "
        "champion by more than a margin.",
        "Dunn, Multiple comparisons among means, JASA 56 (1961); Cameron and Miller, "
        "Cluster-robust inference, J. Human Resources 50 (2015).",
        order=170,
        settings=SliceRegression,
        judge=judge_slice_regression,
        prefix=PREFIX,
    ),
)
