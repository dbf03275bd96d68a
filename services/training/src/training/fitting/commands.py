"""The stages of the pipeline from vectors to a signed artifact, as dvc.yaml calls them."""

import csv
import sys
from collections.abc import Mapping
from pathlib import Path

import typer
from tqdm import tqdm

from artifacts.records.manifest import FamilyScore
from artifacts.signatures import KeySigner, KeyVerifier
from training.cluster.cluster_nodes import workers
from training.fitting.evaluate import evaluate_candidate
from training.fitting.package import package as package_candidate
from training.options import SchedulerOption, WorkOption
from training.registry.mlflow_tracking import keep_run
from training.settings import read_settings
from training.work.study import OBJECTIVE, Trial
from training.work.work_folder import WorkFolder
from training.work.work_setup import identity_of, inputs_of

app = typer.Typer()

_SHOWN_METRICS = (
    *("accuracy", "macro_f1", "top3_accuracy", "calibration_error", "set_size"),
    *("median_absolute_error", "mean_absolute_error", "interval_coverage"),
)


@app.command()
def train(work: WorkOption = Path(), scheduler: SchedulerOption = None) -> None:
    """Stage 3: compare families, fit the best, export it, keep the run."""
    # scikit-learn and skl2onnx take seconds to import, and the other stages train nothing.
    from training.fitting.onnx_exporter import OnnxExporter  # noqa: PLC0415
    from training.fitting.tpe_sampler import TpeSampler  # noqa: PLC0415
    from training.fitting.train import train as train_model  # noqa: PLC0415

    settings, files = read_settings(scheduler), WorkFolder(work)
    model = files.definition()
    identity, inputs = identity_of(settings, files), inputs_of(settings, model)
    with workers(settings) as parallel:
        trained = train_model(
            files, model, identity, inputs, OnnxExporter(), parallel, TpeSampler(), _tell_trial
        )
    keep_run(settings, files, candidate=None)
    typer.echo("\n".join(family_lines(trained.families)))
    typer.echo("* is in the model. All figures are of buildings that a family didn't learn from.")
    typer.echo(f"labels equal in scikit-learn and ONNX on all {trained.photos_compared} photos")
    typer.echo(doubtful_line(files.doubtful_labels))


@app.command()
def evaluate(work: WorkOption = Path()) -> None:
    """Stage 4: score the validation split."""
    read_settings()
    files = WorkFolder(work)
    for metric in evaluate_candidate(files, files.definition()):
        if metric.over == "validation":
            typer.echo(f"{metric.name} {metric.value:.3f}")


@app.command()
def package(work: WorkOption = Path()) -> None:
    """Stage 5: put the artifact together and sign it."""
    settings, files = read_settings(), WorkFolder(work)
    signer, verifier = KeySigner(settings.signing_key), KeyVerifier(settings.public_key)
    artifact = package_candidate(files, files.definition(), signer, verifier)
    keep_run(settings, files, artifact.digest)
    typer.echo(f"candidate {artifact.digest}")


def family_lines(families: tuple[FamilyScore, ...]) -> list[str]:
    """Say how each family did in cross-validation, head by head; `*` marks the chosen one."""
    lines: list[str] = []
    for head in dict.fromkeys(score.head for score in families):
        scores = [score for score in families if score.head == head]
        shown = [name for name in _SHOWN_METRICS if name in scores[0].metrics]
        rows = [["", head, "settings", *(name.replace("_", " ") for name in shown)]]
        rows += [
            ["*" * score.chosen, score.family, _settings(score.settings)]
            + [f"{score.metrics[name]:.3f}" for name in shown]
            for score in scores
        ]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines += [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
    return lines


def doubtful_line(table: Path) -> str:
    """Say how many photos a table lists whose style a person should look at."""
    with table.open(encoding="utf-8", newline="") as file:
        count = sum(1 for _ in csv.DictReader(file))
    if not count:
        return "no photo has a style that models without it find improbable"
    photos = "1 photo has" if count == 1 else f"{count} photos have"
    return (
        f"{photos} a style that models without it find improbable. Look at them, the worst first, "
        f"with the style that they suggest: {table.resolve()}"
    )


def trial_line(number: int, trial: Trial) -> str:
    """Say in one line what a trial of the search tried, and how it did."""
    settings = _settings(trial.family.settings())
    return f"trial {number}: {trial.family.kind} {settings}: {OBJECTIVE} {trial.score:.3f}"


def _tell_trial(number: int, trial: Trial) -> None:
    # For someone who waits; in a log the table at the end says it all.
    if sys.stderr.isatty():
        tqdm.write(trial_line(number, trial), file=sys.stderr)  # above the bar that is there


def _settings(settings: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in settings.items())
