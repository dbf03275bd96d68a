"""How commands end, and what a step of a workflow leaves for those after it, and for people."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, Never

import typer

from artifacts.records.gate import Decision
from artifacts.text import plain
from delivery.settings import Settings

DONE, REFUSED, BREAKDOWN = 0, 1, 2
EXIT_CODES: Final[Mapping[Decision, int]] = MappingProxyType(
    {"allowed": DONE, "refused": REFUSED, "undecided": BREAKDOWN, "no_improvement": 3}
)


def refuse(reason: str) -> Never:
    """Say why not, and end with 1."""
    typer.echo(f"refused: {plain(reason, 2000)}", err=True)
    raise typer.Exit(REFUSED)


class StepFiles:
    """The files that a runner gives a step; None where a person runs the command."""

    def __init__(self, output: Path | None, summary: Path | None) -> None:
        self._output = output
        self._summary = summary

    def output(self, values: Mapping[str, str]) -> None:
        """Set outputs; each value is one line, for a second line would be another output."""
        if self._output:
            lines = (f"{name}={plain(value, 1000)}\n" for name, value in values.items())
            with self._output.open("a", encoding="utf-8") as file:
                file.writelines(lines)

    def summarise(self, markdown: str) -> None:
        """Add Markdown to the summary; what is not ours in it has been escaped."""
        if self._summary:
            with self._summary.open("a", encoding="utf-8") as file:
                file.write(markdown.rstrip() + "\n\n")


def step_files(settings: Settings) -> StepFiles:
    """Return the files that a step of a workflow leaves outputs and a summary in."""
    return StepFiles(settings.step_output, settings.step_summary)
