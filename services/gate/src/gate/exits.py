"""How commands end."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Never

import typer

from artifacts.records.gate import Decision
from artifacts.text import plain

DONE, REFUSED, BREAKDOWN = 0, 1, 2
EXIT_CODES: Final[Mapping[Decision, int]] = MappingProxyType(
    {"allowed": DONE, "refused": REFUSED, "undecided": BREAKDOWN, "no_improvement": 3}
)


def refuse(reason: str) -> Never:
    """Say why not, and end with 1."""
    typer.echo(f"refused: {plain(reason, 2000)}", err=True)
    raise typer.Exit(REFUSED)
