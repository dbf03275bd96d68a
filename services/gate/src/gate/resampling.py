"""The cluster bootstrap: whole building groups are drawn, for photos of one building go together.

Drawing photos one by one would treat ten photos of a cathedral as ten buildings and make every
interval too narrow. Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapters 8 and
13; Field and Welsh, Bootstrapping clustered data, JRSS B 69 (2007).
"""

import numpy as np

from artifacts.records.evaluation import ClassificationOutcomes, Evaluation
from scoring.metrics import Floats, Masks, Resampling, brier_scores, correct, known, shares


def resample_groups(groups: tuple[str, ...], resamples: int, seed: int) -> Resampling:
    """Draw as many groups as there are, with replacement, `resamples` times.

    `groups` names the group of each photo. The seed makes the draw, and so a decision, repeatable.
    """
    names, group_of = np.unique(np.array(groups, dtype=object).astype(str), return_inverse=True)
    generator = np.random.default_rng(seed)
    evenly = np.full(len(names), 1 / len(names))
    counts = generator.multinomial(len(names), evenly, size=resamples)
    return Resampling(counts.astype(np.float64), group_of.reshape(-1))


def interval(statistics: Floats, confidence: float) -> tuple[float, float] | None:
    """Return the two-sided percentile interval of resampled statistics, or None.

    None where any resample had nothing to measure: an interval over the rest would be too narrow.
    """
    return _percentiles(statistics, (1 - confidence) / 2)


def one_sided_bounds(statistics: Floats, confidence: float) -> tuple[float, float] | None:
    """Return the lower and the upper bound, each of one-sided `confidence`, or None."""
    return _percentiles(statistics, 1 - confidence)


def _percentiles(statistics: Floats, tail: float) -> tuple[float, float] | None:
    if not len(statistics) or not np.isfinite(statistics).all():
        return None
    # Order statistics, rounded outwards: an interpolated bound is one that no resample showed.
    low = np.quantile(statistics, tail, method="lower")
    high = np.quantile(statistics, 1 - tail, method="higher")
    return float(low), float(high)


def accuracy_difference(
    candidate: Evaluation, champion: Evaluation, head: str, resampling: Resampling
) -> Floats | None:
    """Return candidate's minus champion's accuracy in each resample, paired photo by photo.

    Both must be over the same photos in the same order. (resamples,); None where either has no such
    head.
    """
    everything = np.ones((len(candidate.photos), 1), dtype=bool)
    found = sliced_gain(candidate, champion, f"{head}.accuracy", resampling, everything)
    return None if found is None else found[:, 0]


def sliced_gain(
    candidate: Evaluation, champion: Evaluation, metric: str, resampling: Resampling, slices: Masks
) -> Floats | None:
    """Return how much better the candidate is in each resample and slice, (resamples, slices).

    By `<head>.accuracy` or `<head>.brier_score`, paired photo by photo; above zero is better. None
    where either model has no such head, or the metric is no score of single photos. Hits are
    subtracted before they are divided: the difference of two rounded fractions could miss a limit
    that the exact difference meets.
    """
    head, _, name = metric.partition(".")
    ours, theirs = _classes(candidate, head), _classes(champion, head)
    if ours is None or theirs is None:
        return None
    if name == "accuracy":
        gains = correct(ours).astype(np.float64) - correct(theirs)
    elif name == "brier_score":
        gains = brier_scores(theirs) - brier_scores(ours)
    else:
        return None
    return shares(gains, known(ours.truths), resampling, slices)


def _classes(evaluation: Evaluation, head: str) -> ClassificationOutcomes | None:
    return next((classes for classes in evaluation.classification if classes.head == head), None)
