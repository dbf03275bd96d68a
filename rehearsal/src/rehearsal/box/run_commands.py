"""Commands about runs: start, watch, read, repeat, put right."""

import json
from typing import Annotated, Never

import typer

from artifacts.text import plain
from rehearsal.box.box import Box
from rehearsal.box.errors import BoxUnfit, Unknown
from rehearsal.box.exits import BREAKDOWN, EXIT_CODES, refuse, say, the_box
from rehearsal.box.outcome import Refused, colour
from rehearsal.box.queueing import queue_again, queue_dispatch, queue_schedule
from rehearsal.box.records import Run
from rehearsal.box.runner import follow, start_runner
from rehearsal.box.runner import heal as run_heal
from rehearsal.box.runner import work as run_work
from rehearsal.settings import read_settings, user_name

app = typer.Typer(add_completion=False)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Wait = Annotated[bool, typer.Option("--wait", help="Show the log; exit 0 green, 1 red.")]
Number = Annotated[int, typer.Argument(min=1, help="A run.")]
Person = Annotated[str | None, typer.Option("--as", help="Who acts; default: the system's user.")]


@app.command()
def dispatch(
    workflow: Annotated[str, typer.Argument(help="Its name or file.")],
    field: Annotated[list[str] | None, typer.Option("-f", help="An input: key=value.")] = None,
    ref: Annotated[str, typer.Option(help="The branch to run it on.")] = "main",
    person: Person = None,
    wait: Wait = False,
) -> None:
    """Start a workflow by hand."""
    box = the_box()
    inputs = dict(map(_input, field or ()))
    _started(box, queue_dispatch(box, workflow, ref, inputs, person or user_name()), wait)


@app.command()
def schedule(
    workflow: Annotated[str, typer.Argument(help="Its name or file.")], wait: Wait = False
) -> None:
    """Start a workflow as if its time had come."""
    box = the_box()
    _started(box, queue_schedule(box, workflow, user_name()), wait)


@app.command()
def retry(number: Number, wait: Wait = False) -> None:
    """Run a run's workflow again, for the same commit."""
    box = the_box()
    run = box.runs.read(number)
    if not run.state.ended:
        refuse(Refused((f"{run.label} is {run.state}: wait for its end",)))
    _started(box, queue_again(box, run), wait)


@app.command("runs")
def list_runs(
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 30,
    as_json: AsJson = False,
) -> None:
    """List runs, the latest first."""
    found = the_box().runs.all()[:limit]
    if as_json:
        typer.echo(json.dumps([run.model_dump(mode="json") for run in found]))
        return
    for run in found:
        typer.echo(
            f"{run.number}  {run.state}  {plain(run.workflow)}  {run.event}  {plain(run.ref)}  "
            f"{run.commit[:12]}  {plain(run.description)}".rstrip()
        )


@app.command()
def log(
    number: Number,
    follow: Annotated[bool, typer.Option("--follow", help="Until it has ended.")] = False,
    summary: Annotated[bool, typer.Option("--summary", help="What its jobs summed up.")] = False,
) -> None:
    """Print a run's log."""
    box = the_box()
    box.runs.read(number)
    if summary:
        typer.echo(box.runs.summary(number))
    elif follow:
        _watch(box, (number,))
    else:
        for line in box.runs.log(number)[0]:
            typer.echo(line)


@app.command()
def wait(
    commit: Annotated[str, typer.Argument(help="A commit, branch or tag.")] = "main",
    workflow: Annotated[str, typer.Option(help="Only the runs of this workflow.")] = "",
) -> None:
    """Wait for the runs of a commit; exit 0 if all are green."""
    box = the_box()
    found = box.repository.commit(commit)
    if found is None:
        raise Unknown("commit", plain(commit), "push it first")
    numbers = _latest_runs(box, found, workflow)
    if not numbers:
        typer.echo(f"no run of {workflow or 'any workflow'} for {found[:12]}", err=True)
        raise typer.Exit(BREAKDOWN)
    _watch(box, numbers)


@app.command()
def work() -> None:
    """Work off the queue: what hooks and commands start apart from themselves."""
    run_work(the_box())


@app.command()
def heal() -> None:
    """Put right what killed pushers and runners left, and work off the queue."""
    box = the_box()
    for run in run_heal(box):
        typer.echo(f"{run.label} was interrupted: push again or `box retry {run.number}`")
    if waiting := box.runs.waiting():
        start_runner(box)
        typer.echo(f"working off {len(waiting)} runs")


def _latest_runs(box: Box, commit: str, workflow: str) -> tuple[int, ...]:
    found: dict[tuple[str, str], int] = {}
    for run in reversed(box.runs.all()):
        if run.commit == commit and workflow in {"", run.workflow}:
            found[run.workflow, run.event] = run.number
    return tuple(sorted(found.values()))


def _started(box: Box, started: Refused | Run, wait: bool) -> None:
    if isinstance(started, Refused):
        refuse(started)
    start_runner(box)
    if not wait:
        typer.echo(f"queued: {started.label}")
        return
    _watch(box, (started.number,))


def _watch(box: Box, numbers: tuple[int, ...]) -> Never:
    require_no_run("waits for a run")
    runs = follow(box, numbers, say)
    raise typer.Exit(EXIT_CODES[colour(run.state for run in runs)])


def require_no_run(what: str) -> None:
    """Raise BoxUnfit within a step: its runner might wait for itself."""
    if (run := read_settings().run) is not None:
        raise BoxUnfit("this command", f"it {what} from within run {run}, which would never end")


def _input(words: str) -> tuple[str, str]:
    name, equals, value = words.partition("=")
    if not equals:
        raise BoxUnfit("-f", f"{plain(words)} is no key=value")
    return name, value
