"""How commands end, and what they share."""

from typing import Final, Never

import typer

from artifacts.text import plain
from rehearsal.box.box import Box, open_box
from rehearsal.box.outcome import Colour, Refused
from rehearsal.settings import read_settings

DONE, REFUSED, BREAKDOWN = 0, 1, 2
EXIT_CODES: Final = {Colour.GREEN: DONE, Colour.RED: REFUSED, Colour.UNKNOWN: BREAKDOWN}


def the_box() -> Box:
    """Return the box that PLINTH_BOX names; NoBox where it names none."""
    found = open_box(read_settings())
    found.folder.require()
    return found


def refuse(refused: Refused) -> Never:
    """Say why not, and end with 1."""
    for reason in refused.reasons:
        typer.echo(f"refused: {plain(reason, 2000)}", err=True)
    raise typer.Exit(REFUSED)


def say(line: str) -> None:
    """Print a line at once."""
    typer.echo(line)


def say_aside(line: str) -> None:
    """Print a line at once, where no JSON is read."""
    typer.echo(line, err=True)
