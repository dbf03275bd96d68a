"""Commands of those who ask what happened, and whether it can be believed."""

from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final

import typer

from delivery.bootstrap.auditing import create_key, make_audit_log, published_heads
from delivery.cli.exits import BREAKDOWN, DONE, REFUSED, refuse
from delivery.domain.audit_table import audit_json, audit_lines
from delivery.domain.history_table import history_summary, replayed_line
from delivery.domain.text import plain
from delivery.domain.trace import trace_lines
from delivery.errors import AuditBroken, AuditMissing, RestartRefused
from delivery.settings import Settings, read_settings

EXITS: Final = MappingProxyType({"ok": DONE, "failed": REFUSED, "unknown": BREAKDOWN})

_LINE: Final = 2000

app = typer.Typer(add_completion=False)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, not a table.")]


@app.command()
def create_deploy_key() -> None:
    """Create the key that signs the audit log and the commits of proposals, where there is none."""
    settings = read_settings()
    if settings.keeper:
        typer.echo(f"the keeper at {settings.keeper} holds the keys: none is created here")
        return
    create_key(settings)


@app.command()
def audit(
    full: Annotated[bool, typer.Option("--full", help="Verify each line's signature too.")] = False,
    as_json: AsJson = False,
    publish: Annotated[
        bool, typer.Option("--publish", help="Publish its head on plinth-audit, too.")
    ] = False,
) -> None:
    """Verify the audit log and print it: 1 where a line is not what was written, 2 without a log.

    It is held to its signed head, and to every head that was published (plinth-audit) and that
    this clone has: fetch first. With --publish, 2 where its head can't be published.
    """
    settings = read_settings()
    try:
        entries = make_audit_log(settings).entries(full=full, every_head=True)
    except AuditMissing as exc:
        typer.echo(f"broken: {plain(exc, 2000)}", err=True)
        raise typer.Exit(BREAKDOWN) from None
    except AuditBroken as exc:
        typer.echo(f"broken: {plain(exc, 2000)}", err=True)
        raise typer.Exit(REFUSED) from None
    for line in audit_json(entries) if as_json else audit_lines(entries):
        typer.echo(line)
    heads = published_heads(settings).read(full=True)
    if heads and not as_json:
        last = heads[-1]
        typer.echo(
            f"held to {len(heads)} published heads; the last is entry {last.head.sequence}, of "
            f"commit {last.commit[:12]} at {last.at.isoformat()}"
        )
    raise typer.Exit(_published(settings) if publish else DONE)


@app.command()
def review_restart(
    reason: Annotated[str, typer.Option(help="What you compared, and what you found.")],
) -> None:
    """Say that you have looked at why the audit log was begun anew: 0 said, 1 nothing to review."""
    from delivery.bootstrap.heads import review_restart as review  # noqa: PLC0415 - as below

    settings = read_settings()
    try:
        typer.echo(plain(review(settings, reason), _LINE))
    except RestartRefused as exc:
        refuse(str(exc))
    raise typer.Exit(_published(settings))


@app.command()
def restart_audit(
    reason: Annotated[str, typer.Option(help="How the log was lost or broken, and who saw it.")],
) -> None:
    """Begin a new audit log in place of one that is lost or broken: 0 begun, 1 it is intact.

    Its first entry names the last published head and the reason, for everybody to see. What is
    left of the old log is kept beside it. What only the old log knew is gone: rejections,
    verifications of staging and withdrawn payloads must be said, made and approved again.
    """
    from delivery.bootstrap.heads import restart  # noqa: PLC0415 - reading a log pushes nothing

    try:
        restart(read_settings(), reason, typer.echo)
    except RestartRefused as exc:
        refuse(str(exc))


def _published(settings: Settings) -> int:
    """Publish the log's head and return 0, or 2 where that can't be done."""
    from delivery.bootstrap.heads import NOT_PUBLISHED, head_lines  # noqa: PLC0415 - as above

    lines = head_lines(settings, publish=True)
    for line in lines:
        typer.echo(plain(line, _LINE))
    return BREAKDOWN if any(NOT_PUBLISHED in line for line in lines) else DONE


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
    from delivery.bootstrap.verifying import opened_history  # noqa: PLC0415 - takes a second
    from delivery.use_cases.verify_history import faults_of_heads  # noqa: PLC0415

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
    from delivery.bootstrap.tracing import make_trace  # noqa: PLC0415 - an audit needs no model

    traced = make_trace(read_settings(), predictions or ())(prediction)
    for line in [traced.to_json().rstrip()] if as_json else trace_lines(traced):
        typer.echo(line)
    raise typer.Exit(EXITS[traced.outcome])
