"""The command line. Exit codes: 0 done or green, 1 refused or red, 2 undecided or broken."""

import signal
import sys
from collections.abc import Sequence
from types import FrameType

import typer

from artifacts.text import plain
from rehearsal.box import box_commands as forge
from rehearsal.box import hook_commands as hooks
from rehearsal.box import pull_commands as pulls
from rehearsal.box import run_commands as runs
from rehearsal.box.exits import BREAKDOWN

app = typer.Typer(
    help="A forge and its runner on this machine: a rehearsal of GitHub, and no security boundary.",
    no_args_is_help=True,
    add_completion=False,
)
for group in (forge.app, runs.app):
    app.registered_commands += group.registered_commands
app.add_typer(pulls.app, name="pull-request")
app.add_typer(hooks.app, name="hook", hidden=True)


def main(words: Sequence[str]) -> None:
    """Run a command of the box; whatever breaks it is told in one paragraph, and ends with 2."""
    # What a command holds, it lets go: a runner that is told to end removes its run's folder.
    signal.signal(signal.SIGTERM, _end)
    try:
        app(list(words), prog_name="box")
    except BrokenPipeError:
        sys.exit(BREAKDOWN)
    except Exception as exc:  # noqa: BLE001 - a traceback would end with 1, which means refused
        typer.echo(f"box: {type(exc).__name__}: {plain(exc, 2000)}", err=True)
        sys.exit(BREAKDOWN)


def _end(number: int, frame: FrameType | None) -> None:
    del frame
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(128 + number)
