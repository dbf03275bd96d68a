"""From photos in files to a table of predictions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from features import PhotoRefused
from inference.errors import ModelFailed, RequestRefused
from inference.ports import Identity, PhotoFiles, PredictionTable, Progress, Workers
from inference.use_cases.open_model import ProvenModel
from inference.use_cases.predict_photo import predict_photo


@dataclass(frozen=True)
class BatchCount:
    """How many files a batch had, and how many of them got an error for an answer."""

    photos: int
    errors: int


@dataclass(frozen=True)
class _Row:
    cells: tuple[str, ...]
    failed: bool


def predict_folder(
    model: ProvenModel,
    paths: Sequence[Path],
    files: PhotoFiles,
    table: PredictionTable,
    identity: Identity,
    workers: Workers,
    progress: Progress,
) -> BatchCount:
    """Predict every photo under some paths, a row each; a bad file becomes a row with its error.

    Raises NoPhotoFound where the paths lead to none, OutputUnwritable.
    """
    found = files.find(paths)
    errors = 0

    def rows() -> Iterator[tuple[str, ...]]:
        nonlocal errors
        judge = partial(_row, model, files, identity)
        for done, row in enumerate(workers.map(judge, found), start=1):
            errors += row.failed
            progress.advance(done, len(found))
            yield row.cells

    table.write(("path", *model.plugin.columns, "error"), rows())
    return BatchCount(len(found), errors)


def _row(model: ProvenModel, files: PhotoFiles, identity: Identity, path: Path) -> _Row:
    try:
        prediction = predict_photo(model, files.read(path), identity())
    except (PhotoRefused, RequestRefused, ModelFailed) as exc:
        blank = ("",) * len(model.plugin.columns)
        return _Row((str(path), *blank, f"{exc.code}: {exc}"), failed=True)
    return _Row((str(path), *model.plugin.cells(prediction), ""), failed=False)
