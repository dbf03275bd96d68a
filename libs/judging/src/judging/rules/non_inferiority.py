"""non_inferiority: the candidate is not worse than the champion by more than the policy's margin.

Both answer the same photos, so the difference is taken photo by photo (paired), and whole building
groups are resampled. Judged is the lower bound of the difference and not the difference itself, and
it has two uses: at or above minus the margin the candidate is not inferior, and above zero it is
better, which alone promotes it.

How far to trust it, from simulation (60 to 400 groups of one to three photos, confidence 0.95): a
candidate that is no better at all counts as better in at most 6 % of trials. One that is truly
worse by the margin of 0.02 counts as not inferior in 5 to 6 % where the models differ on 30 % of
photos, but in up to 15 % where they differ on 2 %: the percentile bootstrap is optimistic about
rare events. That error calls a near copy of the champion `no_improvement` in place of `refused`;
it can't promote.

Method: margin and one-sided bound as in FDA, Non-Inferiority Clinical Trials (2016); percentile
bound of a cluster bootstrap, Efron and Tibshirani (1993), chapter 13.
"""

from typing import Annotated, Final

from pydantic import Field

from artifacts.records.gate import RuleResult
from judging.case import Case
from judging.paired import pair_of
from judging.rule import Chosen, result
from judging.setting import Confidence, Setting, percent

RULE: Final = "non_inferiority"


class NonInferiority(Setting):
    """How much worse than the champion a candidate may be, and how sure of it we want to be.

    `confidence` is one-sided. A margin above 0.1 would let nearly anything pass, so there is none.
    """

    metric: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}\.accuracy$")]
    margin: Annotated[float, Field(ge=0, le=0.1)]
    confidence: Confidence

    @property
    def words(self) -> str:
        """The margin, and how sure of it we are."""
        return (
            f"{self.metric} is at most {self.margin:g} under the champion's, of which we are "
            f"{percent(self.confidence)} sure"
        )


def judge_non_inferiority(setting: NonInferiority, case: Case) -> RuleResult:
    """Compare candidate and champion over the same photos, by the policy's setting.

    The value is the difference of accuracies, its interval two one-sided bounds.
    """
    limit = f"low >= {-setting.margin:g}"
    pair = pair_of(RULE, limit, case)
    if isinstance(pair, RuleResult):
        return pair
    ours, theirs = pair.evaluation, pair.champion.evaluation
    head = setting.metric.partition(".")[0]
    gain = pair.comparing.overall(ours, theirs, head, setting.confidence)
    if gain is None or gain.bounds is None:
        return result(RULE, "missing", limit, f"{setting.metric} was not measured for both models")
    after, before = (pair.comparing.value(one, setting.metric) for one in (ours, theirs))
    reason = (
        f"{setting.metric} {after:.4f}, champion {before:.4f}; one-sided {setting.confidence:.0%} "
        f"bounds of {pair.comparing.resamples} paired resamples of building groups"
    )
    if pair.champion.photo_manifest != ours.photo_manifest:
        reason += (
            "; the champion was trained over another photo manifest and may have seen photos of "
            "this holdout, which can only favour the champion"
        )
    if gain.bounds[0] >= -setting.margin:
        return result(RULE, "passed", limit, reason, gain.difference, gain.bounds)
    why = "worse beyond the margin" if gain.difference < -setting.margin else "too noisy to say"
    return result(RULE, "failed", limit, f"{why}: {reason}", gain.difference, gain.bounds)


def improves(results: tuple[RuleResult, ...]) -> bool:
    """Whether the candidate is better than its champion for sure: the lower bound is above zero."""
    return any(found.rule == RULE and found.low is not None and found.low > 0 for found in results)


RULES: Final = (
    Chosen(
        "non_inferiority",
        "The candidate is surely not worse than the champion by more than a margin; "
        "it is promoted only if it is surely better.",
        "FDA, Non-inferiority clinical trials (2016); Efron and Tibshirani, An "
        "introduction to the bootstrap (1993), chapter 13.",
        order=140,
        settings=NonInferiority,
        judge=judge_non_inferiority,
    ),
)
