"""Numbers from a distribution: its median and its shortest interval, never outside of its knots.

A distribution is given by shares (k,): how much of it lies at or below each of k ascending knots.
Between two knots it lies evenly. The median errs least in the mean of all numbers.
"""

import numpy as np
from numpy.typing import NDArray

from artifacts.records.answers import RegressionAnswer
from artifacts.records.manifest import DistributionHead
from scoring.labels import quantise

Floats = NDArray[np.float64]


def blend(
    head: DistributionHead, learned: NDArray[np.floating], probabilities: NDArray[np.floating]
) -> Floats:
    """Return the shares (n, k) of photos from what a head's file gives and from their labels.

    `learned` (n, k) are the file's; `probabilities` (n, labels) those of the head `of`. A file may
    give shares that fall a little or leave 0 to 1. They are made a distribution, and rounded to the
    grid of probabilities.
    """
    weighed = probabilities * np.array([label.weight for label in head.by_label])
    weighed = weighed / np.maximum(weighed.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    of_labels = weighed @ np.array([label.shares for label in head.by_label])
    of_photos = np.maximum.accumulate(np.clip(learned.astype(np.float64), 0, 1), axis=1)
    shares = quantise(head.label_share * of_labels + (1 - head.label_share) * of_photos)
    shares[:, -1] = 1
    return shares


def distribution_answer(head: DistributionHead, shares: Floats) -> RegressionAnswer:
    """Return the answer of a head from the shares (k,) of one photo."""
    knots = np.array(head.knots)
    middle = _quantiles(knots, shares[None], np.array([[0.5]]))[0, 0]
    lows, highs = shortest_intervals(knots, shares[None], head.mass)
    return RegressionAnswer(value=float(middle), low=float(lows[0]), high=float(highs[0]))


def shortest_intervals(knots: Floats, shares: Floats, mass: float) -> tuple[Floats, Floats]:
    """Return the ends (n,), (n,) of the shortest intervals that hold a mass of shares (n, k).

    Where a distribution lies evenly between knots, one end of a shortest interval is a knot. Of
    equally short ones it is the lowest. With a mass of a half or more it holds the median.
    """
    starts = np.where(shares + mass <= 1, shares, np.nan)
    ends = np.where(shares >= mass, shares, np.nan)
    here = np.broadcast_to(knots, shares.shape)
    lows = np.concatenate([here, _quantiles(knots, shares, ends - mass)], axis=1)
    highs = np.concatenate([_quantiles(knots, shares, starts + mass), here], axis=1)
    widths = np.where(np.isnan(highs - lows), np.inf, highs - lows)
    place = widths.argmin(axis=1)[:, None]
    low, high = np.take_along_axis(lows, place, 1), np.take_along_axis(highs, place, 1)
    return low[:, 0], high[:, 0]


def _quantiles(knots: Floats, shares: Floats, wanted: Floats) -> Floats:
    """Return the first numbers (n, m) at which shares (n, k) reach wanted ones (n, m); NaN of NaN.

    A share that is there from the first knot on lies on that knot.
    """
    after = np.clip((shares[:, None, :] < wanted[:, :, None]).sum(axis=2), 1, len(knots) - 1)
    start, end = (np.take_along_axis(shares, place, axis=1) for place in (after - 1, after))
    part = np.clip((wanted - start) / np.where(end > start, end - start, 1), 0, 1)
    return np.asarray(knots[after - 1] + part * (knots[after] - knots[after - 1]))
