"""Nearest neighbours whose arithmetic is exact, so that every implementation finds the same."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

_ROWS = 512
"""Photos that are compared at once: 512 with 10,000 take 60 MB."""


class NeighboursClassifier:
    """Rank-weighted nearest neighbours over features in a few levels.

    A vote more or less is a label more or less, and which photo is the k-th nearest hangs on the
    last bits of a distance: with float32 distances, ONNX and scikit-learn disagree. Here a feature
    counts how many of its quantiles (of the training photos) it is above, 0 to levels - 1. Squared
    distances between such vectors are whole numbers far below 2**24, which float32 and integers
    hold exactly in whatever order they are added; of equally near photos the first is nearer.
    Levels by rank also serve the purpose of standardising, and an outlier can't stretch a feature.

    The nearest of k votes with weight k, the next with k - 1, and the last with 1 (Dudani, The
    distance-weighted k-nearest-neighbor rule, IEEE Trans. SMC 6(4), 1976): ties are rarer than
    with plain votes, and weights are whole numbers still. Every label has one vote to begin with
    (Laplace's rule of succession), for a label that no neighbour has is rare and not impossible.
    """

    classes_: NDArray[np.intp]
    thresholds_: NDArray[np.float32]
    seen_: NDArray[np.uint8]
    votes_: NDArray[np.float32]
    weights_: NDArray[np.float32]

    def __init__(self, neighbours: int, levels: int) -> None:
        self.neighbours = neighbours
        self.levels = levels

    def fit(self, vectors: NDArray[np.float32], labels: NDArray[np.intp]) -> Self:
        """Remember photos: vectors (n, width) and labels (n,)."""
        self.classes_, indices = np.unique(labels, return_inverse=True)
        inner = np.linspace(0, 1, self.levels + 1)[1:-1]
        # "lower" takes thresholds from the data, as float32; an interpolated one has more digits.
        self.thresholds_ = np.quantile(vectors, inner, axis=0, method="lower")
        self.seen_ = self._binned(vectors)
        self.votes_ = np.eye(len(self.classes_), dtype=np.float32)[indices]
        nearest = min(self.neighbours, len(vectors))
        self.weights_ = np.arange(nearest, 0, -1, dtype=np.float32)
        return self

    def predict_proba(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return each label's share of the votes, (n, classes), for vectors (n, width)."""
        blocks = [vectors[i : i + _ROWS] for i in range(0, len(vectors), _ROWS)]
        return np.concatenate([self._shares(block) for block in blocks])

    def predict(self, vectors: NDArray[np.float32]) -> NDArray[np.intp]:
        """Return the label (n,) with most votes, the first among equals."""
        found: NDArray[np.intp] = self.classes_[self.predict_proba(vectors).argmax(axis=1)]
        return found

    def _shares(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        seen = self.seen_.astype(np.float32)
        # Less the photo's own square, which all distances share.
        distances = (seen**2).sum(axis=1) - 2 * (self._binned(vectors).astype(np.float32) @ seen.T)
        keys = distances.astype(np.int64) * len(seen) + np.arange(len(seen))
        nearest = np.argsort(keys, axis=1)[:, : len(self.weights_)]
        votes = np.einsum("k,nkc->nc", self.weights_.astype(np.float64), self.votes_[nearest])
        return np.asarray((votes + 1) / (self.weights_.sum() + len(self.classes_)), np.float64)

    def _binned(self, vectors: NDArray[np.float32]) -> NDArray[np.uint8]:
        levels = np.zeros(vectors.shape, np.uint8)
        for threshold in self.thresholds_:
            levels += vectors > threshold
        return levels
