"""Commands about pull requests. With --json each prints the pull request as a PullView."""

import json
from pathlib import Path
from typing import Annotated, Never

import typer

from artifacts.text import plain
from rehearsal.box import pull_requests
from rehearsal.box.box import Box
from rehearsal.box.exits import EXIT_CODES, refuse, say, say_aside, the_box
from rehearsal.box.outcome import Refused, colour
from rehearsal.box.records import PullRequest, PullState
from rehearsal.box.run_commands import require_no_run
from rehearsal.box.runner import follow, start_runner
from rehearsal.settings import read_settings, user_name

app = typer.Typer(help="Pull requests.", no_args_is_help=True, add_completion=False)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Number = Annotated[int, typer.Argument(min=1, help="A pull request.")]
Person = Annotated[str | None, typer.Option("--as", help="Who acts; default: the system's user.")]
Body = Annotated[Path | None, typer.Option("--body-file", help="Markdown.")]


@app.command("open")
def open_pull(
    branch: Annotated[str, typer.Argument(help="A branch of the box.")],
    title: Annotated[str | None, typer.Option(help="Default: the branch's name.")] = None,
    body_file: Body = None,
    person: Person = None,
    wait: Annotated[bool, typer.Option("--wait", help="Show the checks' logs.")] = False,
    as_json: AsJson = False,
) -> None:
    """Open a pull request, or bring the open one of a branch up to date."""
    box = the_box()
    body = body_file.read_text(encoding="utf-8") if body_file else None
    opened = pull_requests.open_pull_request(box, branch, title, body, person or user_name())
    if isinstance(opened, Refused):
        refuse(opened)
    runs = tuple(run.number for run in opened.runs)
    if runs:
        start_runner(box)
    if wait:
        _wait(box, opened.pull_request.number, runs, as_json)
    _show(box, opened.pull_request, as_json)


@app.command()
def show(number: Number, as_json: AsJson = False) -> None:
    """Show a pull request."""
    box = the_box()
    _show(box, box.pulls.read(number), as_json)


@app.command("list")
def list_pulls(
    branch: Annotated[str | None, typer.Option(help="Only those of a branch.")] = None,
    closed: Annotated[bool, typer.Option("--all", help="Merged and closed ones too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List pull requests."""
    box = the_box()
    found = [
        pull
        for pull in box.pulls.all()
        if (closed or pull.state == PullState.OPEN) and branch in {None, pull.branch}
    ]
    if as_json:
        views = [pull_requests.view(box, pull).model_dump(mode="json") for pull in found]
        typer.echo(json.dumps(views))
        return
    for pull in found:
        typer.echo(f"#{pull.number}  {pull.state}  {plain(pull.branch)}  {plain(pull.title)}")


@app.command()
def close(number: Number, as_json: AsJson = False) -> None:
    """Close a pull request, unmerged."""
    box = the_box()
    _changed(box, pull_requests.close_pull_request(box, number), as_json)


@app.command()
def comment(
    number: Number,
    body_file: Annotated[Path, typer.Option("--body-file", help="Markdown.")],
    marker: Annotated[str | None, typer.Option(help="Replaces the one of this marker.")] = None,
    person: Person = None,
    as_json: AsJson = False,
) -> None:
    """Comment on a pull request."""
    box = the_box()
    body = body_file.read_text(encoding="utf-8")
    _changed(box, pull_requests.comment(box, number, body, marker, person or user_name()), as_json)


@app.command()
def approve(
    number: Number,
    person: Annotated[str, typer.Option("--as", help="Who approves.")],
    note: Annotated[str, typer.Option(help="Why.")] = "",
    as_json: AsJson = False,
) -> None:
    """Approve a pull request; the signed approval of a release is another thing."""
    box = the_box()
    _changed(box, pull_requests.approve(box, number, person, note), as_json)


@app.command()
def merge(
    number: Number,
    person: Person = None,
    wait: Annotated[bool, typer.Option("--wait", help="Show main's runs; 0 green, 1 red.")] = False,
    as_json: AsJson = False,
) -> None:
    """Merge a pull request into main, if the rules of main allow it."""
    box = the_box()
    within_run = read_settings().run is not None
    outcome = pull_requests.merge(
        box, number, person or user_name(), say_aside if as_json else say, may_wait=not within_run
    )
    if isinstance(outcome, Refused):
        refuse(outcome)
    if outcome.runs:
        start_runner(box)
    if not as_json:
        say(f"merged #{number}: main is {outcome.commit[:12]}")
    if wait:
        _wait(box, number, outcome.runs, as_json)
    if as_json:
        _show(box, outcome.pull_request, as_json)


def _wait(box: Box, number: int, runs: tuple[int, ...], as_json: bool) -> Never:
    require_no_run("waits for a run")
    ended = follow(box, runs, say_aside if as_json else say)
    if as_json:
        _show(box, box.pulls.read(number), as_json)
    raise typer.Exit(EXIT_CODES[colour(run.state for run in ended)])


def _changed(box: Box, changed: Refused | PullRequest, as_json: bool) -> None:
    if isinstance(changed, Refused):
        refuse(changed)
    _show(box, changed, as_json)


def _show(box: Box, pull: PullRequest, as_json: bool) -> None:
    view = pull_requests.view(box, pull)
    if as_json:
        typer.echo(json.dumps(view.model_dump(mode="json")))
        return
    typer.echo(f"#{pull.number}  {pull.state}  {plain(pull.branch)}  {plain(pull.title)}")
    typer.echo(
        f"head {(view.head or 'gone')[:12]}, pushed by {', '.join(view.pushers) or 'nobody'}"
    )
    for status in view.statuses:
        typer.echo(f"{plain(status.context)}  {status.event}  {status.state}  run {status.run}")
    for given in pull.approvals:
        stale = "" if given.head == view.head else ", of an earlier head"
        typer.echo(f"approved by {given.person}{stale}  {plain(given.note)}".rstrip())
    for reason in view.refusals if pull.state == PullState.OPEN else ():
        typer.echo(f"not yet: {plain(reason)}")
