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

from artifacts.records.gate import RuleResult
from gate.case import Absent, Case
from gate.resampling import accuracy_difference, one_sided_bounds
from gate.rules.paired import Pair, pair_of
from gate.rules.results import result
from judging.policy import NonInferiority
from scoring.metrics import Resampling, metrics_of

RULE = "non_inferiority"


def judge_non_inferiority(case: Case) -> tuple[RuleResult, ...]:
    """Compare candidate and champion over the same photos, by the policy's setting.

    The value is the difference of accuracies, its interval two one-sided bounds.
    """
    setting = None if isinstance(case.policy, Absent) else case.policy.rules.non_inferiority
    return () if setting is None else (_judge(setting, case),)


def improves(results: tuple[RuleResult, ...]) -> bool:
    """Whether the candidate is better than its champion for sure: the lower bound is above zero."""
    return any(found.rule == RULE and found.low is not None and found.low > 0 for found in results)


def limit_text(setting: NonInferiority) -> str:
    """Write the limit: `low >= -0.02`."""
    return f"low >= {-setting.margin:g}"


def _judge(setting: NonInferiority, case: Case) -> RuleResult:
    limit = limit_text(setting)
    pair = pair_of(RULE, limit, case)
    if isinstance(pair, RuleResult):
        return pair
    evaluations = (pair.evaluation, pair.champion.evaluation)
    head = setting.metric.partition(".")[0]
    measured = accuracy_difference(*evaluations, head, pair.resampling.once())
    statistics = accuracy_difference(*evaluations, head, pair.resampling)
    bounds = None if statistics is None else one_sided_bounds(statistics, setting.confidence)
    if measured is None or bounds is None:
        return result(RULE, "missing", limit, f"{setting.metric} was not measured for both models")
    return _compare(setting, pair, float(measured[0]), bounds)


def _compare(
    setting: NonInferiority, pair: Pair, difference: float, bounds: tuple[float, float]
) -> RuleResult:
    limit, evaluations = limit_text(setting), (pair.evaluation, pair.champion.evaluation)
    after, before = (metrics_of(one)[setting.metric] for one in evaluations)
    reason = f"{setting.metric} {after:.4f}, champion {before:.4f}; "
    reason += _method(setting, pair.resampling) + _reservation(pair)
    if bounds[0] >= -setting.margin:
        return result(RULE, "passed", limit, reason, difference, bounds)
    why = "worse beyond the margin" if difference < -setting.margin else "too noisy to say"
    return result(RULE, "failed", limit, f"{why}: {reason}", difference, bounds)


def _method(setting: NonInferiority, resampling: Resampling) -> str:
    return (
        f"one-sided {setting.confidence:.0%} bounds of {len(resampling.counts)} paired resamples "
        "of building groups"
    )


def _reservation(pair: Pair) -> str:
    if pair.champion.photo_manifest == pair.evaluation.photo_manifest:
        return ""
    return (
        "; the champion was trained over another photo manifest and may have seen photos of this "
        "holdout, which can only favour the champion"
    )
