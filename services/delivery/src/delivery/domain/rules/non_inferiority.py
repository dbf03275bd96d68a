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

from artifacts.records.evaluation import Evaluation
from artifacts.records.gate import RuleResult
from artifacts.records.release import FirstRelease
from delivery.domain.evidence import Absent, Champion, Evidence, Holdout
from delivery.domain.metrics import accuracy_difference
from delivery.domain.policy import NonInferiority
from delivery.domain.resampling import Resampling, one_sided_bounds
from delivery.domain.rules.results import absent, result
from delivery.domain.rules.same_data import wrong_holdout
from scoring.metrics import metrics_of

RULE = "non_inferiority"


def judge_non_inferiority(
    policy: NonInferiority, evidence: Evidence, resampling: Resampling | None
) -> RuleResult:
    """Compare candidate and champion over the same photos; `resampling` is over them."""
    limit = limit_text(policy)
    champion, evaluation = evidence.champion, evidence.evaluation
    if isinstance(champion, FirstRelease):
        reason = f"no champion to compare with, as stated: {champion.reason}"
        return result(RULE, "passed", limit, reason)
    if isinstance(champion, Absent):
        return absent(RULE, limit, Absent(champion.reason))
    if isinstance(evaluation, Absent):
        return absent(RULE, limit, evaluation)
    if (reason := _not_paired(evaluation, champion, evidence.holdout)) or resampling is None:
        return result(RULE, "missing", limit, reason or "the holdout is empty")
    return _compare(policy, evaluation, champion, resampling)


def improves(results: tuple[RuleResult, ...]) -> bool:
    """Whether the candidate is better than its champion for sure: the lower bound is above zero."""
    return any(found.rule == RULE and found.low is not None and found.low > 0 for found in results)


def limit_text(policy: NonInferiority) -> str:
    """Write the limit: `low >= -0.02`."""
    return f"low >= {-policy.margin:g}"


def _compare(
    policy: NonInferiority, evaluation: Evaluation, champion: Champion, resampling: Resampling
) -> RuleResult:
    limit, pair = limit_text(policy), (evaluation, champion.evaluation)
    head = policy.metric.partition(".")[0]
    measured = accuracy_difference(*pair, head, resampling.once())
    statistics = accuracy_difference(*pair, head, resampling)
    bounds = None if statistics is None else one_sided_bounds(statistics, policy.confidence)
    if measured is None or bounds is None:
        return result(RULE, "missing", limit, f"{policy.metric} was not measured for both models")
    difference = float(measured[0])
    after, before = (metrics_of(one)[policy.metric] for one in pair)
    reason = f"{policy.metric} {after:.4f}, champion {before:.4f}; {_method(policy)}"
    reason += _reservation(evaluation, champion)
    if bounds[0] >= -policy.margin:
        return result(RULE, "passed", limit, reason, difference, bounds)
    why = "worse beyond the margin" if difference < -policy.margin else "too noisy to say"
    return result(RULE, "failed", limit, f"{why}: {reason}", difference, bounds)


def _not_paired(evaluation: Evaluation, champion: Champion, holdout: Holdout | Absent) -> str:
    """Say why two evaluations can't be compared photo by photo, or an empty text."""
    if isinstance(holdout, Absent):
        return holdout.reason
    problems = [*wrong_holdout(evaluation, holdout), *wrong_holdout(champion.evaluation, holdout)]
    if champion.evaluation.model != champion.digest:
        problems.append("the champion's evaluation is of another model")
    if evaluation.photos != champion.evaluation.photos:
        problems.append("the photos differ")
    if evaluation.groups != champion.evaluation.groups:
        problems.append("the building groups differ")
    return "not comparable: " + "; ".join(problems) if problems else ""


def _method(policy: NonInferiority) -> str:
    return (
        f"one-sided {policy.confidence:.0%} bounds of {policy.resamples} paired resamples of "
        f"building groups, seed {policy.seed}"
    )


def _reservation(evaluation: Evaluation, champion: Champion) -> str:
    if champion.photo_manifest == evaluation.photo_manifest:
        return ""
    return (
        "; the champion was trained over another photo manifest and may have seen photos of this "
        "holdout, which can only favour the champion"
    )
