"""Commands that run every stage that is out of date, and the keys that they sign with."""

from pathlib import Path
from typing import Annotated

import typer

from artifacts.signatures import KeyVerifier, create_key_pair
from artifacts.ssh_keygen import create_statement_key
from training.cluster.parallel import JoblibParallel
from training.dataset.training_set import seen
from training.models import model_definition
from training.options import SchedulerOption
from training.params_file import read_params
from training.photos.commands import import_photos
from training.photos.dataset_folder import PHOTOS
from training.photos.exchange_photos import fetch_photos, shared_photos
from training.pipeline.dvc_pipeline import DvcPipeline
from training.pipeline.dvc_pipeline import run_pipeline as run_all_stages
from training.settings import Settings, read_settings
from training.work.work_folder import WorkFolder, alone_in
from training.work.work_setup import bring_manifest, inputs_of, set_up

OutOption = Annotated[Path, typer.Option(help="where to put the candidate")]
app = typer.Typer()


@app.command()
def create_keys() -> None:
    """Create this machine's keys, of models and of reproductions, where there are none."""
    settings = read_settings()
    create_key_pair(settings.signing_key, settings.public_key)
    if not settings.keeper:
        key, signers = settings.reproduction_key, settings.reproduction_signers
        create_statement_key(key, signers, "training", ("plinth-reproduction",))


@app.command()
def run_pipeline(
    photos: Annotated[Path, typer.Option(help="a folder-per-style tree")],
    work: Annotated[Path, typer.Option(help="where the pipeline keeps its files")],
    out: OutOption,
    params: Annotated[Path | None, typer.Option(help="default: the checkout's params.yaml")] = None,
    scheduler: SchedulerOption = None,
) -> None:
    """From a folder of photos to a signed candidate; stages that are up to date don't run."""
    settings = read_settings(scheduler)
    chosen = params or settings.root / "params.yaml"
    with alone_in(work) as held:
        _set_up(settings, work, chosen)
        import_photos(photos, dataset=work / "data", params=chosen, exact=True)
        _run_stages(settings, work, out, held)


@app.command()
def retrain(
    out: OutOption,
    dataset: Annotated[Path | None, typer.Option(help="default: the checkout's data/")] = None,
    work: Annotated[Path | None, typer.Option(help="default: the checkout")] = None,
    scheduler: SchedulerOption = None,
) -> None:
    """From the checkout's committed manifest and parameters to a signed candidate.

    Photos of the holdout are not fetched, and needn't be within reach.
    """
    settings = read_settings(scheduler)
    place, photos = work or settings.root, dataset or settings.root / "data"
    with alone_in(place) as held:
        bring_manifest(photos, place)
        _set_up(settings, place, settings.root / "params.yaml")
        files, parallel = WorkFolder(place), JoblibParallel(settings.jobs)
        shared = shared_photos(settings, photos)
        done = fetch_photos(seen(files.manifest()), files.photos, shared, parallel)
        typer.echo(done.line("fetched"))
        _run_stages(settings, place, out, held)


def pipeline_in(settings: Settings, work: Path, held: int | None = None) -> DvcPipeline:
    """Return the DVC pipeline in a work folder, which `held` locks for this process."""
    cluster = {"PLINTH_DASK_SCHEDULER": settings.dask_scheduler or ""}
    place, path = work.resolve(), settings.search_path
    pipeline = DvcPipeline(place, path, settings.dvc_cache, cluster, held)
    pipeline.start()
    return pipeline


def _set_up(settings: Settings, work: Path, params: Path) -> None:
    given = read_params(params)
    model = model_definition(given.model, given.features.embedding)
    set_up(settings.root, work, params, inputs_of(settings, model))


def _run_stages(settings: Settings, work: Path, out: Path, held: int) -> None:
    photos, candidate = work.resolve() / "data" / PHOTOS, WorkFolder(work).candidate
    verifier, dvc = KeyVerifier(settings.public_key), pipeline_in(settings, work, held)
    artifact = run_all_stages(dvc, photos, candidate, out, verifier)
    typer.echo(f"candidate {artifact.digest} in {out}")
