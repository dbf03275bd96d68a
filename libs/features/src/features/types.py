"""Array types, so that signatures say what an array holds."""

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
"""Feature values, shape (width,), or (n, width) for many photos."""

Bytes8 = NDArray[np.uint8]
"""Eight-bit pixels: (side, side) grey or (side, side, 3) RGB."""

Plane = NDArray[np.float32]
"""One float value a pixel, shape (side, side)."""

Differences = NDArray[np.int16]
"""Signed differences of eight-bit levels, -255 to 255, shape (side, side)."""
