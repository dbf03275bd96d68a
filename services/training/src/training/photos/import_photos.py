"""Photos in: a folder-per-style tree becomes part of a dataset."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from artifacts.photo_store import FolderPhotoStore
from artifacts.records.photos import PhotoManifest
from features import PhotoRefused, difference_hash, read_photo
from training.cluster.parallel import JoblibParallel
from training.errors import TrainingError, UnforeseenFile, UnusableDataset
from training.models.definition import ModelDefinition
from training.params import ImportParams
from training.photos.dataset_folder import DatasetFolder
from training.photos.import_report import import_text
from training.photos.inspection import Candidate, inspect
from training.photos.intake import Findings, Intake, take_in
from training.photos.layout import layout_refusal, layout_remarks
from training.photos.photo_folder import PhotoFolder
from training.photos.problems import Problem, shown
from training.photos.row_matching import place_rows
from training.photos.sources import SoundPhoto, Table, TableRow


@dataclass(frozen=True)
class ImportOutcome:
    """What an import did, or would do in a dry run.

    Nothing was taken in where it is `refused`. `quarantine` is the table of all findings.
    """

    intake: Intake
    quarantine: Path | None
    dry_run: bool = False

    @property
    def refused(self) -> bool:
        """Whether nothing was taken in, and the dataset is as it was."""
        return self.intake.refused

    def lines(self) -> list[str]:
        """Say what was taken in, and kind by kind what was not and why."""
        return import_text(self.intake, str(self.quarantine or ""), dry_run=self.dry_run)


@dataclass(frozen=True)
class Inspected:
    """All that was found in a source, each file judged, and what is to be said beyond files."""

    judged: tuple[tuple[Candidate, SoundPhoto | Problem], ...]
    findings: Findings

    def take_in(
        self,
        before: PhotoManifest,
        fingerprints: Mapping[str, bytes],
        params: ImportParams,
        seed: int,
    ) -> Intake:
        """Decide about all of it at once; `fingerprints` are those of the photos in `before`."""
        verdicts = [verdict for _, verdict in self.judged]
        sound = [verdict for verdict in verdicts if isinstance(verdict, SoundPhoto)]
        bad = tuple(verdict for verdict in verdicts if isinstance(verdict, Problem))
        intake = take_in(sound, before, fingerprints, params, seed)
        findings = replace(self.findings, problems=(*self.findings.problems, *bad))
        return intake.joined(findings, params)


def import_photos(
    source: PhotoFolder,
    dataset: DatasetFolder,
    model: ModelDefinition,
    params: ImportParams,
    seed: int,
    parallel: JoblibParallel,
    exact: bool,
    dry_run: bool = False,
) -> ImportOutcome:
    """Take every sound photo of a source into a dataset, and put the rest in quarantine.

    With `exact` the dataset holds these photos alone afterwards; without, they are added. With
    `dry_run` nothing is written. All findings come back at once. The source is never touched, and
    the dataset isn't either where the intake is refused. NoPhotos, BadTable, UnforeseenFile.
    """
    inspected = inspect_source(source, model, parallel)
    before = dataset.manifest()
    prints = _fingerprints([row.photo for row in before.rows], dataset.photos, parallel)
    intake = inspected.take_in(before, prints, params, seed)
    intake = intake.exactly() if exact and not intake.refused else intake
    if dry_run:
        return ImportOutcome(intake, quarantine=None, dry_run=True)
    quarantine = dataset.quarantine(intake.problems, source.read, intake.warnings, intake.ignored)
    if not intake.refused:
        for photo in parallel.watched(intake.added, "storing photos"):
            if dataset.photos.put(source.read(photo.path)) != photo.photo:
                raise UnforeseenFile(shown(photo.path), "it changed while it was imported")
        dataset.write(intake.manifest)
    return ImportOutcome(intake, quarantine)


def inspect_source(
    source: PhotoFolder, model: ModelDefinition, parallel: JoblibParallel
) -> Inspected:
    """Look at all that lies in a source. Where no folder names a style, no file is opened."""
    table, listing = source.table(), source.listing()
    placed = place_rows(table, listing.files, partial(_year_fault, model=model))
    misplaced = layout_refusal(listing, model)
    rows, lost = placed.rows, placed.group_lost
    candidates = [
        Candidate(found, rows.get(found.path, TableRow()), lost.get(found.path, ""))
        for found in listing.files
        if misplaced is None
    ]
    judge = partial(inspect_file, source=source, model=model)
    verdicts = parallel.map(judge, candidates, "inspecting photos")
    remarks = (*listing.remarks, *layout_remarks(listing, model))
    findings = Findings(listing.unusable, remarks, listing.ignored)
    if misplaced is not None:
        # What the table says of files that are all in the wrong place is not the matter.
        return Inspected((), replace(findings, refusals=(misplaced,)))
    findings = replace(
        findings,
        warnings=(*remarks, *table.remarks, *placed.warnings),
        refusals=placed.refusals,
        notes=tuple(_table_note(table, placed.rows, len(candidates))),
    )
    return Inspected(tuple(zip(candidates, verdicts, strict=True)), findings)


def _table_note(table: Table, rows: Mapping[str, TableRow], files: int) -> Iterator[str]:
    """Yield what a table says: whoever wrote one wants to know that it was found."""
    if table.name:
        years = sum(row.year is not None for row in rows.values())
        named = f"{len(rows):,} of {files:,} files"
        yield f"{table.name} has a row for {named}, and a year for {years:,}"


def inspect_file(
    candidate: Candidate, source: PhotoFolder, model: ModelDefinition
) -> SoundPhoto | Problem:
    """Read one file of a source and judge it; UnforeseenFile where that breaks down."""
    path = candidate.found.path
    try:
        data = source.read(path)
    except OSError as exc:
        reason = f"the file can't be read: {exc.strerror or type(exc).__name__}"
        return Problem(path, "", "unreadable_file", reason, "Make it readable, or delete it")
    try:
        return inspect(candidate, data, model)
    except TrainingError:
        raise
    # Whatever a file may hold, the person who has it must learn which file it was.
    except Exception as exc:
        raise UnforeseenFile(shown(path), f"{type(exc).__name__}: {exc}") from exc


def _year_fault(year: int, model: ModelDefinition) -> str | None:
    before = model.regression.before
    return f"year {year} is not before {before}" if year >= before else None


def _fingerprints(
    photos: Sequence[str], store: FolderPhotoStore, parallel: JoblibParallel
) -> Mapping[str, bytes]:
    fingerprint = partial(_fingerprint, store=store)
    what = "comparing with the photos in the dataset"
    return dict(zip(photos, parallel.map(fingerprint, photos, what), strict=True))


def _fingerprint(photo: str, store: FolderPhotoStore) -> bytes:
    try:
        return difference_hash(read_photo(store.get(photo)))
    except PhotoRefused as exc:
        reason = f"{photo}, taken in before, can't be compared with new ones: {exc.reason}"
        raise UnusableDataset((reason,)) from exc
