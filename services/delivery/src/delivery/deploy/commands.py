"""Commands of those who deploy: make it so, compare, look, take back."""

from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

import typer

from artifacts.records.release import Environment
from delivery.deploy.status_table import status_lines, summary_lines
from delivery.deploy.verify import Verification, record_verification
from delivery.deploy.wanted import short
from delivery.deploy.wiring import (
    audit_log,
    make_deploy,
    make_revert,
    make_status,
    make_take_over,
    make_verify,
    step_files,
    who,
)
from delivery.errors import RevertRefused, TakeOverRefused
from delivery.exits import BREAKDOWN, DONE, REFUSED, refuse
from delivery.rooms.standing_walls import machine_line
from delivery.settings import Settings, read_settings
from delivery.text import plain, prose
from delivery.trail.head_lines import tell_head
from delivery.trail.head_wiring import state_of_log

ENVIRONMENTS: Final[tuple[Environment, ...]] = ("staging", "production")
EXITS: Final = MappingProxyType(
    {
        "green": DONE,
        "nothing": DONE,
        "superseded": DONE,
        "refused": REFUSED,
        "undecided": BREAKDOWN,
        "red": BREAKDOWN,
    }
)
_LINE: Final = 4000

app = typer.Typer(add_completion=False)


class EnvironmentName(StrEnum):
    """The environments that there are."""

    STAGING = "staging"
    PRODUCTION = "production"


Where = Annotated[EnvironmentName, typer.Argument(help="staging or production.")]


@app.command()
def deploy(
    environment: Where,
    commit: Annotated[str, typer.Option(help="Commit of main whose release is deployed.")],
) -> None:
    """Make an environment run what a commit of main wants: 0 done, 1 refused, 2 broken.

    A commit that is no longer main's tip ends as superseded, with 0: another deploy counts.
    """
    settings = read_settings()
    where: Environment = environment.value
    typer.echo(walls := machine_line(settings))
    done = make_deploy(settings, _say).run(where, commit)
    for line in done.lines:
        typer.echo(f"{done.outcome}: {plain(line, _LINE)}", err=EXITS[done.outcome] != DONE)
    outputs: dict[str, str] = {"outcome": done.outcome}
    if where == "staging" and done.outcome != "superseded":
        pending = make_verify(settings, _say).pending("production", commit)
        outputs["production"] = str(pending).lower()
    _tell_workflow(settings, outputs, (*summary_lines(where, done), prose(walls), ""))
    tell_head(settings, publish=True)
    raise typer.Exit(EXITS[done.outcome])


@app.command()
def plan_deploy(
    commit: Annotated[str, typer.Option(help="Commit of main whose releases would be deployed.")],
) -> None:
    """Say, as outputs of a step too, in which environments a deploy would have anything to do."""
    settings = read_settings()
    asking = make_verify(settings, _say)
    with ThreadPoolExecutor() as pool:
        asked = {where: pool.submit(asking.pending, where, commit) for where in ENVIRONMENTS}
    outputs: dict[str, str] = {
        where: str(answer.result()).lower() for where, answer in asked.items()
    }
    for where, pending in outputs.items():
        typer.echo(f"{where}={pending}")
    step_files(settings).output(outputs)


@app.command()
def verify(
    environment: Where,
    record: Annotated[bool, typer.Option("--record", help="Add it to the audit log.")] = False,
) -> None:
    """Compare git, aliases, Terraform's state and what runs: 0 equal, 1 different, 2 can't tell."""
    settings = read_settings()
    found = make_verify(settings, _say).run(environment.value)
    if record:
        record_verification(audit_log(settings), found, who(settings))
        tell_head(settings, publish=False)
    for difference in found.differences:
        typer.echo(plain(difference, _LINE))
    if not found.differences:
        typer.echo(f"{environment}: {short(found.wanted.digest)} wherever it was looked for")
    raise typer.Exit(_exit_of(found))


@app.command()
def status() -> None:
    """Show all environments and the audit log: what is wanted, what differs: 0 green, 1 not.

    The log is not green while its end is published nowhere, or nobody has reviewed its restart.
    """
    settings = read_settings()
    looking = make_status(settings, _say)
    found = [looking.run(environment) for environment in ENVIRONMENTS]
    log = state_of_log(settings)
    for line in (*status_lines(found), *log.lines):
        typer.echo(plain(line, _LINE))
    raise typer.Exit(DONE if log.green and all(one.green for one in found) else REFUSED)


@app.command()
def revert(
    promotion: Annotated[str, typer.Argument(help="The promotion: its merge on main.")],
    key: Annotated[Path | None, typer.Option(help="Your SSH key, which signs.")] = None,
    name: Annotated[str | None, typer.Option(help="Your name.")] = None,
    email: Annotated[str | None, typer.Option(help="Your e-mail address.")] = None,
) -> None:
    """Make the branch that takes a promotion back: 0 made, 1 refused.

    Key, name and e-mail are those of git's configuration where they aren't given.
    """
    try:
        made = make_revert(read_settings(), key, name, email).run(promotion)
    except RevertRefused as exc:
        refuse(str(exc))
    typer.echo(f"{made.branch}: production goes back to {short(made.back_to)}")
    typer.echo(f"its merge withdraws {short(made.left)}")
    if not made.approved:
        typer.echo("this payload doesn't come back by itself: its merge needs new approvals")
    typer.echo(f"push it and open a pull request: git push origin {made.branch}")


@app.command()
def take_over(
    change: Annotated[str, typer.Argument(help="A branch of origin, or a commit.")],
    key: Annotated[Path | None, typer.Option(help="Your SSH key, which signs.")] = None,
    name: Annotated[str | None, typer.Option(help="Your name.")] = None,
    email: Annotated[str | None, typer.Option(help="Your e-mail address.")] = None,
) -> None:
    """Make a branch of yours, signed, of what a bot or a forge's button changed: 0 made, 1 refused.

    You are its author then: others approve it. Key, name and e-mail are those of git's
    configuration where they aren't given.
    """
    try:
        made = make_take_over(read_settings(), key, name, email)(change)
    except TakeOverRefused as exc:
        refuse(str(exc))
    typer.echo(f"{made.branch}: what {made.of} brings to main, signed by you. Read it:")
    for line in made.changes:
        typer.echo(f"  {line}")
    typer.echo(f"  git diff origin/main...{made.branch}")
    typer.echo(f"then push it and open a pull request: git push origin {made.branch}")


def _exit_of(found: Verification) -> int:
    if not found.differences:
        return DONE
    known = [difference for difference in found.differences if not difference.unknown]
    return REFUSED if known else BREAKDOWN


def _say(line: str) -> None:
    typer.echo(plain(line, _LINE))


def _tell_workflow(settings: Settings, outputs: dict[str, str], summary: tuple[str, ...]) -> None:
    step = step_files(settings)
    step.output(outputs)
    step.summarise("\n".join(summary))
