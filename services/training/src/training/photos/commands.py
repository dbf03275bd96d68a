"""Commands that look at a folder of photos, take it in, and exchange its photos with others."""

from pathlib import Path
from typing import Annotated, Final

import typer

from training.cluster.parallel import JoblibParallel
from training.errors import DatasetAmongPhotos
from training.models import model_definition
from training.params_file import read_params
from training.photos.data_report import data_report as report_on
from training.photos.data_report import survey_photos
from training.photos.dataset_folder import DatasetFolder
from training.photos.exchange_photos import fetch_photos as fetch_into
from training.photos.exchange_photos import push_photos as push_from
from training.photos.exchange_photos import shared_photos
from training.photos.import_photos import import_photos as import_into
from training.photos.import_report import import_text
from training.photos.photo_folder import PhotoFolder
from training.settings import read_settings

REFUSED: Final = 1

TableOption = Annotated[
    Path | None, typer.Option(help="default: PHOTOS/table.csv, however its name is written")
]
ParamsOption = Annotated[Path, typer.Option()]
DatasetOption = Annotated[Path, typer.Option(help="the dataset's folder")]
app = typer.Typer()


@app.command()
def import_photos(
    photos: Path,
    dataset: DatasetOption = Path("data"),
    table: TableOption = None,
    params: ParamsOption = Path("params.yaml"),
    exact: Annotated[bool, typer.Option(help="drop photos that are not in PHOTOS")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="say what would be done, and write nothing")
    ] = False,
) -> None:
    """Take a folder-per-style tree into a dataset; bad files go into its quarantine."""
    settings, given = read_settings(), read_params(params)
    if dataset.resolve().is_relative_to(photos.resolve()):
        raise DatasetAmongPhotos(dataset, photos)
    outcome = import_into(
        PhotoFolder(photos, table),
        DatasetFolder(dataset),
        model_definition(given.model),
        given.import_photos,
        given.seed,
        JoblibParallel(settings.jobs),
        exact,
        dry_run,
    )
    typer.echo("\n".join(outcome.lines()))
    if outcome.refused:
        raise typer.Exit(REFUSED)


@app.command()
def data_report(
    photos: Path,
    out: Annotated[Path, typer.Option()] = Path("build/data-report.html"),
    table: TableOption = None,
    params: ParamsOption = Path("params.yaml"),
) -> None:
    """Look at a folder-per-style tree before it is imported; nothing in it is changed."""
    parallel, given = JoblibParallel(read_settings().jobs), read_params(params)
    source = PhotoFolder(photos, table)
    found = survey_photos(source, model_definition(given.model), given, parallel)
    page = report_on(source, found, photos.resolve().name, parallel)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page, encoding="utf-8")
    said = [*import_text(found.intake, "", dry_run=True), f"The page: {out}"]
    typer.echo("\n".join(said))


@app.command()
def push_photos(dataset: DatasetOption = Path("data")) -> None:
    """Send a dataset's photos to the store that runners share; those that are there stay."""
    settings, own = read_settings(), DatasetFolder(dataset)
    shared, parallel = shared_photos(settings, dataset), JoblibParallel(settings.jobs)
    typer.echo(push_from(own.manifest(), own.photos, shared, parallel).line("pushed"))


@app.command()
def fetch_photos(dataset: DatasetOption = Path("data")) -> None:
    """Bring the photos that a dataset's manifest names and it lacks, and verify all of them."""
    settings, own = read_settings(), DatasetFolder(dataset)
    shared, parallel = shared_photos(settings, dataset), JoblibParallel(settings.jobs)
    typer.echo(fetch_into(own.manifest().rows, own.photos, shared, parallel).line("fetched"))
