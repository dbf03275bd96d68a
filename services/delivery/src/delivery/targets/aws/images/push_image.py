"""Bring an image that was built here to the registry; a tag that is there is never moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from artifacts.digests import hex_part
from artifacts.records.image import ImageRecord
from delivery.targets.aws.aws_errors import NotBuilt
from delivery.targets.aws.images.outcomes import Pushed, Refused

if TYPE_CHECKING:
    from delivery.targets.aws.images.ecr_registry import EcrRegistry
    from delivery.targets.aws.images.image_store import FolderImages


REPOSITORY = "plinth/{}"


def push_image(key: str, store: FolderImages, registry: EcrRegistry) -> Pushed | Refused:
    """Push what was built of a payload or of a service's code; NotBuilt, CloudFailed.

    Its tag is the key in hexadecimal digits. The same image under it: nothing is done. Another
    one: refused.
    """
    record = require_built(key, store)
    repository, tag = repository_of(record), hex_part(key)
    there = registry.image_of(repository, tag)
    if there not in {None, record.image}:
        return Refused(
            f"{repository}:{tag} is {there} in the registry, and {record.image} here: an image of "
            "one payload is built once. Take the registry's record, or revert to a payload of its "
            "own"
        )
    if there:
        return Pushed(repository, tag, record.image, 0, new=False)
    sent = registry.push(repository, tag, store.layout(key))
    return Pushed(repository, tag, record.image, sent, new=True)


def require_built(key: str, store: FolderImages) -> ImageRecord:
    """Return the record of what was built; NotBuilt."""
    if record := store.find(key):
        return record
    raise NotBuilt(key)


def repository_of(record: ImageRecord) -> str:
    """Return the repository that an image belongs into."""
    return REPOSITORY.format(record.service)
