"""Commands of CI: what does a change need?"""

from dataclasses import asdict
from typing import Annotated

import typer

from delivery.changes.check_wiring import make_classify_change
from delivery.settings import read_settings

app = typer.Typer(add_completion=False)


@app.command()
def changes(
    base: Annotated[str, typer.Option(help="Main's commit before the change.")],
    head: Annotated[str, typer.Option(help="The change's last commit.")],
) -> None:
    """Say which checks a change needs, to people and to the workflow's later steps."""
    settings = read_settings()
    lines = [
        f"{name}={str(needed).lower()}"
        for name, needed in asdict(make_classify_change(settings)(base, head)).items()
    ]
    typer.echo("\n".join(lines))
    if settings.step_output:
        with settings.step_output.open("a", encoding="utf-8") as output:
            output.write("\n".join(lines) + "\n")


@app.callback()
def _several() -> None:
    """Keep typer from making one command the whole program."""
