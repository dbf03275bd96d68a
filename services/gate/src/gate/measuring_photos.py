"""What is done to photos one by one: looked at, and made worse. It runs in processes of its own.

Vectors are made by the very extractor that serving uses. A photo that can't be used is a value
here: an exception would have to travel between processes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from artifacts.digests import hex_part
from artifacts.errors import ArtifactError
from artifacts.folder import ModelArtifact
from features import (
    CORRUPTIONS,
    OtherPicture,
    PhotoRefused,
    corrupt_photo,
    difference_hash,
    mean_brightness,
    read_photo,
)
from gate.dataset import FolderDataset
from gate.measures.slices import Traits
from scoring.scorer import FEATURE_SCHEMA, WEIGHTS, Vectors, extractor_of


@dataclass(frozen=True, eq=False)
class Look:
    """One photo's vector (width,), its 32-byte difference hash and its traits."""

    vector: Vectors
    fingerprint: bytes
    traits: Traits


@dataclass(frozen=True)
class Unusable:
    """A photo that is missing, changed or refused, and why."""

    photo: str
    reason: str


def without_heads(artifact: ModelArtifact) -> ModelArtifact:
    """Return an artifact with what vectors need and no more: it travels between processes."""
    needed = {
        path: data
        for path, data in artifact.files.items()
        if path == FEATURE_SCHEMA or path.startswith(WEIGHTS)
    }
    return ModelArtifact(artifact.manifest, needed)


def look_at_photos(
    dataset: FolderDataset, artifact: ModelArtifact, photos: Sequence[str]
) -> list[Look | Unusable]:
    """Look at photos, named by digest, with an artifact's extractor."""
    extractor = extractor_of(artifact)

    def look(digest: str) -> Look | Unusable:
        try:
            photo = read_photo(dataset.photo(digest))
            traits = Traits(mean_brightness(photo), min(photo.width, photo.height))
            return Look(extractor.extract(photo), difference_hash(photo), traits)
        except (ArtifactError, PhotoRefused) as exc:
            return Unusable(digest, str(exc))

    return [look(digest) for digest in photos]


def other_vectors(artifact: ModelArtifact, pictures: Sequence[OtherPicture]) -> list[Vectors]:
    """Return the vector of each picture that shows something else than a building."""
    extractor = extractor_of(artifact)
    return [extractor.extract(picture.data) for picture in pictures]


def corrupted_vectors(
    dataset: FolderDataset, artifact: ModelArtifact, seed: int, photos: Sequence[str]
) -> list[Vectors | Unusable]:
    """Return for each photo the vectors of its corrupted copies, (corruptions, width).

    What is random depends on the seed, the artifact and the photo, not on which process has it: who
    trains can't know the copies before the model is fixed, and judging again makes the same ones.
    """
    extractor, model = extractor_of(artifact), _number(artifact.digest)

    def corrupted(digest: str) -> Vectors | Unusable:
        generator = np.random.default_rng((seed, model, _number(digest)))
        try:
            copies = corrupt_photo(dataset.photo(digest), CORRUPTIONS, generator)
            return extractor.extract_many(copies)
        except (ArtifactError, PhotoRefused) as exc:
            return Unusable(digest, str(exc))

    return [corrupted(digest) for digest in photos]


def _number(digest: str) -> int:
    return int(hex_part(digest)[:16], 16)
