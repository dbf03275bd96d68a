"""The commands: arguments in, a story's step, an exit code out."""

import dataclasses
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from artifacts.folder import open_artifact
from artifacts.records.inputs import Registered
from artifacts.signatures import create_key_pair
from artifacts.statements import create_statement_key
from scoring import Scorer
from training import presentation
from training.cli_importing import data_report, import_photos
from training.cli_registry import upgrade_registry
from training.cli_reproducing import rebuild, reproduce
from training.dataset.featurize import featurize as featurize_photos
from training.dataset.prepare import prepare as prepare_dataset
from training.dataset.training_set import seen
from training.fitting.evaluate import evaluate_candidate
from training.packaging.package import package as package_candidate
from training.packaging.point_aliases import point_aliases as point_on_orders
from training.packaging.register import register as register_candidate
from training.photos.exchange_photos import fetch_photos as fetch_into
from training.photos.exchange_photos import push_photos as push_from
from training.pipeline.run_pipeline import run_pipeline as run_all_stages
from training.reproducing.score_photos import score_photos as score
from training.settings import keep_to_itself
from training.wiring import Bootstrap
from training.work.study import Trial

REFUSED = 1


def _tell_trial(number: int, trial: Trial) -> None:
    # For someone who waits; in a log the table at the end says it all.
    if sys.stderr.isatty():
        print(presentation.trial_line(number, trial), file=sys.stderr)


app = typer.Typer(add_completion=False)
keep_to_itself()

WorkOption = Annotated[Path, typer.Option(help="the folder of dvc.yaml, data/ and build/")]
DatasetOption = Annotated[Path, typer.Option(help="the dataset's folder")]
SchedulerOption = Annotated[
    str | None,
    typer.Option(help="a Dask cluster's tcp:// or tls://; default: the setting, or none"),
]
HERE, DATA = Path(), Path("data")


def _bootstrap(scheduler: str | None = None) -> Bootstrap:
    return Bootstrap.of(scheduler)


@app.command()
def create_keys() -> None:
    """Create this machine's keys, of models and of reproductions, where there are none."""
    settings = _bootstrap().settings
    create_key_pair(settings.signing_key, settings.public_key)
    if settings.keeper:
        return
    create_statement_key(
        settings.reproduction_key,
        settings.reproduction_signers,
        "training",
        ("plinth-reproduction",),
    )


app.command()(import_photos)
app.command()(data_report)


@app.command()
def prepare(work: WorkOption = HERE) -> None:
    """Stage 1: check that the dataset can be trained on."""
    boot = _bootstrap()
    files = boot.work(work)
    model = boot.model(files)
    data = prepare_dataset(files, model, boot.parallel)
    print("\n".join(presentation.prepared_lines(data, files.manifest(), model, files.params())))


@app.command()
def featurize(work: WorkOption = HERE, scheduler: SchedulerOption = None) -> None:
    """Stage 2: make the vectors that the cache doesn't hold, of all photos but the holdout's."""
    boot = _bootstrap(scheduler)
    files = boot.work(work)
    extractor = boot.extractor(boot.model(files))
    cache = boot.cache(extractor.schema.digest)
    with boot.workers() as workers:
        done = featurize_photos(files, extractor, cache, workers)
    print(presentation.featurized_line(done))


@app.command()
def train(work: WorkOption = HERE, scheduler: SchedulerOption = None) -> None:
    """Stage 3: compare families, fit the best, export it, keep the run."""
    # scikit-learn takes seconds to import, and most commands train nothing.
    from training.fitting.train import train as train_model  # noqa: PLC0415

    boot = _bootstrap(scheduler)
    files = boot.work(work)
    model = boot.model(files)
    identity, inputs = boot.identity(files), boot.inputs(model)
    with boot.workers() as workers:
        trained = train_model(
            files, model, identity, inputs, boot.exporter, workers, boot.sampler, _tell_trial
        )
    boot.record(files, candidate=None)
    print("\n".join(presentation.family_lines(trained.families)))
    print(f"labels equal in scikit-learn and ONNX on all {trained.photos_compared} photos")


@app.command()
def evaluate(work: WorkOption = HERE) -> None:
    """Stage 4: score the validation split."""
    boot = _bootstrap()
    files = boot.work(work)
    for metric in evaluate_candidate(files, boot.model(files)):
        if metric.over == "validation":
            print(f"{metric.name} {metric.value:.3f}")


@app.command()
def package(work: WorkOption = HERE) -> None:
    """Stage 5: put the artifact together and sign it."""
    boot = _bootstrap()
    files = boot.work(work)
    artifact = package_candidate(files, boot.model(files), boot.signer, boot.verifier)
    boot.record(files, artifact.digest)
    print(f"candidate {artifact.digest}")


@app.command()
def record_run(
    work: WorkOption = HERE,
    candidate: Annotated[Path | None, typer.Option(help="default: the work folder's")] = None,
) -> None:
    """Keep the run of a candidate, where its stages could keep none themselves."""
    boot = _bootstrap()
    files = boot.work(work)
    boot.record(files, open_artifact(candidate or files.candidate, boot.verifier).digest)


