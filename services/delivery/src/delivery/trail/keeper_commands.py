"""The command of the keeper: a process of another user than those who judge and deploy."""

from pathlib import Path
from typing import Annotated

import typer

from delivery.errors import AuditBroken, KeeperUnsafe
from delivery.exits import REFUSED
from delivery.settings import read_settings
from delivery.text import plain
from delivery.trail.keeper_wiring import keep_keys as keep

_LINE = 2000

app = typer.Typer(add_completion=False)


@app.command()
def keep_keys(
    socket: Annotated[
        Path, typer.Option(help="Where the keeper listens: PLINTH_KEEPER of others.")
    ],
    allow: Annotated[list[str], typer.Option(help="A user who may ask, by name or number.")],
) -> None:
    """Hold the keys of gate, delivery and reproduction and the audit log, and sign for others.

    Run it as a user of its own. It signs each key's statements and adds to the log, for users who
    are allowed; it hands out no key and changes no entry. Ends with 1 where what it keeps can be
    taken or replaced by others, or the log is not as it was written.
    """
    try:
        keep(read_settings(), socket, allow, _say)
    except (KeeperUnsafe, AuditBroken) as exc:
        typer.echo(f"refused: {plain(exc, _LINE)}", err=True)
        raise typer.Exit(REFUSED) from None


def _say(line: str) -> None:
    typer.echo(plain(line, _LINE))
