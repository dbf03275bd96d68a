"""What features are divided by, and how much the parts of a vector count, for all that compares."""

import numpy as np
from numpy.typing import NDArray

_COLUMNS = 512
"""Columns that are spread at once: numpy copies them to float64."""

Floats = NDArray[np.float64]
Vectors = NDArray[np.float32]


def means_and_inverses(vectors: Vectors) -> tuple[Vectors, Floats]:
    """Return each feature's mean (width,) and inverse standard deviation (width,) over (n, width).

    A feature that doesn't vary, but for rounding, has an inverse of 0.
    """
    mean = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    columns = np.array_split(vectors, -(-vectors.shape[1] // _COLUMNS), axis=1)
    spread = np.concatenate([some.std(axis=0, dtype=np.float64) for some in columns])
    with np.errstate(divide="ignore"):
        return mean, np.where(spread > np.abs(mean) * 1e-6, 1 / spread, 0.0)


def shares_of_runs(runs: tuple[int, ...], hand_made: float) -> Floats:
    """Return a share for each feature: learned runs share 1, the hand-made one has its own.

    `runs` are widths as `FeatureSchema.runs`; without a learned run the hand-made one has 1.
    """
    *learned, last = runs
    parts = [(1 / len(learned), width) for width in learned]
    parts.append((hand_made if learned else 1.0, last))
    return np.concatenate([np.full(width, part / max(width, 1)) for part, width in parts])
