"""Commands of the audit log: read it, publish its head, begin a lost one anew, keep it."""

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import Annotated, Final

import typer

from artifacts.digests import hex_part
from artifacts.records.audit import AuditEntry, AuditEvent
from artifacts.text import plain
from delivery.errors import AuditBroken, AuditMissing, KeeperUnsafe, RestartRefused
from delivery.exits import BREAKDOWN, DONE, REFUSED, refuse
from delivery.git.wiring import make_branches
from delivery.settings import Settings, read_settings
from delivery.trail.audit_chain import unreviewed_restart
from delivery.trail.audit_heads import BRANCH
from delivery.trail.wiring import (
    NOT_PUBLISHED,
    create_key,
    head_lines,
    make_audit_log,
    published_heads,
    who,
)

_LINE: Final = 2000
_HEADINGS: Final = ("time", "event", "environment", "outcome", "payload", "actor", "reason")

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
    settings = read_settings()
    log = make_audit_log(settings)
    signed = log.signed_head()
    begun = unreviewed_restart(log.entries(), signed.head) if signed else ""
    if not begun:
        refuse("the audit log was not begun anew, or that was reviewed already")
    event = AuditEvent(
        event="review", outcome="done", actor=who(settings), reason=reason[:4000], subject=begun
    )
    entry = log.append(event)
    line = f"entry {entry.sequence}: the restart of this log is reviewed: {reason}"
    typer.echo(plain(line, _LINE))
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
    settings = read_settings()
    make_branches(settings).tip(BRANCH)  # the new log must name the last published head
    heads = published_heads(settings).read(full=False)
    last = heads[-1] if heads else None
    known = "no head was ever published"
    if last:
        named = f"entry {last.head.sequence} of commit {last.commit[:12]}"
        known = f"the last published head is {named}"
    event = AuditEvent(
        event="restart",
        outcome="done",
        actor=who(settings),
        reason=f"{reason}; {known}"[:4000],
        commit=last.commit if last else None,
        subject=last.head.entry if last else None,
    )
    try:
        entry = make_audit_log(settings).restart(event)
    except RestartRefused as exc:
        refuse(str(exc))
    typer.echo(f"a new audit log begins at {entry.at.isoformat()}: {entry.reason}")
    for line in head_lines(settings, publish=True):
        typer.echo(line)


@app.command()
def keep_keys(
    socket: Annotated[
        Path, typer.Option(help="Where the keeper listens: PLINTH_KEEPER of others.")
    ],
    allow: Annotated[list[str], typer.Option(help="A user who may ask, by name or number.")],
) -> None:
    """Hold the keys of gate, delivery and reproduction and the audit log, and sign for others.

    Run it as a user of its own. It signs each key's statements and adds to the log, for users who
    are allowed; it hands out no key and changes no entry. Ends with 1 where what it keeps can be
    taken or replaced by others, or the log is not as it was written.
    """
    from delivery.trail.keeper_server import keep_keys as keep  # noqa: PLC0415 - a server of its own

    try:
        keep(read_settings(), socket, allow, lambda line: typer.echo(plain(line, _LINE)))
    except (KeeperUnsafe, AuditBroken) as exc:
        typer.echo(f"refused: {plain(exc, _LINE)}", err=True)
        raise typer.Exit(REFUSED) from None


def _published(settings: Settings) -> int:
    """Publish the log's head and return 0, or 2 where that can't be done."""
    lines = head_lines(settings, publish=True)
    for line in lines:
        typer.echo(plain(line, _LINE))
    return BREAKDOWN if any(NOT_PUBLISHED in line for line in lines) else DONE


def audit_lines(entries: Sequence[AuditEntry]) -> list[str]:
    """Return a table, a line an entry; and that nothing happened yet where there is none."""
    if not entries:
        return ["the audit log is empty: nothing was judged or deployed yet"]
    rows = [_HEADINGS, *(_cells(entry) for entry in entries)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return [*lines, f"{len(entries)} entries, intact"]


def audit_json(entries: Sequence[AuditEntry]) -> list[str]:
    """Return a line of JSON an entry."""
    return [entry.model_dump_json() for entry in entries]


def _cells(entry: AuditEntry) -> tuple[str, ...]:
    return (
        entry.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        entry.event,
        entry.environment or "-",
        entry.outcome,
        hex_part(entry.payload)[:12] if entry.payload else "-",
        plain(entry.actor, 24) or "-",
        plain(entry.reason, 120) or "-",
    )
