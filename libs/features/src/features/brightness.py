"""How bright a photo is, to tell night from day and backlight from sun."""

import numpy as np

from features.headers import read_header
from features.photo import Photo
from features.pixels import decode_upright

_DECODE_SIDE = 32
"""A mean needs few pixels; scaled decoding averages, and so keeps it."""


def mean_brightness(photo: Photo) -> float:
    """Return the mean luma (ITU-R BT.601) of a photo's pixels, 0 to 1.

    Raises:
        TruncatedPhoto: the compressed data ends early or is damaged.
    """
    grey = decode_upright(read_header(photo.data), decode_side=_DECODE_SIDE).convert("L")
    return float(np.asarray(grey).mean()) / 255
