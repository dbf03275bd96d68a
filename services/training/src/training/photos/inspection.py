"""One file of a folder of photos: sound, or what is wrong with it."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from artifacts.digests import digest_bytes
from features import ENDINGS, Photo, PhotoRefused, difference_hash, read_photo, verify_photo
from training.models.definition import ModelDefinition
from training.photos.layout import misplaced
from training.photos.problems import Problem
from training.photos.sources import FoundFile, SoundPhoto, TableRow


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
        return Problem(found.path, digest, exc.code, exc.reason, exc.advice, cause=exc.cause)
    warnings = (*_oddities(found, photo), *_wrong_ending(found, photo))
    return SoundPhoto(found.path, digest, style, fingerprint, candidate.row, warnings)


def _oddities(found: FoundFile, photo: Photo) -> tuple[Problem, ...]:
    advice = "Look at the photo, and export it again if it isn't whole"
    return tuple(
        Problem(found.path, photo.digest, warning.code, warning.text, advice)
        for warning in photo.warnings
    )


def _wrong_ending(found: FoundFile, photo: Photo) -> tuple[Problem, ...]:
    ending = PurePosixPath(found.path).suffix.lower()
    right = ENDINGS[photo.format]
    if ending in right:
        return ()
    reason = f"the name ends in {ending or 'nothing'!r}, the bytes are {photo.format}"
    advice = f"Nothing must be done; the usual ending is {' or '.join(sorted(right))}"
    return (Problem(found.path, photo.digest, "wrong_extension", reason, advice),)
