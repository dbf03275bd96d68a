"""data-report: look at a folder of photos before any of it is imported."""

from functools import partial

from artifacts.records.photos import PhotoManifest
from features import AbsurdDimensions, DecodingTooCostly, FileTooLarge, PhotoRefused, read_photo
from pages import Picture, Unshown, render, thumbnail
from training.cluster.parallel import JoblibParallel
from training.models.definition import ModelDefinition
from training.params import Params
from training.photos.data_report_page import data_report_page
from training.photos.import_photos import inspect_source
from training.photos.photo_folder import PhotoFolder
from training.photos.sources import FoundFile
from training.photos.survey import Header, Looked, Survey, header_of

_LONGEST = 144


def survey_photos(
    source: PhotoFolder, model: ModelDefinition, params: Params, parallel: JoblibParallel
) -> Survey:
    """Look at every file of a source as an import into a new dataset would.

    NoPhotos, BadTable, UnforeseenFile.
    """
    inspected = inspect_source(source, model, parallel)
    nothing = PhotoManifest(rows=())
    intake = inspected.take_in(nothing, {}, params.import_photos, params.seed)
    found = [candidate.found for candidate, _ in inspected.judged]
    sizes = parallel.map(partial(_look, source=source), found, "reading sizes")
    looked = tuple(
        Looked(file, size, header, verdict)
        for file, (size, header), (_, verdict) in zip(found, sizes, inspected.judged, strict=True)
    )
    return Survey(looked, intake, params)


def data_report(source: PhotoFolder, found: Survey, name: str, parallel: JoblibParallel) -> str:
    """Return the report on a survey as HTML; `name` is what the folder is called in it."""
    paths = found.photos_shown()
    show = partial(_picture, source=source)
    pictures = parallel.map(show, paths, "making thumbnails")
    return render(data_report_page(found, name, dict(zip(paths, pictures, strict=True))))


def _look(found: FoundFile, source: PhotoFolder) -> tuple[int, Header | None]:
    try:
        data = source.read(found.path)
    except OSError:
        return 0, None
    return len(data), header_of(data)


def _picture(path: str, source: PhotoFolder) -> Picture | Unshown:
    try:
        data = source.read(path)
        read_photo(data)
    except OSError:
        return Unshown("it can't be read")
    except (AbsurdDimensions, DecodingTooCostly, FileTooLarge) as exc:
        return Unshown(exc.reason)
    except PhotoRefused:
        pass  # What is cut, small or in other colours is worth a look.
    return thumbnail(data, _LONGEST)
