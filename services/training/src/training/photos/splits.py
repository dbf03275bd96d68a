"""Which split a building group lies in."""

import hashlib

from artifacts.records.photos import Split
from training.params import ImportParams


def split_of(group: str, seed: int, params: ImportParams) -> Split:
    """Return the split of a new group, from its name alone.

    Names are hashed, so a group lands where it lands whichever photos come with it or after it;
    what is in the manifest already stays where it is, also when the shares change.
    """
    drawn = int.from_bytes(hashlib.sha256(f"{seed}:{group}".encode()).digest()[:8]) / 2**64
    if drawn < params.holdout_share:
        return "holdout"
    return "validation" if drawn < params.holdout_share + params.validation_share else "train"
