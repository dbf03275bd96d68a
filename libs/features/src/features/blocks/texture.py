"""Local binary patterns: what surfaces are made of."""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from features.blocks.block import FixedBlock
from features.pixels import Pixels
from features.types import Bytes8, Vector

_NEIGHBOURS = ((0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1))
_CODES = 1 << len(_NEIGHBOURS)
_UNIFORM_CHANGES = 2


@dataclass(frozen=True)
class Texture(FixedBlock):
    """Histograms of uniform local binary patterns at two scales, in bands of rows.

    T. Ojala, M. Pietikainen, T. Maenpaa, "Multiresolution gray-scale and rotation invariant
    texture classification with local binary patterns", PAMI 2002, with the eight direct
    neighbours instead of a circle. A pattern and its mirror image count as one.

    Attributes:
        side: of the working square, pixels.
        bands: of rows, each with histograms of its own.
        tolerance: a neighbour counts as brighter from this many grey levels (0 to 255) up;
            it keeps noise and JPEG blocks out of flat walls and skies.
    """

    name: ClassVar[str] = "texture"
    version: ClassVar[int] = 1

    side: int = 96
    bands: int = 4
    tolerance: int = 4

    def __post_init__(self) -> None:
        """Refuse a tolerance that eight bits cannot hold."""
        if not 1 <= self.tolerance <= 255:  # noqa: PLR2004 - levels of eight bits
            raise ValueError(f"tolerance is {self.tolerance}; give 1 to 255")

    @property
    def width(self) -> int:
        """How many values."""
        return 2 * self.bands * _pattern_count()

    def compute(self, pixels: Pixels) -> Vector:
        """Return square roots of shares, fine scale then coarse, shape (width,)."""
        fine = pixels.grey8
        return np.concatenate([self._shares(fine), self._shares(_halved(fine))])

    def _shares(self, grey: Bytes8) -> Vector:
        codes = binary_patterns(grey, self.tolerance)
        # Count codes first and patterns after: 256 additions a band, not a look-up a pixel.
        band = np.arange(len(codes)) * self.bands // len(codes)
        places = codes + (band * _CODES)[:, None]
        counts = np.bincount(places.ravel(), minlength=self.bands * _CODES)
        sums = counts.reshape(self.bands, _CODES).astype(np.float32) @ _code_to_pattern()
        shares: Vector = np.sqrt(sums.ravel() * np.float32(self.bands / codes.size))
        return shares


def binary_patterns(grey: Bytes8, tolerance: int) -> Bytes8:
    """Return a code for every inner pixel, shape (height - 2, width - 2).

    Bit i is set where neighbour i, counted anticlockwise from the right, is brighter than
    the centre by `tolerance` levels or more.

    Args:
        grey: shape (height, width).
        tolerance: from 1 to 255.
    """
    height, width = grey.shape
    # On the flattened photo a neighbour is a fixed step away, so that whole planes of bytes
    # are compared at once. Codes on the seam of two rows are dropped at the end.
    flat = grey.ravel()
    count = (height - 2) * width - 2
    centre = flat[width + 1 :][:count]
    # At most 255, above which nothing is: a sum would wrap to black.
    limit = np.minimum(centre, np.uint8(256 - tolerance)) + np.uint8(tolerance - 1)
    codes = np.zeros((height - 2) * width, dtype=np.uint8)
    inner = codes[:count]
    for down, right in reversed(_NEIGHBOURS):
        near = flat[(1 + down) * width + 1 + right :][:count]
        inner += inner
        inner |= (near > limit).view(np.uint8)
    return codes.reshape(height - 2, width)[:, : width - 2]


def _halved(grey: Bytes8) -> Bytes8:
    """Return means of 2 x 2 pixels, rounded half up."""
    wide = grey.astype(np.uint16)
    rows = wide[0::2] + wide[1::2]
    return ((rows[:, 0::2] + rows[:, 1::2] + np.uint16(2)) >> np.uint16(2)).astype(np.uint8)


def _mirrored(code: int) -> int:
    bits = len(_NEIGHBOURS)
    return sum((code >> bit & 1) << (bits // 2 - bit) % bits for bit in range(bits))


def _changes(code: int) -> int:
    bits = len(_NEIGHBOURS)
    return sum((code >> bit & 1) != (code >> (bit + 1) % bits & 1) for bit in range(bits))


@cache
def _pattern_of_code() -> NDArray[np.intp]:
    """Number the uniform patterns up to mirroring; all others share the last number."""
    uniform = [code for code in range(_CODES) if _changes(code) <= _UNIFORM_CHANGES]
    kinds = sorted({min(code, _mirrored(code)) for code in uniform})
    numbers = {kind: number for number, kind in enumerate(kinds)}
    return np.array([numbers.get(min(code, _mirrored(code)), len(kinds)) for code in range(_CODES)])


@cache
def _code_to_pattern() -> NDArray[np.float32]:
    """Return 1 where a code is of a pattern, shape (codes, patterns)."""
    return np.eye(_pattern_count(), dtype=np.float32)[_pattern_of_code()]


@cache
def _pattern_count() -> int:
    return int(_pattern_of_code().max()) + 1
