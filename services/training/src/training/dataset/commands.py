"""The first two stages of the pipeline, as dvc.yaml calls them in a work folder."""

from pathlib import Path

import typer

from training.cluster.cluster_nodes import workers
from training.cluster.parallel import JoblibParallel
from training.dataset.featurize import featurize as featurize_photos
from training.dataset.origins import origin_line
from training.dataset.prepare import prepare as prepare_dataset
from training.dataset.validation import dataset_notices
from training.dataset.vector_cache import SqliteVectorCache
from training.embedding.networks import extractor_of
from training.options import SchedulerOption, WorkOption
from training.settings import read_settings
from training.work.work_folder import WorkFolder

app = typer.Typer()


@app.command()
def prepare(work: WorkOption = Path()) -> None:
    """Stage 1: check that the dataset can be trained on."""
    files = WorkFolder(work)
    model, manifest, params = files.definition(), files.manifest(), files.params()
    data = prepare_dataset(files, model, JoblibParallel(read_settings().jobs))
    typer.echo(
        ", ".join(f"{s.photos} photos of {s.groups} buildings to {s.name}" for s in data.splits)
    )
    for notice in dataset_notices(manifest):
        typer.echo(f"note: {notice}")
    typer.echo(origin_line(manifest.of_split("train"), model, params))


@app.command()
def featurize(work: WorkOption = Path(), scheduler: SchedulerOption = None) -> None:
    """Stage 2: make the vectors that the cache doesn't hold, of all photos but the holdout's."""
    settings, files = read_settings(scheduler), WorkFolder(work)
    extractor = extractor_of(files.definition())
    cache = SqliteVectorCache(settings.vector_cache, extractor.schema.digest)
    with workers(settings) as parallel:
        done = featurize_photos(files, extractor, cache, parallel)
    stale = "; the cache disagreed with the code and was dropped" if done.stale else ""
    typer.echo(f"{done.made} photos featurized, {done.cached} vectors from the cache{stale}")
