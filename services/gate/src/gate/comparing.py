"""Candidate and champion compared photo by photo: what the rules about both judge by.

The bound of a slice is Student's t times the bootstrap's standard error, at a confidence corrected
for the number of slices: with 25 slices and 2,000 resamples the corrected percentile would rest on
the four most extreme ones. How far to trust it, from simulation (3 or 25 slices of 30 to 300 photos
in groups of one or two, models that differ on 6 to 40 % of photos, confidence 0.95): a candidate
that is truly worse by the margin in every slice is refused in at most 6 % of trials (percentiles:
15 %), and in hardly any where the models rarely differ. The price is power, from the same
simulation: one style of 60 photos among 25 that lost 30 photos in a hundred is found in half of the
trials, one that lost 50 in 95 of 100; a slice of 300 photos among five that lost 20 in 99 of 100.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from artifacts.records.evaluation import Evaluation
from gate.resampling import accuracy_difference, one_sided_bounds, sliced_gain
from judging.case import Gain
from judging.rule import DIGITS
from scoring.metrics import Floats, Resampling, metrics_of

MIN_GROUPS: Final = 5
"""Buildings under which a slice's standard error is itself hardly known: no bound then."""


@dataclass(frozen=True)
class PairedResamples:
    """Compares two models over the same resamples of the holdout's building groups."""

    resampling: Resampling

    @property
    def resamples(self) -> int:
        """How many resamples there are."""
        return len(self.resampling.counts)

    def value(self, evaluation: Evaluation, metric: str) -> float:
        """Return a metric over all photos."""
        return metrics_of(evaluation)[metric]

    def overall(
        self, ours: Evaluation, theirs: Evaluation, head: str, confidence: float
    ) -> Gain | None:
        """Return the gain of accuracy, with percentile bounds of the cluster bootstrap.

        None where either model has no such head.
        """
        measured = accuracy_difference(ours, theirs, head, self.resampling.once())
        resampled = accuracy_difference(ours, theirs, head, self.resampling)
        if measured is None or resampled is None:
            return None
        bounds = one_sided_bounds(resampled, confidence)
        return Gain("all", len(ours.photos), float(measured[0]), bounds)

    def by_slice(
        self,
        ours: Evaluation,
        theirs: Evaluation,
        metric: str,
        members: Mapping[str, tuple[bool, ...]],
        confidence: float,
    ) -> tuple[Gain, ...] | None:
        """Return the gain of each slice, with bounds of Student's t at the corrected confidence.

        None where either model has no such head, or the metric is no score of single photos.
        """
        masks = np.array(tuple(members.values()), dtype=bool).T
        once = sliced_gain(ours, theirs, metric, self.resampling.once(), masks)
        resampled = sliced_gain(ours, theirs, metric, self.resampling, masks)
        if once is None or resampled is None:
            return None
        corrected = 1 - (1 - confidence) / len(members)
        return tuple(
            Gain(
                name,
                int(mask.sum()),
                float(difference),
                _bounds(
                    float(difference),
                    statistics,
                    len(np.unique(self.resampling.group_of[mask])),
                    corrected,
                ),
            )
            for name, mask, difference, statistics in zip(
                members, masks.T, once[0], resampled.T, strict=True
            )
        )


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
