"""HoldoutPin: the photos that a model's holdout consists of, kept in git, only ever added to."""

from typing import Annotated

from pydantic import Field, model_validator

from artifacts.digests import Digest
from artifacts.records.manifest import ModelName
from artifacts.records.photos import SLICE, PhotoManifest, PhotoRow, Text, digest_rows
from artifacts.records.record import Part, Record


class PinnedPhoto(Part):
    """A photo of the holdout with every column that a rule may read of it.

    The columns are those of a row of the photo manifest, without the split (a pinned photo is of
    the holdout) and without the licence, which no rule reads and people may have to correct.
    """

    photo: Digest
    group: Text
    style: Text
    year: int | None
    source: Text
    slices: dict[Text, Text]

    @classmethod
    def of(cls, row: PhotoRow) -> "PinnedPhoto":
        """Take what is pinned from a row of the photo manifest."""
        return cls.model_validate({name: getattr(row, name) for name in cls.model_fields})

    @property
    def columns(self) -> dict[str, str | int | None]:
        """Every pinned column by the name that it has in a photo manifest: `slice.region`."""
        fixed = self.model_dump(exclude={"slices"})
        return fixed | {f"{SLICE}{name}": value for name, value in self.slices.items()}


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
        return digest_rows(self.photos)
