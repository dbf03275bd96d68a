"""Commands that look at a folder of photos, and take it in."""

from pathlib import Path
from typing import Annotated, Final

import typer

from training import presentation
from training.errors import DatasetAmongPhotos
from training.models import model_definition
from training.photos.data_report import data_report as write_data_report
from training.photos.data_report import survey_photos
from training.photos.import_photos import import_photos as import_into
from training.wiring import Bootstrap

REFUSED: Final = 1

TableOption = Annotated[
    Path | None, typer.Option(help="default: PHOTOS/table.csv, however its name is written")
]
ParamsOption = Annotated[Path, typer.Option()]


def import_photos(
    photos: Path,
    dataset: Annotated[Path, typer.Option(help="the dataset's folder")] = Path("data"),
    table: TableOption = None,
    params: ParamsOption = Path("params.yaml"),
    exact: Annotated[bool, typer.Option(help="drop photos that are not in PHOTOS")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="say what would be done, and write nothing")
    ] = False,
) -> None:
    """Take a folder-per-style tree into a dataset; bad files go into its quarantine."""
    boot = Bootstrap.of()
    given = boot.params(params)
    if dataset.resolve().is_relative_to(photos.resolve()):
        raise DatasetAmongPhotos(dataset, photos)
    outcome = import_into(
        boot.source(photos, table),
        boot.dataset(dataset),
        model_definition(given.model),
        given.import_photos,
        given.seed,
        boot.parallel,
        exact,
        dry_run,
    )
    typer.echo("\n".join(presentation.import_lines(outcome)))
    if outcome.refused:
        raise typer.Exit(REFUSED)


def data_report(
    photos: Path,
    out: Annotated[Path, typer.Option()] = Path("build/data-report.html"),
    table: TableOption = None,
    params: ParamsOption = Path("params.yaml"),
) -> None:
    """Look at a folder-per-style tree before it is imported; nothing in it is changed."""
    boot = Bootstrap.of()
    given = boot.params(params)
    source = boot.source(photos, table)
    found = survey_photos(source, model_definition(given.model), given, boot.parallel)
    page = write_data_report(source, found, photos.resolve().name, boot.parallel)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page, encoding="utf-8")
    typer.echo("\n".join(presentation.survey_lines(found, out)))
