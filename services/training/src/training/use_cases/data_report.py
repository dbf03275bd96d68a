"""data-report: look at a folder of photos before any of it is imported."""

from functools import partial

from pages import Picture, Unshown, render, thumbnail
from training.domain.data_report import Looked, Survey, header_of, survey
from training.domain.data_report_page import data_report_page
from training.domain.params import Params
from training.domain.sources import FoundFile, Table
from training.models.definition import ModelDefinition
from training.ports import Parallel, PhotoSource
from training.use_cases.import_photos import inspect_file, rows_without_file

_LONGEST = 144


def survey_photos(
    source: PhotoSource, model: ModelDefinition, params: Params, parallel: Parallel
) -> Survey:
    """Look at every file of a source as an import into a new dataset would. NoPhotos, BadTable."""
    table = source.table()
    files = source.files()
    look = partial(_look, source=source, table=table, model=model)
    looked = parallel.map(look, files, "looking at photos")
    return survey(looked, rows_without_file(table, files), params)


def data_report(source: PhotoSource, found: Survey, name: str, parallel: Parallel) -> str:
    """Return the report on a survey as HTML; `name` is what the folder is called in it."""
    paths = found.photos_shown()
    show = partial(_picture, source=source)
    pictures = parallel.map(show, paths, "making thumbnails")
    return render(data_report_page(found, name, dict(zip(paths, pictures, strict=True))))


def _look(found: FoundFile, source: PhotoSource, table: Table, model: ModelDefinition) -> Looked:
    verdict = inspect_file(found, source, table, model)
    try:
        data = source.read(found.path)
    except OSError:
        return Looked(found, 0, None, verdict)
    return Looked(found, len(data), header_of(data), verdict)


def _picture(path: str, source: PhotoSource) -> Picture | Unshown:
    try:
        return thumbnail(source.read(path), _LONGEST)
    except OSError:
        return Unshown("it can't be read")
