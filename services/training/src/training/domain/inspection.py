"""One file of a folder of photos: sound, or what is wrong with it."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from artifacts.digests import digest_bytes
from features import Photo, PhotoRefused, difference_hash, read_photo, verify_photo
from training.domain.found_photos import SoundPhoto
from training.domain.layout import misplaced
from training.domain.problems import Problem
from training.domain.sources import FoundFile, TableRow
from training.models.definition import ModelDefinition

EXTENSIONS: Final = {
    "JPEG": frozenset({".jpg", ".jpeg", ".jpe", ".jfif"}),
    "PNG": frozenset({".png"}),
    "WEBP": frozenset({".webp"}),
}
SERVICE_LIMIT_BYTES: Final = 10_000_000
"""What the service takes of one request by default; a test holds it to the service's setting."""


@dataclass(frozen=True)
class Candidate:
    """A file that may be a photo, and what the table says of it.

    `group_lost` says why its building can't be known, "" where it can or there is none.
    """

    found: FoundFile
    row: TableRow
    group_lost: str = ""


def inspect(candidate: Candidate, data: bytes, model: ModelDefinition) -> SoundPhoto | Problem:
    """Judge one file by its place, its table row and its bytes, which are decoded in full."""
    found, digest = candidate.found, digest_bytes(data)
    if problem := misplaced(found, digest, model):
        return problem
    if candidate.group_lost:
        advice = "Correct its row in the table, so that its building is known"
        return Problem(found.path, digest, "group_unknown", candidate.group_lost, advice)
    style = model.label_of_folder(found.style_folder or "") or ""
    try:
        photo = read_photo(data)
        verify_photo(photo)
        fingerprint = difference_hash(photo)
    except PhotoRefused as exc:
        return Problem(found.path, digest, exc.code, exc.reason, exc.advice)
    warnings = (*_wrong_ending(found, photo), *_too_large_to_serve(found, photo))
    return SoundPhoto(found.path, digest, style, fingerprint, candidate.row, warnings)


def _wrong_ending(found: FoundFile, photo: Photo) -> tuple[Problem, ...]:
    ending = PurePosixPath(found.path).suffix.lower()
    right = EXTENSIONS[photo.format]
    if ending in right:
        return ()
    reason = f"the name ends in {ending or 'nothing'!r}, the bytes are {photo.format}"
    advice = f"Nothing must be done; the usual ending is {' or '.join(sorted(right))}"
    return (Problem(found.path, photo.digest, "wrong_extension", reason, advice),)


def _too_large_to_serve(found: FoundFile, photo: Photo) -> tuple[Problem, ...]:
    if len(photo.data) <= SERVICE_LIMIT_BYTES:
        return ()
    limit, size = SERVICE_LIMIT_BYTES / 1e6, len(photo.data) / 1e6
    reason = f"the service takes at most {limit:.0f} MB, and would refuse it ({size:.1f} MB)"
    advice = "It can be trained on; a user of the service would have to scale it down"
    return (Problem(found.path, photo.digest, "over_service_limit", reason, advice),)