@app.command()
def run_pipeline(
    photos: Annotated[Path, typer.Option(help="a folder-per-style tree")],
    work: Annotated[Path, typer.Option(help="where the pipeline keeps its files")],
    out: Annotated[Path, typer.Option(help="where to put the candidate")],
    params: Annotated[Path | None, typer.Option(help="default: the checkout's params.yaml")] = None,
    scheduler: SchedulerOption = None,
) -> None:
    """From a folder of photos to a signed candidate; stages that are up to date don't run."""
    boot = _bootstrap(scheduler)
    chosen = params or boot.settings.root / "params.yaml"
    with boot.alone_in(work) as held:
        boot.set_up(work, chosen)
        import_photos(photos, dataset=work / "data", params=chosen, exact=True)
        candidate, stored = boot.work(work).candidate, boot.photos_of(work)
        artifact = run_all_stages(boot.pipeline(work, held), stored, candidate, out, boot.verifier)
    print(f"candidate {artifact.digest} in {out}")


@app.command()
def retrain(
    out: Annotated[Path, typer.Option(help="where to put the candidate")],
    dataset: Annotated[Path | None, typer.Option(help="default: the checkout's data/")] = None,
    work: Annotated[Path | None, typer.Option(help="default: the checkout")] = None,
    scheduler: SchedulerOption = None,
) -> None:
    """From the checkout's committed manifest and parameters to a signed candidate.

    Photos of the holdout are not fetched, and needn't be within reach.
    """
    boot = _bootstrap(scheduler)
    root = boot.settings.root
    place, photos = work or root, dataset or root / "data"
    with boot.alone_in(place) as held:
        boot.bring_manifest(photos, place)
        boot.set_up(place, root / "params.yaml")
        files = boot.work(place)
        shared = boot.shared_photos(photos)
        done = fetch_into(seen(files.manifest()), files.photos, shared, boot.parallel)
        print(presentation.exchanged_line(done, "fetched"))
        dvc, stored = boot.pipeline(place, held), boot.photos_of(place)
        made = run_all_stages(dvc, stored, files.candidate, out, boot.verifier)
    print(f"candidate {made.digest} in {out}")


@app.command()
def push_photos(dataset: DatasetOption = DATA) -> None:
    """Send a dataset's photos to the store that runners share; those that are there stay."""
    boot = _bootstrap()
    own = boot.dataset(dataset)
    done = push_from(own.manifest(), own.photos, boot.shared_photos(dataset), boot.parallel)
    print(presentation.exchanged_line(done, "pushed"))


@app.command()
def fetch_photos(dataset: DatasetOption = DATA) -> None:
    """Bring the photos that a dataset's manifest names and it lacks, and verify all of them."""
    boot = _bootstrap()
    own, shared = boot.dataset(dataset), boot.shared_photos(dataset)
    done = fetch_into(own.manifest().rows, own.photos, shared, boot.parallel)
    print(presentation.exchanged_line(done, "fetched"))


@app.command()
def register(
    candidate: Path,
    gate_report: Annotated[Path, typer.Option(help="the gate's signed report on this candidate")],
    out: Annotated[Path | None, typer.Option(help="where the version goes, as JSON")] = None,
) -> None:
    """Give a candidate that the gate allowed and `delivery register` keeps a version."""
    boot = _bootstrap()
    given = (boot.verifier, boot.gate, boot.store, boot.tracking, boot.clock())
    done = register_candidate(candidate, gate_report, *given)
    if done.version is None:
        print(f"refused: {done.refusal}, so {done.digest} is not registered", file=sys.stderr)
        sys.exit(REFUSED)
    if out is not None:
        Registered(model=done.model, artifact=done.digest, version=done.version).write(out)
    print(f"version {done.version} is {done.digest}")


@app.command()
def aliases(model: str) -> None:
    """Print, as JSON, where each alias of a registered model points."""
    print(json.dumps([dataclasses.asdict(p) for p in _bootstrap().tracking.aliases(model)]))


@app.command()
def point_alias(
    model: str,
    alias: str,
    version: Annotated[int | None, typer.Argument(min=1)] = None,
    remove: Annotated[bool, typer.Option("--remove", help="point it at nothing")] = False,
) -> None:
    """Move an alias by hand. The next deploy puts it back to where git has it."""
    if remove == (version is not None):
        raise typer.BadParameter("give a VERSION, or --remove")
    _bootstrap().tracking.point_alias(model, alias, version)


@app.command()
def point_aliases() -> None:
    """Move aliases by orders on standard input: {"model", "alias", "version" or null} a line."""
    tracking = _bootstrap().tracking
    tracking.aliases("none")  # what takes seconds is the first word: get it over before the orders
    print(f"{point_on_orders(sys.stdin, tracking)} aliases moved")


app.command()(reproduce)
app.command()(rebuild)
app.command()(upgrade_registry)


@app.command()
def score_photos(
    photos: Annotated[list[Path], typer.Argument(help="files of photos")],
    model: Annotated[Path, typer.Option(help="a model artifact")],
    out: Annotated[Path, typer.Option(help="the CSV file to write")],
) -> None:
    """Answer photos as training's own path does, for the parity check."""
    boot = _bootstrap()
    scorer = Scorer.of(open_artifact(model, boot.verifier))
    rows = score(photos, scorer, boot.parallel)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(presentation.scored_csv(rows), encoding="utf-8", newline="")
    print(f"{len(rows)} photos in {out}")


@app.command()
def start_scheduler(
    host: Annotated[str, typer.Option(help="where it listens; the network must be private")],
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8786,
) -> None:
    """Become the scheduler of a Dask cluster; tls:// where the settings name certificates."""
    _bootstrap().become_scheduler(host, port)


@app.command()
def start_workers(scheduler: str, folder: Annotated[Path, typer.Option(help="for files")]) -> None:
    """Become workers of a Dask cluster, PLINTH_JOBS of them (default: one a core)."""
    _bootstrap(scheduler).become_workers(folder)
