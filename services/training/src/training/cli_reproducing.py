"""Commands that build a model again: for people to compare, or for delivery to judge by bytes."""

from pathlib import Path
from typing import Annotated, Final

import typer

from artifacts.folder import write_artifact
from artifacts.records.manifest import ModelManifest
from training import presentation
from training.reproducing.reproduce import rebuild as rebuild_model
from training.reproducing.reproduce import reproduce as reproduce_model
from training.wiring import Bootstrap

REFUSED: Final = 1


def reproduce(
    model: Annotated[str, typer.Argument(help="a digest in the model store, or a folder")],
    dataset: Annotated[Path, typer.Option(help="the dataset that it was trained on")],
    out: Annotated[Path | None, typer.Option(help="where to put the record, unsigned")] = None,
    work: Annotated[Path | None, typer.Option(help="an empty folder to build in, kept")] = None,
    params: Annotated[Path | None, typer.Option(help="default: the commit's params.yaml")] = None,
) -> None:
    """Build a model again from its commit and data, and compare: 0 equal or nearly, 1 different.

    For people to look at: what the gate believes, `delivery reproduce` signs.
    """
    boot = Bootstrap.of()
    original = boot.original(model)
    with boot.rebuilder(work) as rebuilder:
        found = reproduce_model(
            original,
            dataset,
            boot.dataset(dataset),
            params,
            rebuilder,
            boot.parallel,
            boot.clock,
        )
    if out is not None:
        found.write(out)
    typer.echo("\n".join(presentation.reproduction_lines(found)))
    if found.outcome == "different":
        raise typer.Exit(REFUSED)


def rebuild(
    manifest: Annotated[Path, typer.Argument(help="the manifest of a model")],
    dataset: Annotated[Path, typer.Option(help="the dataset that it was trained on")],
    out: Annotated[Path, typer.Option(help="the folder to leave it in, unsigned")],
    work: Annotated[Path | None, typer.Option(help="an empty folder to build in, kept")] = None,
    params: Annotated[Path | None, typer.Option(help="default: the commit's params.yaml")] = None,
) -> None:
    """Build the model of a manifest again, for others to compare: 0 built, 2 it can't be."""
    boot = Bootstrap.of()
    wanted = ModelManifest.read(manifest)
    with boot.rebuilder(work) as rebuilder:
        built = rebuild_model(
            wanted, dataset, boot.dataset(dataset), params, rebuilder, boot.parallel
        )
    write_artifact(out, built.manifest, built.files)
    typer.echo(f"{built.digest} in {out}, where {wanted.digest} was asked for")
