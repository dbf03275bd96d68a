"""When a model should not answer: inputs that are unlike what it learned from, or like no label.

How strange a vector is needs no label and no family: it is the mean square of its standardised
features. An embedding's layers weigh alike, however wide they are, and what is computed by hand
0.3 of them, as in kernels.py.
"""

import math
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from artifacts.digests import digest_bytes, digest_json
from artifacts.records.manifest import DecliningHead
from features import OtherPicture
from training.fitting.standardising import means_and_inverses, shares_of_runs

HEAD = "declined"
FAMILY = "spread"
HAND_MADE = 0.3
FARTHEST = 100.0
"""Standard deviations at most: so that one feature which hardly varied doesn't decide alone."""
PICTURES_MISSED = 0.05
"""The share of the pictures that the limit may let pass, where buildings leave room for it."""

_BLOCK = 512
"""Rows that are computed at once."""

Floats = NDArray[np.float64]
Vectors = NDArray[np.float32]


class Strangeness:
    """The mean square of standardised features: 1 in the mean over the vectors learned from."""

    mean_: Vectors
    scale_: Vectors
    share_: Vectors

    def fit(self, vectors: Vectors, runs: tuple[int, ...]) -> Self:
        """Learn from vectors (n, width), whose parts are as wide as `FeatureSchema.runs` says."""
        self.mean_, inverse = means_and_inverses(vectors)
        self.scale_ = inverse.astype(np.float32)
        shares = shares_of_runs(runs, HAND_MADE)
        self.share_ = (shares / shares.sum()).astype(np.float32)
        return self

    def predict(self, vectors: Vectors) -> Floats:
        """Return how strange vectors (n, width) are: (n,), at least 0."""
        found = np.zeros(len(vectors))
        for start in range(0, len(vectors), _BLOCK):
            some = (vectors[start : start + _BLOCK] - self.mean_) * self.scale_
            np.clip(some, -FARTHEST, FARTHEST, out=some)
            found[start : start + _BLOCK] = (some * some) @ self.share_
        return found


def declining_head(
    of: str, level: float, buildings: Floats, others: Floats, honest: Floats, pictures: str
) -> DecliningHead:
    """Return the head that declines, with limits for at most the share `level` of photos each.

    `buildings` (n,) and `others` (m,) say how strange photos are that weren't learned from, and
    pictures of something else, whose digest is `pictures`. The limit of strangeness lies halfway,
    by ratio, between the highest of the buildings at the level and the lowest of the pictures but
    for a share of them; where these overlap it is the buildings' alone. `honest` (k, labels) are
    probabilities of photos by models without them.
    """
    highest = _conformal(buildings, level)
    lowest = float(np.quantile(others, PICTURES_MISSED, method="lower"))
    limit = math.sqrt(highest * max(highest, lowest))
    return DecliningHead(
        name=HEAD,
        of=of,
        family=FAMILY,
        file=f"heads/{HEAD}.onnx",
        level=level,
        limit=limit,
        least_probability=-_conformal(-honest.max(axis=1), level),
        pictures=pictures,
        pictures_tried=len(others),
        pictures_declined=int((others > limit).sum()),
    )


def pictures_digest(pictures: Sequence[OtherPicture]) -> str:
    """Return the digest of pictures: that of their files' digests, in order."""
    return digest_json([digest_bytes(picture.data) for picture in pictures])


def _conformal(scores: Floats, level: float) -> float:
    """Return the score that a new one is above with a probability of at most `level`.

    The rank is that of split conformal prediction, ceil((n + 1)(1 - level)); of too few scores it
    is the highest.
    """
    rank = min(len(scores), math.ceil((len(scores) + 1) * (1 - level)))
    return float(np.sort(scores)[rank - 1])
