"""Commands of those who train again, propose and promote, and of the forge."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import typer

from artifacts.errors import SignatureRefused
from artifacts.refusal import Refusal
from delivery.errors import HandoverRefused
from delivery.exits import BREAKDOWN, DONE, REFUSED, refuse
from delivery.forges.forge_checks import SO_IT_IS, checklist
from delivery.forges.open_proposal import Opened
from delivery.forges.wiring import find_forge, find_forge_settings
from delivery.releases.promote import AlreadyThere
from delivery.releases.promotion_request import NotShown
from delivery.retrain.retraining_page import plan_outputs, retrained_outputs, retrained_page
from delivery.retrain.train_candidate import UNDER_WAY
from delivery.retrain.wiring import (
    kept_candidate,
    make_keep_model,
    make_plan,
    make_promote,
    make_retrain,
    make_train,
    make_training,
    new_gate_report,
    rebuild,
    record_gate,
    step_files,
)
from delivery.rooms.standing_walls import (
    CONTAINERS,
    machine_line,
    missing_walls,
    training_line,
    wall_line,
)
from delivery.rooms.tried_walls import walls_exit, walls_table
from delivery.rooms.wiring import try_walls
from delivery.settings import read_settings
from delivery.text import plain, prose
from delivery.trail.head_lines import tell_head

NO_FORGE: Final = (
    "no forge is named: set PLINTH_BOX, or PLINTH_FORGE_URL, PLINTH_FORGE_REPOSITORY and "
    "PLINTH_FORGE_TOKEN"
)
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


@app.command()
def walls() -> None:
    """Try the wall of each room of this machine: 0 all stand, 1 one doesn't, 2 nobody can tell.

    Training, registering, measuring, parity's doors, the services of both environments, and where
    a box is set up a branch's own workflows.
    """
    settings = read_settings()
    tried = try_walls(settings)
    typer.echo(walls_table(tried))
    if settings.target == "aws":
        typer.echo(f"services: {CONTAINERS}")
    raise typer.Exit(walls_exit(tried))


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


@app.command()
def promote() -> None:
    """Ask for production to run what staging runs and verified: 0 asked, 1 nothing to promote."""
    settings = read_settings()
    done = make_promote(settings)()
    step = step_files(settings)
    if isinstance(done, NotShown):
        step.output({"promoted": "false", "reason": done.reason})
        refuse(done.reason)
    if isinstance(done, AlreadyThere):
        step.output({"promoted": "false", "reason": "production pins it already"})
        typer.echo(f"production pins {done.payload} already")
        return
    step.output({"promoted": "true", "branch": done.branch.name, **_number(done)})
    _tell(done)
    tell_head(settings, publish=True)


@app.command()
def comment_evidence(
    number: Annotated[int, typer.Argument(min=1, help="The pull request.")],
    file: Annotated[Path, typer.Argument(help="Markdown, escaped where it isn't ours.")],
    marker: Annotated[str, typer.Option(help="Whose comment it is: one each.")] = "judge",
) -> None:
    """Keep one comment of a pull request up to date."""
    forge = find_forge(read_settings())
    if forge is None:
        typer.echo(f"{NO_FORGE}. By hand: copy {plain(file)} into pull request {number}")
        return
    body = _body(file)
    forge.comment(number, marker, body)
    typer.echo(f"pull request {number} shows {plain(file)}")


@app.command()
def check_forge() -> None:
    """Check how GitHub is set up, item by item: 0 well, 1 not, 2 nobody can tell.

    The first line is about the wall around training on the machine that asks.
    """
    settings = read_settings()
    typer.echo(machine_line(settings))
    forge = find_forge_settings(settings)
    if forge is None:
        typer.echo("undecided: PLINTH_FORGE_URL, PLINTH_FORGE_REPOSITORY and PLINTH_FORGE_TOKEN "
                   "say which repository to ask", err=True)  # fmt: skip
        raise typer.Exit(BREAKDOWN)
    items = checklist(forge.facts(), missing_walls(settings).get("training", ""))
    for item in items:
        typer.echo(f"{item.state:<10}  {item.name}")
        if item.state != "ok":
            typer.echo(f"            {plain(item.found, _LINE)}: {item.todo}")
        elif item.found != SO_IT_IS:
            typer.echo(f"            {plain(item.found, _LINE)}")
    states = {item.state for item in items}
    raise typer.Exit(
        REFUSED if "missing" in states else BREAKDOWN if "can't tell" in states else DONE
    )


def _body(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "The judge left no evidence: look at the run's log.\n"


def _number(done: Opened) -> dict[str, str]:
    return {"pull_request": str(done.pull_request.number)} if done.pull_request else {}


def _tell(done: Opened) -> None:
    if done.pull_request:
        typer.echo(f"asked for by {plain(done.pull_request.name)} ({plain(done.branch.name)})")
    for line in done.by_hand:
        typer.echo(plain(line, _LINE))
