"""Commands that train again, judge and register a model, and propose it for staging."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import typer

from artifacts.errors import SignatureRefused
from artifacts.refusal import Refusal
from artifacts.text import plain, prose
from delivery.errors import HandoverRefused
from delivery.exits import BREAKDOWN, DONE, REFUSED, refuse
from delivery.retrain.retraining import plan_outputs, retrained_outputs, retrained_page
from delivery.retrain.train_candidate import UNDER_WAY
from delivery.retrain.wiring import (
    kept_candidate,
    make_keep_model,
    make_plan,
    make_retrain,
    make_train,
    make_training,
    new_gate_report,
    rebuild,
    record_gate,
)
from delivery.rooms.standing_walls import training_line, wall_line
from delivery.settings import read_settings
from delivery.step_files import step_files
from delivery.trail.wiring import tell_head

UNDECIDED: Final = "undecided"
_LINE: Final = 2000

app = typer.Typer(add_completion=False)
Commit = Annotated[str, typer.Option(help="The commit; the checkout must be at it.")]
Out = Annotated[Path | None, typer.Option(help="Where a copy of the candidate goes.")]
Inputs = Annotated[str, typer.Option(help="The digest of what it was trained from.")]


@app.command()
def plan_retraining(commit: Commit = "HEAD") -> None:
    """Say whether a commit's inputs are to be trained on: those judged before are not."""
    settings = read_settings()
    outputs = plan_outputs(make_plan(settings)(commit))
    step_files(settings).output(outputs)
    for name, value in outputs.items():
        typer.echo(f"{name}={plain(value, _LINE)}")


@app.command()
def train(
    planned: Annotated[
        str | None, typer.Option("--inputs", help="The digest of what was planned; no other.")
    ] = None,
) -> None:
    """Train once from this checkout's inputs, and hand the candidate over. Needs no key or log.

    0 also where another training of the same inputs is under way: `candidate` is empty then.
    """
    settings = read_settings()
    typer.echo(training_line(settings))
    done = make_train(settings)(planned)
    if isinstance(done, Refusal) and done.reason != UNDER_WAY:
        refuse(f"nothing is trained: {done.reason}")
    outputs = {"candidate": "" if isinstance(done, Refusal) else done}
    step_files(settings).output(outputs)
    typer.echo(f"candidate={outputs['candidate']}")
    if isinstance(done, Refusal):
        typer.echo(f"nothing is handed over: {done.reason}")


@app.command()
def retrain(
    commit: Commit = "HEAD",
    out: Out = None,
    handed_over: Annotated[
        str | None,
        typer.Option(help="The digest that `train` announced. Left out: it is trained here."),
    ] = None,
) -> None:
    """Take what was trained from these inputs, once, judge, record, register and propose.

    A refused model is no fault of the pipeline: 0 unless nothing could be decided, then 2; and 1
    where what was handed over isn't what was announced, or what was planned.
    """
    settings = read_settings()
    typer.echo(walls := wall_line(settings))
    try:
        done = make_retrain(settings, handed_over)(commit)
    except HandoverRefused as exc:
        refuse(str(exc))
    step, outputs = step_files(settings), retrained_outputs(done)
    step.output(outputs)
    step.summarise(f"{retrained_page(done)}\n{prose(walls)}\n")
    for name, value in outputs.items():
        typer.echo(f"{name}={plain(value, _LINE)}")
    for line in done.by_hand:
        typer.echo(plain(line, _LINE))
    tell_head(settings, publish=True)
    if out and (kept := kept_candidate(settings, done.inputs)):
        shutil.copytree(kept, out, dirs_exist_ok=True)
    raise typer.Exit(BREAKDOWN if done.decision == UNDECIDED else DONE)


@app.command()
def register(
    candidate: Annotated[Path, typer.Argument(help="The candidate's folder.")],
    gate_report: Annotated[Path, typer.Option(help="The gate's signed report on it.")],
) -> None:
    """Keep a candidate that the gate allowed in the model store, and give it a version."""
    settings = read_settings()
    kept = make_keep_model(settings)(candidate, gate_report)
    if isinstance(kept, Refusal):
        refuse(f"{kept.reason}, so it is not registered")
    with TemporaryDirectory(prefix="plinth-registry-") as exchange:
        done = make_training(settings).register(gate_report, kept, Path(exchange))
    if isinstance(done, str):
        refuse(done)
    typer.echo(f"version {done.version} is {done.artifact}")


@app.command()
def reproduce(
    model: Annotated[str, typer.Argument(help="A digest in the model store, or a folder.")],
    dataset: Annotated[Path, typer.Option(help="The dataset that it was trained on.")],
    out: Annotated[Path, typer.Option(help="Where the signed record goes.")],
    params: Annotated[Path | None, typer.Option(help="Default: the commit's params.yaml.")] = None,
) -> None:
    """Have a model built again in a room, and sign whether the bytes are equal: 1 if they differ.

    The room gets the model's manifest, and no photo of the holdout.
    """
    settings = read_settings()
    typer.echo(wall_line(settings))
    found = rebuild(settings, model, dataset, out, params)
    typer.echo(f"{found.outcome}: {found.original} from commit {found.commit}")
    for difference in found.differences:
        typer.echo(f"- {plain(difference, _LINE)}")
    raise typer.Exit(DONE if found.outcome == "equal" else REFUSED)


@app.command(name="record-gate")
def record_gate_(
    report: Annotated[Path, typer.Argument(help="A signed gate report.")],
    inputs: Inputs,
    commit: Commit = "HEAD",
) -> None:
    """Add a verdict to the audit log, under the inputs that its candidate was trained from."""
    settings = read_settings()
    try:
        found = new_gate_report(settings, report)
    except SignatureRefused as exc:
        refuse(str(exc))
    entry = record_gate(settings, found, inputs, commit)
    typer.echo(f"entry {entry.sequence}: {entry.outcome} for {entry.inputs}")
    tell_head(settings, publish=False)
