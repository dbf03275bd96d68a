"""Left-right symmetry: portals and gables against what grew piece by piece."""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from features.blocks.block import FixedBlock
from features.pixels import Pixels
from features.types import Plane, Vector

_PLANES = 3
_FLAT = 1.0
"""Added to the variance, so that a band without structure scores 0; far below any structure."""


@dataclass(frozen=True)
class Symmetry(FixedBlock):
    """How well bands of rows correlate with their mirror image, from -1 to 1.

    Pearson's correlation of each band's profile along the columns with the same profile
    reversed: of brightness, of upright edges and of level edges.

    Attributes:
        side: of the working square, pixels.
        bands: of rows, each with a score of its own.
        cells: columns are averaged to so many, so that an axis a little off the middle counts.
    """

    name: ClassVar[str] = "symmetry"
    version: ClassVar[int] = 1

    side: int = 96
    bands: int = 8
    cells: int = 32

    @property
    def width(self) -> int:
        """How many values."""
        return _PLANES * self.bands

    def compute(self, pixels: Pixels) -> Vector:
        """Return scores of the bands from the top, plane after plane, shape (width,)."""
        gradient = pixels.gradient
        planes = (pixels.grey8, np.abs(gradient.right), np.abs(gradient.down))
        sums = np.empty((_PLANES, self.bands, self.side), dtype=np.float32)
        for plane, row in zip(planes, sums, strict=True):
            row[:] = plane.reshape(self.bands, -1, self.side).sum(axis=1, dtype=np.int32)
        profiles = sums @ _centred_cells(self.side, self.cells)
        likeness = (profiles * profiles[..., ::-1]).sum(axis=-1)
        variance = (profiles * profiles).sum(axis=-1)
        scores: Vector = (likeness / (variance + np.float32(_FLAT))).ravel()
        return scores


@lru_cache(maxsize=8)
def _centred_cells(side: int, cells: int) -> Plane:
    """Return what averages a profile to cells and takes its mean off, shape (side, cells)."""
    step = side // cells
    pooled = np.repeat(np.eye(cells, dtype=np.float32), step, axis=0) / np.float32(step)
    centred: Plane = pooled - np.float32(1 / side)
    return centred
