"""The commands. No logic: arguments in, a use case called, an exit code out."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from inference.bootstrap import run_batch
from inference.errors import InferenceError, ModelRefused
from inference.settings import read_settings

REFUSED, BREAKDOWN, INTERRUPTED = 1, 2, 130
Result = TypeVar("Result")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
ModelFolder = Annotated[Path, typer.Option("--model", help="Folder of a signed model artifact.")]


@app.command()
def serve(
    model: ModelFolder,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
    fd: Annotated[
        int | None, typer.Option(min=0, help="A listening socket to take, not host and port.")
    ] = None,
    turn: Annotated[
        Path | None, typer.Option(help="Answer at --fd only while this file exists.")
    ] = None,
    door: Annotated[
        Path | None, typer.Option(help="Where to listen while it doesn't: a socket to make.")
    ] = None,
) -> None:
    """Answer photos over HTTP, once the model is verified and proven."""
    from inference.app import Inherited  # noqa: PLC0415 - a batch needs no HTTP library
    from inference.app import serve as run  # noqa: PLC0415

    if (turn is None) != (door is None) or (turn and fd is None):
        raise typer.BadParameter("--turn and --door go together, and with --fd")
    given = None if fd is None else Inherited(fd, turn, door)
    _or_exit(lambda: run(read_settings(), model, host, port, given, sys.stdout))


@app.command()
def predict(
    paths: Annotated[list[Path], typer.Argument(help="Photos, and folders of photos.")],
    out: Annotated[Path, typer.Option(help="The CSV file to write.")],
    model: ModelFolder,
) -> None:
    """Answer photos in files, a row each; a file that can't be used gets its error as its row."""
    count = _or_exit(lambda: run_batch(read_settings(), model, paths, out))
    typer.echo(f"{count.photos} photos, {count.errors} with an error: {out}")


def _or_exit(act: Callable[[], Result]) -> Result:
    try:
        return act()
    except InferenceError as exc:
        typer.echo(str(exc), err=True)
        raise typer.Exit(REFUSED if isinstance(exc, ModelRefused) else BREAKDOWN) from None
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    # Python's own exit code for it is 1, which would say that the model was refused.
    except Exception as exc:
        typer.echo(f"An error that nobody foresaw, {type(exc).__name__}: {exc}", err=True)
        raise typer.Exit(BREAKDOWN) from exc
