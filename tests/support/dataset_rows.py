"""The rows of a photo manifest, made up."""

from artifacts.digests import digest_json
from artifacts.records.photos import PhotoManifest, PhotoRow

LABELS = ("baroque", "gothic", "tudor_revival")


PHOTOS, PER_GROUP = 200, 2


def dataset_rows(photos: int = PHOTOS, per_group: int = PER_GROUP) -> PhotoManifest:
    """A photo manifest whose holdout has that many photos, so many of each building."""
    digests = sorted(digest_json(f"photo {i}") for i in range(photos))
    return PhotoManifest(
        rows=tuple(
            PhotoRow(
                photo=photo,
                split="holdout",
                group=f"building {i // per_group}",
                style=LABELS[i % len(LABELS)],
                year=1900 + i % 50,
                source="made up",
                licence="CC0-1.0",
            )
            for i, photo in enumerate(digests)
        )
    )
