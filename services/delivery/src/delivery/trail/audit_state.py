"""Whether the audit log is as it should be, for a status: published, and no restart unreviewed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from artifacts.records.audit import AuditEntry, AuditHead, Event
from delivery.trail.audit_chain import PublishedHead

LATE: Final = timedelta(hours=26)
"""A log is published at least daily, as staging is verified: older entries should be public."""
_AT_NEXT: Final[frozenset[Event]] = frozenset(
    {"judgement", "approval", "rejection", "withdrawal", "review", "verification"}
)
"""What commands record that may not push: the next deploy publishes it."""
PUBLISH: Final = "bin/plinth delivery audit --publish"
REVIEW: Final = "bin/plinth delivery review-restart --reason TEXT"


@dataclass(frozen=True)
class LogState:
    """What a status says of the log, and whether all of it is well."""

    lines: tuple[str, ...]
    green: bool


def log_state(
    entries: Sequence[AuditEntry],
    head: AuditHead,
    published: PublishedHead | None,
    now: datetime,
    problem: str = "",
) -> LogState:
    """Return the state of a log of at least one entry and its head, by the newest published head.

    `problem` says why published heads could not be fetched: what is known of them may be old.
    """
    known = "no head was ever published"
    if published:
        when = published.at.isoformat()
        known = f"the last published one is entry {published.head.sequence} at {when}"
    lines = [f"audit log: its head is entry {len(entries)}; {known}"]
    first = entries[0]
    begun = f"begun anew at {first.at.isoformat()} by {first.actor}: {first.reason}"
    red = list(_unpublished(entries, head, published, now, problem))
    if unreviewed_restart(entries, head):
        red.append(
            f"audit log: RED: {begun}. Compare what was kept of the old log beside it "
            "(`*.until-*`) with the heads of plinth-audit, say again what it knew (rejections, "
            f"withdrawn payloads), then type: {REVIEW}"
        )
    elif first.event == "restart":
        lines.append(f"audit log: {begun} (reviewed)")
    return LogState((*lines, *red), not red)


def unreviewed_restart(entries: Sequence[AuditEntry], head: AuditHead) -> str:
    """Return the digest of the entry that a log was begun anew with, or "" once it is reviewed."""
    if not entries or entries[0].event != "restart":
        return ""
    begun = _digest(entries, head, 1)
    reviewed = any(one.event == "review" and one.subject == begun for one in entries)
    return "" if reviewed else begun


def _digest(entries: Sequence[AuditEntry], head: AuditHead, number: int) -> str:
    """Return an entry's digest as the chain has it: of its bytes, whatever fields came since."""
    named = entries[number].previous if number < len(entries) else head.entry
    return named or ""


def _unpublished(
    entries: Sequence[AuditEntry],
    head: AuditHead,
    published: PublishedHead | None,
    now: datetime,
    problem: str,
) -> tuple[str, ...]:
    """Say that entries are public nowhere which should be by now; nothing where all are."""
    left = entries
    if published and published.head.sequence <= len(entries):
        number = published.head.sequence
        # A head of the log before a restart is none of this one.
        if _digest(entries, head, number) == published.head.entry:
            left = entries[number:]
    overdue = [one for one in left if one.event not in _AT_NEXT or now - one.at > LATE]
    if not overdue:
        return ()
    first = overdue[0]
    what = f"entry {first.sequence} ({first.event}, {first.at.isoformat()})"
    because = f" (published heads can't be fetched: {problem})" if problem else ""
    line = (
        f"audit log: RED: its end from {what} on is NOT PUBLISHED on plinth-audit, so it can be "
        f"cut off unseen{because}. Type: {PUBLISH}"
    )
    return (line,)
