"""The audit log as text."""

from collections.abc import Sequence
from datetime import UTC
from typing import Final

from artifacts.digests import hex_part
from artifacts.records.audit import AuditEntry
from artifacts.text import plain

_HEADINGS: Final = ("time", "event", "environment", "outcome", "payload", "actor", "reason")
_SHORT = 12
_REASON = 120


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


def short(digest: str | None) -> str:
    """Return the first digits of a digest or of a commit, for people; a dash for none."""
    return hex_part(digest)[:_SHORT] if digest else "-"


def _cells(entry: AuditEntry) -> tuple[str, ...]:
    return (
        entry.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        entry.event,
        entry.environment or "-",
        entry.outcome,
        short(entry.payload),
        plain(entry.actor, 24) or "-",
        plain(entry.reason, _REASON) or "-",
    )
