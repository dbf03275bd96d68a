"""Commands that follow what happened back to its grounds: `trace` and `verify-history`."""

from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

import typer

from artifacts.text import plain
from delivery.errors import AuditBroken
from delivery.exits import BREAKDOWN, DONE, REFUSED
from delivery.settings import read_settings
from delivery.trace.hops import trace_lines
from delivery.trace.verify_history import history_summary, replayed_line

EXITS: Final = MappingProxyType({"ok": DONE, "failed": REFUSED, "unknown": BREAKDOWN})

_LINE: Final = 2000

app = typer.Typer(add_completion=False)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, not a table.")]


@app.command()
def verify_history(
    clone: Annotated[Path, typer.Argument(help="A clone of the repository, fetched.")],
    audit_folder: Annotated[
        Path | None, typer.Option("--audit", help="A folder with a copy of the audit log.")
    ] = None,
) -> None:
    """Judge every merge of main again by what stood before it: 0 allowed, 1 refused, 2 can't tell.

    The heads of the audit log that were published are verified too, and the log is held to them.
    Without a log, rules that need it are named as not checked.
    """
    from delivery.trace.verify_history import faults_of_heads  # noqa: PLC0415
    from delivery.trace.wiring import opened_history  # noqa: PLC0415 - takes a second

    try:
        with opened_history(clone, audit_folder) as history:
            replayed = []
            for one in history.replay(history.tip):
                replayed.append(one)
                typer.echo(plain(replayed_line(one), _LINE))
            faults = faults_of_heads(history.heads, history.chain)
    except AuditBroken as exc:
        typer.echo(f"broken: {plain(exc, _LINE)}", err=True)
        raise typer.Exit(REFUSED) from None
    for fault in faults:
        typer.echo(plain(f"published head: {fault}", _LINE))
    for line in history_summary(replayed, len(history.heads), len(faults)):
        typer.echo(line)
    decisions = {one.decision for one in replayed}
    if faults or "refused" in decisions:
        raise typer.Exit(REFUSED)
    raise typer.Exit(BREAKDOWN if "undecided" in decisions else DONE)


@app.command()
def trace(
    prediction: Annotated[str, typer.Argument(help="The id that the service answered with.")],
    predictions: Annotated[
        list[Path] | None, typer.Option(help="Folders of prediction logs; else the host's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Walk from a prediction back to its photos, and verify every hop; 1 where one fails."""
    from delivery.trace.wiring import make_trace  # noqa: PLC0415 - an audit needs no model

    traced = make_trace(read_settings(), predictions or ())(prediction)
    for line in [traced.to_json().rstrip()] if as_json else trace_lines(traced):
        typer.echo(line)
    raise typer.Exit(EXITS[traced.outcome])
