"""Commands that deploy a release, compare what runs with it, and show the status."""

from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Annotated, Final

import typer

from artifacts.records.release import Environment
from artifacts.text import plain, prose
from delivery.deploy.compare import Verification
from delivery.deploy.deploy import all_steps
from delivery.deploy.pages import status_lines, summary_lines
from delivery.deploy.verify import record_verification
from delivery.deploy.wiring import make_deploy, make_pending, make_status, make_verify
from delivery.exits import BREAKDOWN, DONE, REFUSED, step_files
from delivery.releases.wanted import short
from delivery.rooms.standing_walls import CONTAINERS, machine_line
from delivery.rooms.tried_walls import walls_exit, walls_table
from delivery.settings import read_settings
from delivery.targets.wiring import make_target
from delivery.trail.wiring import make_audit_log, state_of_log, tell_head, who

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


Where = Annotated[Environment, typer.Argument(help="staging or production.")]


@app.command()
def deploy(
    environment: Where,
    commit: Annotated[str, typer.Option(help="Commit of main whose release is deployed.")],
    if_different: Annotated[
        bool, typer.Option("--if-different", help="Do nothing where it runs that already.")
    ] = False,
) -> None:
    """Make an environment run what a commit of main wants: 0 done, 1 refused, 2 broken.

    A commit that is no longer main's tip ends as superseded, with 0: another deploy counts.
    """
    settings = read_settings()
    # What plan-deploy asks, without a job of its own: where no person is asked first.
    if if_different and not make_pending(settings, _say).run(environment, commit):
        _say(f"nothing: {environment} runs what {commit[:12]} wants, and nobody deploys it")
        return
    typer.echo(walls := machine_line(settings))
    done = make_deploy(settings, _say).run(environment, commit)
    for line in done.lines:
        typer.echo(f"{done.outcome}: {plain(line, _LINE)}", err=EXITS[done.outcome] != DONE)
    step = step_files(settings)
    step.output({"outcome": done.outcome})
    step.summarise("\n".join((*summary_lines(environment, done), prose(walls), "")))
    tell_head(settings, publish=True)
    raise typer.Exit(EXITS[done.outcome])


@app.command()
def steps() -> None:
    """List the steps of a deploy, in order, with those of the target that the settings name."""
    for step in all_steps(make_target(read_settings(), _say).steps):
        typer.echo(f"{step.name:16} {step.done}")


@app.command()
def plan_deploy(
    commit: Annotated[str, typer.Option(help="Commit of main whose releases would be deployed.")],
) -> None:
    """Say, as outputs of a step too, in which environments a deploy would have anything to do."""
    settings = read_settings()
    asking = make_pending(settings, _say)
    with ThreadPoolExecutor() as pool:
        asked = {where: pool.submit(asking.run, where, commit) for where in ENVIRONMENTS}
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
    """Compare git, aliases, what was applied and what runs: 0 equal, 1 different, 2 can't tell."""
    settings = read_settings()
    found = make_verify(settings, _say).run(environment)
    if record:
        record_verification(make_audit_log(settings), found, who(settings))
        tell_head(settings, publish=False)
    for line in (*found.differences, *found.notes):
        typer.echo(plain(line, _LINE))
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
def walls() -> None:
    """Try the wall of each room of this machine: 0 all stand, 1 one doesn't, 2 nobody can tell.

    Training, registering, measuring, parity's doors, the services of both environments, and where
    a box is set up a branch's own workflows.
    """
    from delivery.deploy.try_walls import try_walls  # noqa: PLC0415 - it loads what measures

    settings = read_settings()
    tried = try_walls(settings)
    typer.echo(walls_table(tried))
    if settings.target == "aws":
        typer.echo(f"services: {CONTAINERS}")
    raise typer.Exit(walls_exit(tried))


def _exit_of(found: Verification) -> int:
    if not found.differences:
        return DONE
    known = [difference for difference in found.differences if not difference.unknown]
    return REFUSED if known else BREAKDOWN


def _say(line: str) -> None:
    typer.echo(plain(line, _LINE))
