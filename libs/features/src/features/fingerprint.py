"""A fingerprint that near-duplicates share, to keep them on one side of a split."""

import numpy as np
from PIL import Image

from features.headers import read_header
from features.photo import Photo
from features.pixels import decode_upright

_SIDE = 16


def difference_hash(photo: Photo) -> bytes:
    """Return the 256-bit difference hash of a photo, 32 bytes.

    Each bit says whether a pixel of the 17 x 16 thumbnail is darker than its right
    neighbour; rows from the top, most significant bit first. Copies that were scaled,
    recompressed or toned differ in few bits: compare by Hamming distance.

    Source: N. Krawetz, "Kind of Like That", The Hacker Factor Blog, 2013 (there 64-bit).

    Raises:
        TruncatedPhoto: the compressed data ends early or is damaged.
    """
    # Well above 17 pixels, so that scaled decoding of a big photo and of its small copy agree.
    grey = decode_upright(read_header(photo.data), decode_side=8 * _SIDE).convert("L")
    small = grey.resize((_SIDE + 1, _SIDE), Image.Resampling.LANCZOS)
    rows = np.asarray(small)
    return np.packbits(rows[:, 1:] > rows[:, :-1]).tobytes()
