"""Who is in the holdout, and how a dataset's differs from the one that is pinned."""

from dataclasses import dataclass
from typing import Final

from artifacts.records.holdout import HoldoutPin
from artifacts.records.photos import PhotoManifest, Split

HOLDOUT: Final[Split] = "holdout"


@dataclass(frozen=True)
class Membership:
    """How a dataset's holdout differs from the pinned one, by photo digests.

    `missing` are pinned and no longer there, `changed` have another truth or group than pinned, and
    `unpinned` are there without being pinned.
    """

    pin: str
    missing: tuple[str, ...]
    changed: tuple[str, ...]
    unpinned: tuple[str, ...]

    @classmethod
    def of(cls, pin: HoldoutPin, manifest: PhotoManifest) -> "Membership":
        """Compare a photo manifest's holdout with the pinned one."""
        there = (
            {p.photo: p for p in HoldoutPin.of(pin.model, manifest).photos}
            if (manifest.of_split(HOLDOUT))
            else {}
        )
        pinned = {photo.photo: photo for photo in pin.photos}
        return cls(
            pin=pin.split_digest,
            missing=tuple(sorted(pinned.keys() - there.keys())),
            changed=tuple(sorted(p for p in pinned.keys() & there.keys() if pinned[p] != there[p])),
            unpinned=tuple(sorted(there.keys() - pinned.keys())),
        )
