"""The cluster bootstrap: whole building groups are drawn, for photos of one building go together.

Drawing photos one by one would treat ten photos of a cathedral as ten buildings and make every
interval too narrow. Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapters 8 and
13; Field and Welsh, Bootstrapping clustered data, JRSS B 69 (2007).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_CHUNK = 256
"""Resamples expanded to photos at once: bounds memory where a statistic needs every photo."""


@dataclass(frozen=True, eq=False)
class Resampling:
    """How often each group was drawn in each resample, and which group each photo is of.

    `counts` is (resamples, groups), whole numbers; `group_of` is (photos,), indices of groups.
    """

    counts: Floats
    group_of: NDArray[np.intp]

    def once(self) -> "Resampling":
        """Return the sample itself as the only resample: every group drawn once."""
        return Resampling(np.ones((1, self.counts.shape[1])), self.group_of)

    def sums(self, values: NDArray[np.generic]) -> Floats:
        """Sum the photos' values (photos, k) over each resample: (resamples, k).

        Exact for whole numbers, so that a fraction computed from sums is correctly rounded.
        """
        per_group = np.zeros((self.counts.shape[1], values.shape[1]))
        np.add.at(per_group, self.group_of, values.astype(np.float64))
        return self.counts @ per_group

    def medians(self, values: Floats, counted: NDArray[np.bool_]) -> Floats:
        """Return the median of the counted photos' values (photos,) in each resample.

        A resample without any counted photo gives NaN.
        """
        order = np.argsort(values[counted], kind="stable")
        ordered, groups = values[counted][order], self.group_of[counted][order]
        return np.concatenate([_medians(ordered, rows[:, groups]) for rows in self._chunks()])

    def _chunks(self) -> Iterator[Floats]:
        for start in range(0, len(self.counts), _CHUNK):
            yield self.counts[start : start + _CHUNK]


def resample_groups(groups: tuple[str, ...], resamples: int, seed: int) -> Resampling:
    """Draw as many groups as there are, with replacement, `resamples` times.

    `groups` names the group of each photo. The seed makes the draw, and so a decision, repeatable.
    """
    names, group_of = np.unique(np.array(groups, dtype=object).astype(str), return_inverse=True)
    generator = np.random.default_rng(seed)
    shares = np.full(len(names), 1 / len(names))
    counts = generator.multinomial(len(names), shares, size=resamples)
    return Resampling(counts.astype(np.float64), group_of.reshape(-1))


def interval(statistics: Floats, confidence: float) -> tuple[float, float] | None:
    """Return the two-sided percentile interval of resampled statistics, or None.

    None where any resample had nothing to measure: an interval over the rest would be too narrow.
    """
    tail = (1 - confidence) / 2
    return _percentiles(statistics, tail)


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


def _medians(ordered: Floats, weights: Floats) -> Floats:
    """Medians of ascending values (m,) repeated as often as the weights (r, m) say: (r,)."""
    reached = np.cumsum(weights, axis=1)
    totals = reached[:, -1:] if reached.shape[1] else np.zeros((len(weights), 1))
    lower = np.argmax(reached > (totals - 1) // 2, axis=1) if len(ordered) else None
    if lower is None:
        return np.full(len(weights), np.nan)
    upper = np.argmax(reached > totals // 2, axis=1)
    middles = (ordered[lower] + ordered[upper]) / 2
    return np.where(totals[:, 0] > 0, middles, np.nan)
