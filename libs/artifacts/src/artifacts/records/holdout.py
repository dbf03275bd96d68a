"""HoldoutPin: the photos that a model's holdout consists of, kept in git, only ever added to."""

from typing import Annotated

from pydantic import Field, model_validator

from artifacts.digests import Digest, digest_json
from artifacts.records.manifest import ModelName
from artifacts.records.photos import PhotoManifest, PhotoRow
from artifacts.records.record import Part, Record


class PinnedPhoto(Part):
    """A photo of the holdout with all that its score depends on."""

    photo: Digest
    group: str
    style: str
    year: int | None

    @classmethod
    def of(cls, row: PhotoRow) -> "PinnedPhoto":
        """Take what is pinned from a row of the photo manifest."""
        return cls(photo=row.photo, group=row.group, style=row.style, year=row.year)


class HoldoutPin(Record):
    """A holdout's membership, sorted by photo. Its digest is that of the split it pins."""

    model: ModelName
    photos: Annotated[tuple[PinnedPhoto, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _sorted(self) -> "HoldoutPin":
        names = [photo.photo for photo in self.photos]
        if names != sorted(set(names)):
            raise ValueError("the photos are not sorted, or one stands twice")
        return self

    @classmethod
    def of(cls, model: str, manifest: PhotoManifest) -> "HoldoutPin":
        """Pin a manifest's holdout as it is."""
        rows = manifest.of_split("holdout")
        return cls(model=model, photos=tuple(PinnedPhoto.of(row) for row in rows))

    @property
    def split_digest(self) -> str:
        """The digest that a photo manifest gives for a holdout of exactly these photos."""
        return digest_json([[p.photo, p.group, p.style, p.year] for p in self.photos])
