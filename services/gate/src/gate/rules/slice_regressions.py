"""slice_regressions: in no slice is the candidate surely worse than the champion beyond a margin.

Non-inferiority over all photos lets a candidate win on cathedrals what it loses on bungalows. Here
each slice with enough photos is compared by itself, photo by photo, by accuracy or by the Brier
score, and a gain above zero is better. It fails where we are sure that more than the margin was
lost: the upper bound of the gain is below minus the margin.

The bound is Student's t times the bootstrap's standard error, at a confidence corrected for the
number of slices: with 25 slices and 2,000 resamples the corrected percentile would rest on the four
most extreme ones. How far to trust it, from simulation (3 or 25 slices of 30 to 300 photos in
groups of one or two, models that differ on 6 to 40 % of photos, confidence 0.95): a candidate that
is truly worse by the margin in every slice is refused in at most 6 % of trials (percentiles: 15 %),
and in hardly any where the models rarely differ. The price is power, from the same simulation: one
style of 60 photos among 25 that lost 30 photos in a hundred is found in half of the trials, one
that lost 50 in 95 of 100; a slice of 300 photos among five that lost 20 in 99 of 100.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from artifacts.records.evaluation import UNKNOWN_SLICE, Evaluation
from artifacts.records.gate import RuleResult
from gate.case import Absent, Case
from gate.resampling import sliced_gain
from gate.rules.paired import Pair, pair_of
from gate.rules.results import DIGITS, result
from gate.rules.slices import not_judged, too_small
from judging.policy import Policy, SliceRegression
from scoring.metrics import Floats, Masks, known

PREFIX = "slice_regression."
MIN_GROUPS = 5
"""Buildings under which a slice's standard error is itself hardly known: no bound then."""


@dataclass(frozen=True)
class SliceDifference:
    """How much a slice gained over the champion, or lost, and the bounds of that.

    The bounds are None where a slice has too few buildings, or a resample nothing to measure.
    """

    name: str
    photos: int
    difference: float
    bounds: tuple[float, float] | None


def judge_slice_regressions(case: Case) -> tuple[RuleResult, ...]:
    """Fail where some slice is surely worse beyond the margin; the value is the least upper bound.

    A first release has nothing to be worse than, and passes by its statement.
    """
    if isinstance(case.policy, Absent):
        return ()
    settings = case.policy.rules.slice_regressions
    return tuple(_judge(setting, case.policy, case) for setting in settings)


def student_quantile(confidence: float, degrees: int) -> float:
    """Return the quantile of Student's t at a confidence: how many standard errors a bound is away.

    One degree of freedom less than the slice has groups: Cameron and Miller, A practitioner's guide
    to cluster-robust inference, J. Human Resources 50 (2015). By the expansion from the normal
    quantile of Abramowitz and Stegun (1964), 26.7.5: within 3 % from four degrees on.
    """
    z = NormalDist().inv_cdf(confidence)
    terms = (
        z,
        (z**3 + z) / (4 * degrees),
        (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2),
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * degrees**3),
    )
    return sum(terms)


def slice_differences(
    pair: Pair, metric: str, names: tuple[str, ...], masks: Masks, confidence: float
) -> tuple[SliceDifference, ...] | None:
    """Compare both models by a metric over each slice; None where either has no such head.

    `masks` says which photos of known truth belong to which of the named slices, (photos, slices).
    """
    ours, theirs = pair.evaluation, pair.champion.evaluation
    once = sliced_gain(ours, theirs, metric, pair.resampling.once(), masks)
    resampled = sliced_gain(ours, theirs, metric, pair.resampling, masks)
    if once is None or resampled is None:
        return None
    group_of = pair.resampling.group_of
    return tuple(
        SliceDifference(
            name,
            int(mask.sum()),
            float(difference),
            _bounds(
                float(difference),
                statistics,
                len(np.unique(group_of[mask])),
                1 - (1 - confidence) / len(names),
            ),
        )
        for name, mask, difference, statistics in zip(
            names, masks.T, once[0], resampled.T, strict=True
        )
    )


def _bounds(
    difference: float, resampled: Floats, groups: int, confidence: float
) -> tuple[float, float] | None:
    """Return the ends, each of a one-sided confidence.

    The bootstrap's standard error is enlarged, for resamples of few groups vary too little.
    """
    if groups < MIN_GROUPS or not np.isfinite(resampled).all():
        return None
    error = float(resampled.std()) * math.sqrt(groups / (groups - 1))
    reach = student_quantile(confidence, groups - 1) * error
    return round(difference - reach, DIGITS), round(difference + reach, DIGITS)


def _judge(setting: SliceRegression, policy: Policy, case: Case) -> RuleResult:
    rule, dimension = PREFIX + setting.dimension, setting.dimension
    limit = f"high of {setting.metric} gain >= {-setting.margin:g} in every slice"
    pair = pair_of(rule, limit, case)
    if isinstance(pair, RuleResult):
        return pair
    head = setting.metric.partition(".")[0]
    names, masks = _slices(pair.evaluation, dimension, head)
    sizes = masks.sum(axis=0)
    if unjudged := not_judged(rule, limit, policy.slices, dimension, sizes):
        return unjudged
    least = policy.slices.sizes[dimension]
    large = sizes >= least
    named = tuple(name for name, enough in zip(names, large, strict=True) if enough)
    found = slice_differences(pair, setting.metric, named, masks[:, large], setting.confidence)
    if found is None:
        return result(rule, "missing", limit, f"{setting.metric} was not measured for both models")
    return _sum_up(setting, rule, limit, found, too_small(sizes, least))


def _slices(evaluation: Evaluation, dimension: str, head: str) -> tuple[tuple[str, ...], Masks]:
    """Return a dimension's slices, and which photos of known truth belong to each.

    None where all photos lack the dimension. Without such a head every truth counts as known.
    """
    column = np.array(evaluation.slices.get(dimension, ()), dtype=object).astype(str)
    names = np.unique(column)
    if set(names.tolist()) <= {UNKNOWN_SLICE}:
        return (), np.zeros((len(evaluation.photos), 0), dtype=bool)
    masks: Masks = column[:, None] == names
    for outcomes in evaluation.classification:
        if outcomes.head == head:
            masks = masks & known(outcomes.truths)[:, None]
    return tuple(names.tolist()), masks


def _sum_up(
    setting: SliceRegression, rule: str, limit: str, found: tuple[SliceDifference, ...], small: str
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
