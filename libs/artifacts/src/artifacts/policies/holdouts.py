"""The pinned holdout grows, and never shrinks: what a model was judged on, its successors are."""

from dataclasses import dataclass

from artifacts.policies.membership import HOLDOUT, Membership, differing_columns
from artifacts.records.holdout import HoldoutPin
from artifacts.records.photos import PhotoManifest
from artifacts.refusal import Refusal

SHOWN = 5


@dataclass(frozen=True)
class Grown:
    """A pin, and how many photos of it are new."""

    pin: HoldoutPin
    added: int


def grow(before: HoldoutPin | None, model: str, manifest: PhotoManifest) -> Grown | Refusal:
    """Return the pin of a photo manifest's holdout, or say why it may not follow the one before.

    Photos may be added. A pinned photo that is gone, or has another group, truth, source or slice,
    would make later numbers incomparable with earlier ones, and is how a holdout is made easier.
    """
    if not manifest.of_split(HOLDOUT):
        return Refusal("the photo manifest has no holdout: there is nothing to pin")
    after = HoldoutPin.of(model, manifest)
    if before is None:
        return Grown(after, len(after.photos))
    found = Membership.of(before, manifest)
    lost = [*_said(found.missing, "missing"), *_said(found.changed, _changed(found.columns))]
    if lost:
        reason = "; ".join(lost)
        return Refusal(f"the holdout may only grow: {reason}. Bring them back as they were")
    return Grown(after, len(found.unpinned))


def _said(photos: tuple[str, ...], what: str) -> list[str]:
    if not photos:
        return []
    more = f" and {len(photos) - SHOWN} more" if len(photos) > SHOWN else ""
    return [f"{len(photos)} pinned photos are {what} ({', '.join(photos[:SHOWN])}{more})"]


def shrunk(before: HoldoutPin, after: HoldoutPin) -> str:
    """Say what of a pin is gone or says something else in the next one; nothing if it only grew."""
    kept = {photo.photo: photo for photo in after.photos}
    missing = tuple(photo.photo for photo in before.photos if photo.photo not in kept)
    changed = [(p, kept[p.photo]) for p in before.photos if kept.get(p.photo, p) != p]
    what = _changed(differing_columns(changed))
    return "; ".join([*_said(missing, "missing"), *_said(tuple(p.photo for p, _ in changed), what)])


def _changed(columns: tuple[str, ...]) -> str:
    return f"changed in {', '.join(columns)}"
