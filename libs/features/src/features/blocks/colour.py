"""Colour: how much of which, and where."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features.blocks.block import FixedBlock
from features.pixels import Pixels
from features.types import Vector


@dataclass(frozen=True)
class Colour(FixedBlock):
    """A joint RGB histogram and the mean colours of a grid, on a thumbnail.

    M. J. Swain and D. H. Ballard, "Color indexing", IJCV 1991; shares are square-rooted.

    Attributes:
        thumbnail: side of the thumbnail, pixels; small, as resampling costs more than counting.
        levels: a channel is cut into, for the histogram.
        grid: cells a row, for the means.
    """

    name: ClassVar[str] = "colour"
    version: ClassVar[int] = 1

    thumbnail: int = 32
    levels: int = 4
    grid: int = 4

    @property
    def width(self) -> int:
        """How many values."""
        return int(self.levels**3) + self.grid * self.grid * 3

    def compute(self, pixels: Pixels) -> Vector:
        """Return histogram, then means (0 to 1), shape (width,)."""
        rgb = pixels.thumbnail(self.thumbnail)
        level = (rgb.astype(np.uint16) * np.uint16(self.levels)) >> np.uint16(8)
        codes = (level[..., 0] * self.levels + level[..., 1]) * self.levels + level[..., 2]
        counts = np.bincount(codes.ravel(), minlength=self.levels**3)
        shares = np.sqrt(counts.astype(np.float32) / np.float32(codes.size))
        cell = self.thumbnail // self.grid
        rows = rgb.reshape(self.grid, cell, -1).sum(axis=1, dtype=np.uint32)
        sums = rows.reshape(self.grid, self.grid, cell, 3).sum(axis=2)
        means = sums.astype(np.float32).ravel() / np.float32(255 * cell * cell)
        return np.concatenate([shares, means])
