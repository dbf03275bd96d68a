"""Commands that build a model again, or answer photos by training's own path, to compare."""

import csv
import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from artifacts.folder import ModelArtifact, open_artifact, write_artifact
from artifacts.records.manifest import ModelManifest
from artifacts.signatures import KeyVerifier
from artifacts.store import FolderModelStore
from scoring import Scorer
from training.cluster.parallel import JoblibParallel
from training.photos.dataset_folder import DatasetFolder
from training.reproducing.commit_rebuilder import CommitRebuilder, rebuilding_folder
from training.reproducing.reproduce import rebuild as rebuild_model
from training.reproducing.reproduce import reproduce as reproduce_model
from training.reproducing.score_photos import ScoredPhoto
from training.reproducing.score_photos import score_photos as score
from training.settings import Settings, read_settings

REFUSED: Final = 1
DIGEST_START: Final = "sha256:"
DatasetOption = Annotated[Path, typer.Option(help="the dataset that it was trained on")]
WorkOption = Annotated[Path | None, typer.Option(help="an empty folder to build in, kept")]
ParamsOption = Annotated[Path | None, typer.Option(help="default: the commit's params.yaml")]
app = typer.Typer()


@app.command()
def reproduce(
    model: Annotated[str, typer.Argument(help="a digest in the model store, or a folder")],
    dataset: DatasetOption,
    out: Annotated[Path | None, typer.Option(help="where to put the record, unsigned")] = None,
    work: WorkOption = None,
    params: ParamsOption = None,
) -> None:
    """Build a model again from its commit and data, and compare: 0 equal or nearly, 1 different.

    For people to look at: what the gate believes, `delivery reproduce` signs.
    """
    settings = read_settings()
    original, parallel = _original(settings, model), JoblibParallel(settings.jobs)
    with rebuilding_folder(work) as place:
        rebuilder = CommitRebuilder(settings.root, place, settings.environment_lock)
        found = reproduce_model(
            original,
            dataset,
            DatasetFolder(dataset),
            params,
            rebuilder,
            parallel,
            lambda: datetime.now(UTC),  # noqa: TID251 - the clock that others are given
        )
    if out is not None:
        found.write(out)
    typer.echo(f"{found.outcome.replace('_', ' ')}: {found.original} from commit {found.commit}")
    if found.outcome != "equal":
        typer.echo(f"rebuilt as {found.rebuilt}")
    for difference in found.differences:
        typer.echo(f"- {difference}")
    if found.outcome == "different":
        raise typer.Exit(REFUSED)


@app.command()
def rebuild(
    manifest: Annotated[Path, typer.Argument(help="the manifest of a model")],
    dataset: DatasetOption,
    out: Annotated[Path, typer.Option(help="the folder to leave it in, unsigned")],
    work: WorkOption = None,
    params: ParamsOption = None,
) -> None:
    """Build the model of a manifest again, for others to compare: 0 built, 2 it can't be."""
    settings, wanted = read_settings(), ModelManifest.read(manifest)
    data, parallel = DatasetFolder(dataset), JoblibParallel(settings.jobs)
    with rebuilding_folder(work) as place:
        rebuilder = CommitRebuilder(settings.root, place, settings.environment_lock)
        built = rebuild_model(wanted, dataset, data, params, rebuilder, parallel)
    write_artifact(out, built.manifest, built.files)
    typer.echo(f"{built.digest} in {out}, where {wanted.digest} was asked for")


@app.command()
def score_photos(
    photos: Annotated[list[Path], typer.Argument(help="files of photos")],
    model: Annotated[Path, typer.Option(help="a model artifact")],
    out: Annotated[Path, typer.Option(help="the CSV file to write")],
) -> None:
    """Answer photos as training's own path does, for the parity check."""
    settings = read_settings()
    scorer = Scorer.of(open_artifact(model, KeyVerifier(settings.public_key)))
    rows = score(photos, scorer, JoblibParallel(settings.jobs))
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in dataclasses.fields(ScoredPhoto)])
        writer.writerows(dataclasses.astuple(row) for row in rows)
    typer.echo(f"{len(rows)} photos in {out}")


def _original(settings: Settings, model: str) -> ModelArtifact:
    """Open a verified model by its digest in the store, or by its folder."""
    verifier = KeyVerifier(settings.public_key)
    if model.startswith(DIGEST_START):
        return FolderModelStore(settings.model_store, verifier).get(model)
    return open_artifact(Path(model), verifier)
