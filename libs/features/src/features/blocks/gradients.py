"""Pairs of gradients: corners, curves, repeated lines and ornament, wherever they are."""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from features.blocks.block import FixedBlock
from features.pixels import Gradient, Pixels
from features.types import Bytes8, Plane, Vector

_DISPLACEMENTS = ((0, 1), (1, 0), (1, 1), (1, -1))
_FOLDED = 3
"""Kinds of displacement once the two diagonals are folded into one."""
_WHITE = 255


@dataclass(frozen=True)
class Gradients(FixedBlock):
    """Joint histograms of the gradient directions of two pixels some way apart.

    T. Watanabe, S. Ito, K. Yokoi, "Co-occurrence histograms of oriented gradients", PSIVT
    2009, over the whole photo and over bands of rows. Only pairs with two strong ends count,
    each once. Square roots of shares, as in RootSIFT (R. Arandjelovic and A. Zisserman, CVPR
    2012). A photo and its mirror image have the same values: buildings are as good either way
    round, and half the values need half the photos to learn from.

    Attributes:
        side: of the working square, pixels.
        directions: of the gradient over the full turn, a multiple of four.
        distances: between the two pixels, right, down and along both diagonals, pixels.
        bands: of rows, each with histograms of its own for `band_distance`.
        band_distance: one of `distances`.
        threshold: a gradient is strong from this many times the photo's mean strength up.
    """

    name: ClassVar[str] = "gradients"
    version: ClassVar[int] = 1

    side: int = 96
    directions: int = 8
    distances: tuple[int, ...] = (1, 3, 9)
    bands: int = 3
    band_distance: int = 3
    threshold: float = 1.0

    @property
    def width(self) -> int:
        """How many values."""
        return (len(self.distances) + self.bands) * _FOLDED * self.directions**2

    def compute(self, pixels: Pixels) -> Vector:
        """Return whole-photo shares by distance, then those of the bands, shape (width,)."""
        counts = self._pairs(pixels.gradient)
        here, mirrored = _fold(len(self.distances), self.bands, self.directions)
        pairs = counts.take(here) + counts.take(mirrored)
        whole = pairs.sum(axis=2)
        banded = pairs[self.distances.index(self.band_distance)]
        return np.concatenate([_root_shares(whole), _root_shares(banded)])

    def _pairs(self, gradient: Gradient) -> Vector:
        """Return counts, shape (distances * 4 * bands * directions * (directions + 1),)."""
        strong = gradient.strength > self.threshold * gradient.strength.mean()
        stride = self.side + max(self.distances)
        framed = np.zeros((stride, stride), dtype=np.bool_)
        framed[: self.side, : self.side] = strong
        start = np.flatnonzero(framed)
        # Weak pixels have one code more than there are directions, and so has a frame right
        # of and below the photo: no pair leaves it, as a step to the left of a row lands in
        # the frame of the row above. Of the width that bincount wants, so that it copies nothing.
        code = np.full(stride * stride, self.directions, dtype=np.intp)
        code[start] = _quantised_directions(gradient, np.flatnonzero(strong), self.directions)
        ends = self.directions + 1
        first = (self._bands(start, stride) * self.directions + code[start]) * ends
        size = self.bands * self.directions * ends
        counts = np.empty((len(self.distances) * len(_DISPLACEMENTS), size), dtype=np.float32)
        # One displacement at a time, so that the working set stays in the cache.
        for row, offset in zip(counts, _offsets(self.distances, stride), strict=True):
            pair = code[offset:].take(start, mode="clip")
            pair += first
            row[:] = np.bincount(pair, minlength=size)
        return counts.ravel()

    def _bands(self, start: NDArray[np.intp], stride: int) -> NDArray[np.intp]:
        """Return the band of rows that each place, in ascending order, lies in."""
        band = np.arange(self.bands + 1)
        cuts = np.searchsorted(start, -(-band * self.side // self.bands) * stride)
        return np.repeat(band[:-1], np.diff(cuts))


@lru_cache(maxsize=8)
def _fold(distances: int, bands: int, directions: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where counts and those of the mirror image lie in the flattened counts of `_pairs`.

    Each of shape (distances, 3, bands, directions, directions).
    """
    shape = (distances, len(_DISPLACEMENTS), bands, directions, directions + 1)
    place = np.arange(np.prod(shape), dtype=np.intp).reshape(shape)[..., :directions]
    mirror = (directions // 2 - np.arange(directions)) % directions
    mirrored = place[..., mirror, :][..., mirror]
    # Mirrored, the right end of a level pair is its left one, and the diagonals swap.
    level = mirrored[:, 0].swapaxes(-1, -2)
    return place[:, :_FOLDED].copy(), np.stack([level, mirrored[:, 1], mirrored[:, 3]], axis=1)


def _root_shares(counts: Plane) -> Vector:
    total = counts.sum()
    flat: Vector = counts.ravel()
    return np.sqrt(flat / total) if total > 0 else np.zeros_like(flat)


def _offsets(distances: tuple[int, ...], stride: int) -> list[int]:
    """Return the displacements in a flattened plane of rows `stride` long."""
    return [step * (down * stride + right) for step in distances for down, right in _DISPLACEMENTS]


def _quantised_directions(gradient: Gradient, places: NDArray[np.intp], directions: int) -> Bytes8:
    """Return the nearest direction at each place, 0 to the right, growing downwards."""
    index = gradient.down.take(places).astype(np.intp)
    index += _WHITE
    index *= 2 * _WHITE + 1
    index += gradient.right.take(places)
    index += _WHITE
    return _direction_table(directions).take(index, mode="clip")


@lru_cache(maxsize=8)
def _direction_table(directions: int) -> NDArray[np.uint8]:
    """Directions of all differences that eight bits allow: a look-up costs less than arctan2."""
    levels = np.arange(-_WHITE, _WHITE + 1)
    turn = np.arctan2(levels[:, None], levels[None, :]) * (directions / (2 * np.pi))
    table = (np.floor(turn + 0.5).astype(np.int64) % directions).astype(np.uint8).ravel()
    table.flags.writeable = False
    return table
