"""A year from probabilities of labels whose periods are known: no training, no file, no rounding.

A building of a label is taken to be of any year of the label's period with equal probability. So
probabilities of labels make a mixture of uniform distributions. Its median is the answer, for that
errs least in the mean; its central part of a stated mass is the interval.
"""

import numpy as np
from numpy.typing import NDArray

from artifacts.records.answers import RegressionAnswer
from artifacts.records.manifest import PeriodsHead

Floats = NDArray[np.float64]


def periods_answer(head: PeriodsHead, probabilities: NDArray[np.floating]) -> RegressionAnswer:
    """Return the answer of a head of periods from probabilities (k,) in the order of its labels."""
    low = (1 - head.mass) / 2
    ends = np.array([low, 0.5, 1 - low])
    first, middle, last = _quantiles(head, probabilities, ends)
    return RegressionAnswer(value=float(middle), low=float(first), high=float(last))


def mass_to_hold(head: PeriodsHead, probabilities: NDArray[np.floating], year: float) -> float:
    """Return the mass that the interval must have to hold a year, 0 to 1.

    It is 1 as well where the year lies in no period of a label that is at all probable.
    """
    share = float(_shares(head, probabilities, np.array([year]))[0])
    return abs(2 * share - 1)


def _shares(head: PeriodsHead, probabilities: NDArray[np.floating], years: Floats) -> Floats:
    """Return the share (n,) of the mixture that lies before each of some years (n,)."""
    weights = probabilities.astype(np.float64) / probabilities.sum()
    firsts = np.array([period.first for period in head.periods], dtype=np.float64)
    lasts = np.array([period.last for period in head.periods], dtype=np.float64)
    parts = np.clip((years[:, None] - firsts) / (lasts - firsts), 0, 1)
    return np.asarray(parts @ weights, dtype=np.float64)


def _quantiles(head: PeriodsHead, probabilities: NDArray[np.floating], shares: Floats) -> Floats:
    """Return the first years (n,) before which lie so large shares (n,) of the mixture."""
    there = [period for period, p in zip(head.periods, probabilities, strict=True) if p > 0]
    bends = np.unique([year for period in there for year in (period.first, period.last)])
    years = bends.astype(np.float64)
    before = _shares(head, probabilities, years)
    # Between two bends the share grows evenly. It reaches 1 at the last, up to a rounding error.
    after = np.clip(np.searchsorted(before, shares), 1, len(years) - 1)
    start, end = before[after - 1], before[after]
    part = np.clip((shares - start) / np.where(end > start, end - start, 1), 0, 1)
    return np.asarray(years[after - 1] + part * (years[after] - years[after - 1]))
