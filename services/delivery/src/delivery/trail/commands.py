"""Commands of the audit log: read it, publish its head, begin a lost one anew."""

from typing import Annotated, Final

import typer

from delivery.errors import AuditBroken, AuditMissing, RestartRefused
from delivery.exits import BREAKDOWN, DONE, REFUSED, refuse
from delivery.settings import Settings, read_settings
from delivery.text import plain
from delivery.trail.audit_table import audit_json, audit_lines
from delivery.trail.wiring import create_key, make_audit_log, published_heads

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
    from delivery.trail.head_wiring import review_restart as review  # noqa: PLC0415 - as below

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
    from delivery.trail.head_wiring import restart  # noqa: PLC0415 - reading a log pushes nothing

    try:
        restart(read_settings(), reason, typer.echo)
    except RestartRefused as exc:
        refuse(str(exc))


def _published(settings: Settings) -> int:
    """Publish the log's head and return 0, or 2 where that can't be done."""
    from delivery.trail.head_wiring import NOT_PUBLISHED, head_lines  # noqa: PLC0415 - as above

    lines = head_lines(settings, publish=True)
    for line in lines:
        typer.echo(plain(line, _LINE))
    return BREAKDOWN if any(NOT_PUBLISHED in line for line in lines) else DONE
