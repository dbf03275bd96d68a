"""Commands that follow what happened back to its grounds: `trace` and `verify-history`."""

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

import typer

from artifacts.store import model_store
from artifacts.text import plain
from delivery.errors import AuditBroken
from delivery.exits import BREAKDOWN, DONE, REFUSED
from delivery.git.repository import GitRepository
from delivery.settings import Settings, read_settings
from delivery.trace.hops import trace_lines
from delivery.trace.trace import TracePrediction
from delivery.trace.verify_history import (
    faults_of_heads,
    history_summary,
    opened_history,
    replayed_line,
)
from delivery.trail.wiring import make_audit_log

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
    traced = make_trace(read_settings(), predictions or ())(prediction)
    for line in [traced.to_json().rstrip()] if as_json else trace_lines(traced):
        typer.echo(line)
    raise typer.Exit(EXITS[traced.outcome])


def make_trace(settings: Settings, folders: Sequence[Path]) -> TracePrediction:
    """Build what traces a prediction; without folders it searches the host's prediction logs."""
    if not folders:
        host = settings.needed("host")
        folders = [host / name / "predictions" for name in ("staging", "production")]
    return TracePrediction(
        predictions=folders,
        audit=make_audit_log(settings),
        repository=GitRepository(settings.root),
        store=model_store(settings.model_store, settings.public_key),
    )
