"""Commands of CI: what does a change need?"""

from dataclasses import asdict
from typing import Annotated, Final

import typer
from pydantic import TypeAdapter, ValidationError

from artifacts.text import plain
from delivery.changes.checks import JobResult, checks_between, faults
from delivery.exits import BREAKDOWN, refuse
from delivery.forges.wiring import find_statuses
from delivery.git.repository import GitRepository
from delivery.settings import read_settings

_RESULTS: Final = TypeAdapter(dict[str, JobResult])

app = typer.Typer(add_completion=False)


@app.command()
def changes(
    base: Annotated[str, typer.Option(help="Main's commit before the change.")],
    head: Annotated[str, typer.Option(help="The change's last commit.")],
    event: Annotated[str, typer.Option(help="What started CI: a `push` gets every test.")] = "",
) -> None:
    """Say which checks a change needs, to people and to the workflow's other jobs."""
    settings = read_settings()
    needs = checks_between(GitRepository(settings.root), base, head, whole=event == "push")
    lines = [f"{name}={str(needed).lower()}" for name, needed in asdict(needs).items()]
    typer.echo("\n".join(lines))
    if settings.step_output:
        with settings.step_output.open("a", encoding="utf-8") as output:
            output.write("\n".join(lines) + "\n")


@app.command()
def sum_checks(
    results: Annotated[str, typer.Argument(help="The jobs of CI, as `toJSON(needs)` writes them.")],
) -> None:
    """Say whether all checks that a change needed are green. 1 if one is not, 2 if unreadable."""
    try:
        jobs = _RESULTS.validate_json(results)
    except ValidationError as exc:
        typer.echo(f"RESULTS is not what `toJSON(needs)` writes: {plain(exc)}", err=True)
        raise typer.Exit(BREAKDOWN) from exc
    for name, job in sorted(jobs.items()):
        typer.echo(f"{name}: {job.result}")
    if found := faults(jobs):
        refuse("; ".join(found))


@app.command()
def report_check(
    check: Annotated[str, typer.Argument(help="The check, as main's protection names it.")],
    commit: Annotated[str, typer.Option(help="The full name of the commit that it is about.")],
    outcome: Annotated[str, typer.Option(help="How its step ended: only `success` is green.")],
) -> None:
    """Set the status of a commit at GitHub. 2 where no forge is set up: nobody was told."""
    statuses = find_statuses(read_settings())
    if statuses is None:
        typer.echo(
            "no forge is set up here (PLINTH_FORGE_URL, PLINTH_FORGE_REPOSITORY, "
            "PLINTH_FORGE_TOKEN): nobody was told",
            err=True,
        )
        raise typer.Exit(BREAKDOWN)
    statuses(commit, check, green=outcome == "success", description=f"its step ended as {outcome}")
    typer.echo(f"{plain(check)} of {plain(commit)}: {plain(outcome)}")
