"""Photos in: a folder-per-style tree becomes part of a dataset."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from features import difference_hash, read_photo
from training.domain.importing import Intake, SoundPhoto, take_in
from training.domain.inspection import inspect
from training.domain.params import ImportParams
from training.domain.problems import Problem
from training.domain.sources import FoundFile, Table, TableRow
from training.models.definition import ModelDefinition
from training.ports import Dataset, Parallel, PhotoSource, PhotoStore


@dataclass(frozen=True)
class ImportOutcome:
    """What an import did; where `refused`, too many files were bad and nothing was taken in."""

    intake: Intake
    refused: bool
    limit: float
    quarantine: Path | None


def import_photos(
    source: PhotoSource,
    dataset: Dataset,
    model: ModelDefinition,
    params: ImportParams,
    seed: int,
    parallel: Parallel,
    exact: bool,
) -> ImportOutcome:
    """Take every sound photo of a source into a dataset, and put the rest in quarantine.

    With `exact` the dataset holds these photos alone afterwards; without, they are added. All
    problems come back at once. The source is never touched, and the dataset isn't either
    where more than `params.max_bad_share` of the files are bad. NoPhotos, BadTable.
    """
    table = source.table()
    files = source.files()
    judge = partial(inspect_file, source=source, table=table, model=model)
    inspected = parallel.map(judge, files, "inspecting photos")
    problems = [item for item in inspected if isinstance(item, Problem)]
    problems += rows_without_file(table, files)
    sound = [item for item in inspected if isinstance(item, SoundPhoto)]
    before = dataset.manifest()
    prints = _fingerprints([row.photo for row in before.rows], dataset.photos, parallel)
    intake = take_in(sound, before, prints, params, seed)
    everything = sorted([*problems, *intake.problems], key=lambda problem: problem.path)
    intake = replace(intake, problems=tuple(everything))
    intake = intake.exactly() if exact else intake
    quarantine = dataset.quarantine(everything, source.read) if everything else None
    refused = intake.bad_share > params.max_bad_share
    if not refused:
        for photo in intake.added:
            dataset.photos.put(source.read(photo.path))
        dataset.write(intake.manifest)
    return ImportOutcome(intake, refused, params.max_bad_share, quarantine)


def inspect_file(
    found: FoundFile, source: PhotoSource, table: Table, model: ModelDefinition
) -> SoundPhoto | Problem:
    """Read one file of a source and judge it."""
    try:
        data = source.read(found.path)
    except OSError as exc:
        advice = "Make it readable, or delete it"
        return Problem(found.path, "", "unreadable_file", str(exc), advice)
    row = table.rows.get(found.path, TableRow())
    return inspect(found, data, row, table.bad.get(found.path), model)


def rows_without_file(table: Table, files: list[FoundFile]) -> list[Problem]:
    """Name the rows of a table that are about no file."""
    missing = sorted(set(table.rows) - {found.path for found in files})
    reason = "the table has a row for it and the folder has no such file"
    advice = "Correct the path in the table, or delete the row"
    return [Problem(path, "", "bad_table_row", reason, advice) for path in missing]


def _fingerprints(photos: list[str], store: PhotoStore, parallel: Parallel) -> Mapping[str, bytes]:
    fingerprint = partial(_fingerprint, store=store)
    what = "comparing with the photos in the dataset"
    return dict(zip(photos, parallel.map(fingerprint, photos, what), strict=True))


def _fingerprint(photo: str, store: PhotoStore) -> bytes:
    return difference_hash(read_photo(store.get(photo)))
