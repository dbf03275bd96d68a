"""The commands, a module a group. Exit codes: 0 done, 1 refused, 2 broken."""

import sys

import typer

from artifacts.errors import ArtifactError
from artifacts.text import plain
from cloud.cli import images, services
from cloud.errors import CloudError

REFUSED, BREAKDOWN = 1, 2
_LONGEST = 4000

app = typer.Typer(
    name="cloud",
    help="What the AWS target runs: builds and registers images, observes services.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(images.app)
app.add_typer(services.app)


def main() -> None:
    """Run a command; whatever breaks it is told without a traceback, and ends with 2."""
    try:
        app(prog_name="cloud")
    except (CloudError, ArtifactError) as exc:
        lines = str(exc).splitlines()
        typer.echo("cloud: " + "\n".join(plain(line, _LONGEST) for line in lines), err=True)
        sys.exit(BREAKDOWN)
    except Exception as exc:  # noqa: BLE001 - Python's own exit code for it is 1: refused
        typer.echo(f"cloud: {type(exc).__name__}: {plain(exc, _LONGEST)}", err=True)
        sys.exit(BREAKDOWN)
