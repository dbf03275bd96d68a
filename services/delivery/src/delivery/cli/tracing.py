"""Commands of those who ask what happened, and whether it can be believed."""

from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

import typer

from delivery.bootstrap.auditing import create_key, make_audit_log
from delivery.cli.exits import BREAKDOWN, DONE, REFUSED
from delivery.domain.audit_table import audit_json, audit_lines
from delivery.domain.text import plain
from delivery.domain.trace import trace_lines
from delivery.errors import AuditBroken
from delivery.settings import read_settings

EXITS: Final = MappingProxyType({"ok": DONE, "failed": REFUSED, "unknown": BREAKDOWN})

app = typer.Typer(add_completion=False)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, not a table.")]


@app.command()
def create_deploy_key() -> None:
    """Create the key that signs the audit log and the commits of proposals, where there is none."""
    create_key(read_settings())


@app.command()
def audit(
    full: Annotated[bool, typer.Option("--full", help="Verify each line's signature too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Verify the audit log and print it; 1 where a line is not what was written."""
    try:
        entries = make_audit_log(read_settings()).entries(full=full)
    except AuditBroken as exc:
        typer.echo(f"broken: {plain(exc, 2000)}", err=True)
        raise typer.Exit(REFUSED) from None
    for line in audit_json(entries) if as_json else audit_lines(entries):
        typer.echo(line)
    raise typer.Exit(DONE)


@app.command()
def trace(
    prediction: Annotated[str, typer.Argument(help="The id that the service answered with.")],
    predictions: Annotated[
        list[Path] | None, typer.Option(help="Folders of prediction logs; else the host's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Walk from a prediction back to its photos, and verify every hop; 1 where one fails."""
    from delivery.bootstrap.tracing import make_trace  # noqa: PLC0415 - an audit needs no model

    traced = make_trace(read_settings(), predictions or ())(prediction)
    for line in [traced.to_json().rstrip()] if as_json else trace_lines(traced):
        typer.echo(line)
    raise typer.Exit(EXITS[traced.outcome])
