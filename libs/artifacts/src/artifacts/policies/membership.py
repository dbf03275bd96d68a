"""Who is in the holdout, and how a dataset's differs from the one that is pinned."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from artifacts.records.holdout import HoldoutPin, PinnedPhoto
from artifacts.records.photos import PhotoManifest, Split

HOLDOUT: Final[Split] = "holdout"


@dataclass(frozen=True)
class Membership:
    """How a dataset's holdout differs from the pinned one, by photo digests.

    `missing` are pinned and no longer there, `changed` differ from the pin in one of `columns`, and
    `unpinned` are there without being pinned.
    """

    pin: str
    missing: tuple[str, ...]
    changed: tuple[str, ...]
    unpinned: tuple[str, ...]
    columns: tuple[str, ...] = ()

    @classmethod
    def of(cls, pin: HoldoutPin, manifest: PhotoManifest) -> "Membership":
        """Compare a photo manifest's holdout with the pinned one."""
        there = (
            {p.photo: p for p in HoldoutPin.of(pin.model, manifest).photos}
            if (manifest.of_split(HOLDOUT))
            else {}
        )
        pinned = {photo.photo: photo for photo in pin.photos}
        changed = sorted(p for p in pinned.keys() & there.keys() if pinned[p] != there[p])
        return cls(
            pin=pin.split_digest,
            missing=tuple(sorted(pinned.keys() - there.keys())),
            changed=tuple(changed),
            unpinned=tuple(sorted(there.keys() - pinned.keys())),
            columns=differing_columns((pinned[p], there[p]) for p in changed),
        )


def differing_columns(pairs: Iterable[tuple[PinnedPhoto, PinnedPhoto]]) -> tuple[str, ...]:
    """Name the columns in which any photo differs from itself, sorted."""
    return tuple(
        sorted(
            {
                name
                for before, after in pairs
                for name in before.columns.keys() | after.columns.keys()
                if before.columns.get(name) != after.columns.get(name)
            }
        )
    )
