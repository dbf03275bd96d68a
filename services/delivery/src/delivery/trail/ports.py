"""The audit log: files of this user, files that a keeper adds to, or a copy that is only read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from artifacts.records.audit import AuditEntry, AuditEvent


class AuditLog(Protocol):
    """What happened, in order; only ever added to."""

    def append(self, event: AuditEvent) -> AuditEntry:
        """Add an event at the end and return its entry; AuditBroken if the log can't be trusted."""

    def entries(self) -> tuple[AuditEntry, ...]:
        """Return all entries, verified; AuditBroken names the first that is not as it was."""
