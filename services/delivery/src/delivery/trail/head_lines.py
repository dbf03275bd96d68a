"""The audit log's head, in the output and in the summary of each command that may add to it."""

import typer

from delivery.settings import Settings
from delivery.step_files import step_files
from delivery.text import markdown, plain
from delivery.trail.head_wiring import head_lines

_LINE = 1000


def tell_head(settings: Settings, *, publish: bool) -> None:
    """Print the head of the log and add it to the step's summary; publish it if asked to."""
    lines = head_lines(settings, publish=publish)
    for line in lines:
        typer.echo(plain(line, _LINE))
    if lines:
        summary = "\n".join(f"- {markdown(line)}" for line in lines)
        step_files(settings).summarise(summary)
