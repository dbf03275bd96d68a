"""Photos of the holdout that lie in another split as well, or look as if they did."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from artifacts.records.evidence import NearDuplicate
from gate.measures.looks import Looks

OtherSplit = Literal["train", "validation"]
_CHUNK = 128
"""Holdout photos compared with a whole split at once: bounds memory."""


def find_near_duplicates(
    holdout: Looks, other: Looks, split: OtherSplit, within_bits: int
) -> tuple[NearDuplicate, ...]:
    """Return for each holdout photo the photo of another split that is most like it, alike first.

    Only pairs whose 256-bit difference hashes differ in at most `within_bits` bits. The photos of
    one building group lie in one split whole, so no pair of them is here.
    """
    if not len(holdout.photos) or not len(other.photos):
        return ()
    nearest, bits = _nearest(holdout.fingerprints, other.fingerprints)
    order = np.argsort(bits, kind="stable")
    return tuple(
        NearDuplicate(
            holdout=holdout.photos[i],
            other=other.photos[nearest[i]],
            split=split,
            bits=int(bits[i]),
        )
        for i in order
        if bits[i] <= within_bits
    )


def by_likeness(found: Sequence[NearDuplicate]) -> tuple[NearDuplicate, ...]:
    """Sort pairs, the most alike first."""
    return tuple(sorted(found, key=lambda pair: (pair.bits, pair.holdout, pair.split)))


def _nearest(
    ours: NDArray[np.uint8], theirs: NDArray[np.uint8]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return for each of our hashes (n, 32) the index of the nearest of theirs, and the bits."""
    left, right = (np.ascontiguousarray(hashes).view(np.uint64) for hashes in (ours, theirs))
    nearest = np.zeros(len(left), dtype=np.intp)
    bits = np.zeros(len(left), dtype=np.intp)
    for start in range(0, len(left), _CHUNK):
        part = slice(start, start + _CHUNK)
        differing = np.bitwise_count(left[part, None] ^ right[None]).sum(axis=2, dtype=np.intp)
        nearest[part] = differing.argmin(axis=1)
        bits[part] = differing.min(axis=1)
    return nearest, bits
