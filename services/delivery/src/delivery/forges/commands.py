"""Commands of the forge: is it set up well, and what do people see in a pull request?"""

from pathlib import Path
from typing import Annotated, Final

import typer

from artifacts.text import plain
from delivery.exits import BREAKDOWN, DONE, REFUSED
from delivery.forges.forge_checks import SO_IT_IS, checklist
from delivery.forges.wiring import find_forge, find_forge_settings
from delivery.rooms.standing_walls import machine_line, missing_walls
from delivery.settings import read_settings

NO_FORGE: Final = (
    "no forge is named: set PLINTH_BOX, or PLINTH_FORGE_URL, PLINTH_FORGE_REPOSITORY and "
    "PLINTH_FORGE_TOKEN"
)
_LINE: Final = 2000

app = typer.Typer(add_completion=False)


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
    try:
        body = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        body = "The judge left no evidence: look at the run's log.\n"
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
