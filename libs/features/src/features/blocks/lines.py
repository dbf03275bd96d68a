"""Lines: how strongly edges line up, and at which spacing they repeat."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features.blocks.block import FixedBlock
from features.pixels import Pixels
from features.types import Vector

_PROFILES = 3
_EXTRA = 2
"""Values of a profile besides its spectrum: contrast and share."""
_LEAST = 1e-6


@dataclass(frozen=True)
class Lines(FixedBlock):
    """Spectra of edge profiles: upright edges by column, level edges by row.

    A profile sums edge strength along the direction of the edge, so that a long line is a
    spike and a row of columns or windows a comb, whose spacing the Fourier transform shows.
    There are three: upright edges in the upper half, in the lower half, and level edges.

    Attributes:
        side: of the working square, pixels.
        edges: first frequency of each band of the spectrum, cycles a side; the last band ends
            at half of `side`, where a period is two pixels.
    """

    name: ClassVar[str] = "lines"
    version: ClassVar[int] = 1

    side: int = 96
    edges: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 18, 22, 28, 36)

    @property
    def width(self) -> int:
        """How many values."""
        return _PROFILES * (len(self.edges) + _EXTRA)

    def compute(self, pixels: Pixels) -> Vector:
        """Return the values of the three profiles one after another, shape (width,).

        Of each: square roots of the shares of its power by band, its contrast (root of that
        power over the constant part) and its share of all edge strength.
        """
        upright, level = np.abs(pixels.gradient.right), np.abs(pixels.gradient.down)
        profiles = np.empty((_PROFILES, self.side))
        profiles[:2] = upright.reshape(2, -1, self.side).sum(axis=1, dtype=np.int32)
        profiles[2] = level.sum(axis=1, dtype=np.int32)
        spectrum = np.fft.rfft(profiles)
        constant = spectrum.real[:, :1]
        power = np.add.reduceat(spectrum.real**2 + spectrum.imag**2, self.edges, axis=1)
        total = power.sum(axis=1, keepdims=True)
        values = np.empty((_PROFILES, len(self.edges) + _EXTRA), dtype=np.float32)
        values[:, :-_EXTRA] = np.sqrt(power / (total + _LEAST))
        values[:, -2:-1] = np.sqrt(total) / (constant + _LEAST)
        values[:, -1:] = constant / (constant.sum() + _LEAST)
        return values.ravel()
