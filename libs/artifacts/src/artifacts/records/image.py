"""ImageRecord: an image that was built of a service, and all that went into it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from artifacts.digests import Digest
from artifacts.records.manifest import Commit
from artifacts.records.record import Record


class ImageRecord(Record):
    """An image, named by the digest of its manifest as a registry names it.

    An image of the inference service holds code and models: `payload` is the digest of the payload
    that it was built of, which names no image yet, and `models` the digests of its models.
    """

    service: Literal["inference", "training", "delivery"]
    image: Digest
    payload: Digest | None = None
    models: tuple[Digest, ...] = ()
    commit: Commit
    code: Digest
    """Of the service's sources and lock."""
    base: Digest
    """Of the base image."""
    sbom: Digest
    """Of the CycloneDX file beside this record."""
    size: Annotated[int, Field(gt=0)]
    """Bytes of all layers, unpacked."""
    built_with: Annotated[str, Field(min_length=1, max_length=200)]
    built_at: datetime | None = None
    """None in a record from before records of images had a time: its signature is judged now."""

    @property
    def stated_at(self) -> datetime | None:
        """When it was built."""
        return self.built_at

    @model_validator(mode="after")
    def _whole(self) -> "ImageRecord":
        if (self.service == "inference") != bool(self.payload and self.models):
            raise ValueError("an image of inference, and no other, names its payload and models")
        return self
