"""One file of a folder of photos: sound, or what is wrong with it."""

from pathlib import PurePosixPath

from artifacts.digests import digest_bytes
from features import Photo, PhotoRefused, difference_hash, read_photo, verify_photo
from training.domain.importing import SoundPhoto
from training.domain.problems import Problem
from training.domain.sources import FoundFile, TableRow
from training.models.definition import ModelDefinition

EXTENSIONS = {"JPEG": {".jpg", ".jpeg"}, "PNG": {".png"}, "WEBP": {".webp"}}


def inspect(
    found: FoundFile, data: bytes, row: TableRow, bad_row: str | None, model: ModelDefinition
) -> SoundPhoto | Problem:
    """Judge one file by its place, its table row and its bytes, which are decoded in full."""
    digest = digest_bytes(data)
    if misplaced := _misplaced(found, row, bad_row, model):
        return Problem(found.path, digest, *misplaced)
    style = model.label_of_folder(found.style_folder or "") or ""
    try:
        photo = read_photo(data)
        verify_photo(photo)
        fingerprint = difference_hash(photo)
    except PhotoRefused as exc:
        return Problem(found.path, digest, exc.code, exc.reason, exc.advice)
    if mismatch := _mismatch(found, photo):
        return Problem(found.path, digest, *mismatch)
    return SoundPhoto(found.path, digest, style, fingerprint, row)


def _misplaced(
    found: FoundFile, row: TableRow, bad_row: str | None, model: ModelDefinition
) -> tuple[str, str, str] | None:
    if found.style_folder is None:
        reason = "it lies in no style's folder"
        return "outside_a_style_folder", reason, "Move it into the folder of its style"
    if model.label_of_folder(found.style_folder) is None:
        reason = f"{found.style_folder!r} is none of the {len(model.classification.labels)} styles"
        names = ", ".join(model.classification.labels)
        return "unknown_style", reason, f"Rename the folder to one of {names}"
    if bad_row := bad_row or _bad_year(row, model):
        return "bad_table_row", bad_row, "Correct its row in the table"
    return None


def _bad_year(row: TableRow, model: ModelDefinition) -> str | None:
    if row.year is None:
        return None
    try:
        model.regression.scale.to_raw(row.year)
    except ValueError as exc:
        return str(exc)
    return None


def _mismatch(found: FoundFile, photo: Photo) -> tuple[str, str, str] | None:
    ending = PurePosixPath(found.path).suffix.lower()
    right = EXTENSIONS[photo.format]
    if ending in right:
        return None
    reason = f"its name ends in {ending!r}, its bytes are {photo.format}"
    return "wrong_extension", reason, f"Rename it to end in {' or '.join(sorted(right))}"
