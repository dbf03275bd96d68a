"""Vectors and truths of the photos that a model is trained on."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artifacts.records.photos import PhotoManifest, PhotoRow
from training.models.definition import ModelDefinition


def seen(manifest: PhotoManifest) -> tuple[PhotoRow, ...]:
    """Return the rows of the photos that training looks at: all but those of the holdout.

    The holdout is the gate's. Of its photos training has the rows, which git shows to everybody,
    and neither bytes nor vectors: what was never there can't be learned by heart.
    """
    return tuple(row for row in manifest.rows if row.split != "holdout")


@dataclass(frozen=True)
class TrainingSet:
    """Of n photos: vectors (n, width), labels (n,), numbers (n,), groups (n,).

    A value is NaN where the photo's is unknown; `labels` are indices into `names`; `runs` are the
    widths of the parts of a vector, as `FeatureSchema.runs`.
    """

    vectors: NDArray[np.float32]
    names: tuple[str, ...]
    labels: NDArray[np.intp]
    values: NDArray[np.float64]
    groups: NDArray[np.intp]
    runs: tuple[int, ...]

    def valued(self) -> "TrainingSet":
        """Return the photos whose value is known."""
        return self._those(np.isfinite(self.values))

    def without_groups(self, groups: NDArray[np.intp]) -> "TrainingSet":
        """Return the photos of all other groups."""
        return self._those(~np.isin(self.groups, groups))

    def _those(self, wanted: NDArray[np.bool_]) -> "TrainingSet":
        return TrainingSet(
            self.vectors[wanted],
            self.names,
            self.labels[wanted],
            self.values[wanted],
            self.groups[wanted],
            self.runs,
        )


def training_set(
    rows: tuple[PhotoRow, ...], vectors: NDArray[np.float32], model: ModelDefinition
) -> TrainingSet:
    """Put photos and their vectors (n, width) together. Labels are those that occur."""
    names = tuple(sorted({row.style for row in rows}, key=model.classification.labels.index))
    truths = [row.truth(model.regression.name) for row in rows]
    _, groups = np.unique([row.group for row in rows], return_inverse=True)
    return TrainingSet(
        vectors=vectors,
        names=names,
        labels=np.array([names.index(row.style) for row in rows], dtype=np.intp),
        values=np.array([math.nan if t is None else float(t) for t in truths]),
        groups=groups.astype(np.intp),
        runs=model.schema().runs,
    )
