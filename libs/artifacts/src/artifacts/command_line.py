"""The command line of a service: a table of its commands, each imported when it is asked for.

`SERVICE --help` is answered from the table, so that it imports no command; a test in tests/repo
holds each line of the table against the command's own docstring.
"""

import gc
import io
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from artifacts.text import plain

BREAKDOWN = 2
Commands = Mapping[str, Mapping[str, str]]
"""By module of the service: the names of its commands, each with what it does, in one line."""


class CommandLine(TyperGroup):
    """A service's commands by name. A module has them in `app`, a Typer application."""

    def __init__(self, service: str, what: str, commands: Commands) -> None:
        """Take the service's name, what it does in one sentence, and its table."""
        lines: dict[str, Any] = {
            name: TyperCommand(name, help=line)
            for names in commands.values()
            for name, line in names.items()
        }
        # Plain text: to import what draws boxes and colours takes longer than all the rest.
        super().__init__(
            name=service, help=what, no_args_is_help=True, rich_markup_mode=None, commands=lines
        )
        self._modules = {
            name: f"{service}.{module}" for module, names in commands.items() for name in names
        }

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, imported; None where there is none of that name."""
        del ctx
        if cmd_name not in self._modules:
            return None
        with _no_garbage():
            group = typer.main.get_group(import_module(self._modules[cmd_name]).app)
        return group.commands[cmd_name]

    def run(self, told: Callable[[Exception], str] | None = None) -> None:
        """Run the command that this process was started with.

        What breaks it is told in one paragraph, in the words of `told` if given, and ends with 2:
        a traceback would end with 1, which means refused.
        """
        for stream in (sys.stdout, sys.stderr):
            # A name that the terminal's encoding lacks is no reason to break down.
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        try:
            self(prog_name=self.name)
        except Exception as exc:  # noqa: BLE001 - the one place for whatever is left
            text = told(exc) if told else f"{type(exc).__name__}: {plain(exc, 2000)}"
            sys.stderr.write(f"{self.name}: {text}\n")
            sys.exit(BREAKDOWN)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write every command with its whole line."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.help) for name, command in self.commands.items()])


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Look for no garbage in a block, and never in what it made: a quarter of a start's time.

    What is imported stays. What a command makes afterwards is looked through as ever: a service
    that put this off would keep the photos of requests that it has refused.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def digest_argument(text: str) -> str:
    """Return a digest that was typed with `sha256:` or without; typer.BadParameter."""
    digits = text.removeprefix("sha256:")
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise typer.BadParameter(f"{plain(text)} is no digest: sha256: and 64 digits are")
    return f"sha256:{digits}"
