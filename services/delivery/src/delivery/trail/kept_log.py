"""The audit log where a keeper holds it: read as files, and added to by asking the keeper."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Never

from artifacts.errors import KeeperFailed
from artifacts.keeper import ask_keeper
from artifacts.records.audit import AuditEntry, AuditEvent
from artifacts.records.keeper import KeeperAnswer, KeeperRequest
from delivery.errors import AuditBroken, AuditUnavailable, RestartRefused
from delivery.trail.audit_chain import SignedEntry, SignedHead
from delivery.trail.audit_log import FileAuditLog

_TAIL: Final = 4 << 20
"""Bytes at the log's end that an entry which was just added is looked for in."""


@dataclass(frozen=True)
class KeptAuditLog:
    """The log's files, which this user reads, and the keeper's socket, which alone adds to them.

    `files` hold the log to what was published, as anywhere; what the keeper answers is believed
    once the entry is in the file.
    """

    files: FileAuditLog
    file: Path
    socket: Path

    def append(self, event: AuditEvent) -> AuditEntry:
        """Have an event added at the end, and return its entry.

        Raises AuditBroken if the log can't be trusted, AuditUnavailable if nothing could be added,
        or nobody can tell whether it was.
        """
        self.files.entries()
        body = event.model_dump_json().encode()
        try:
            answer = ask_keeper(self.socket, KeeperRequest(request="append", size=len(body)), body)
        except KeeperFailed as exc:
            raise AuditUnavailable(str(self.socket), exc.reason) from exc
        entry = answer.entry
        if answer.outcome != "done" or entry is None:
            self._refused(answer)
        if SignedEntry.of(entry).signed not in self._tail():
            reason = (
                f"the keeper at {self.socket} says that entry {entry.sequence} was added, and it "
                "isn't there. Fix: PLINTH_AUDIT must name the folder of the keeper's log, which "
                "`bin/plinth delivery walls` shows"
            )
            raise AuditUnavailable(str(self.file), reason)
        return entry

    def entries(self, *, full: bool = False, every_head: bool = False) -> tuple[AuditEntry, ...]:
        """Return all entries, verified, as FileAuditLog does."""
        return self.files.entries(full=full, every_head=every_head)

    def signed_head(self) -> SignedHead | None:
        """Return the head as it lies beside the log, once the log is held to it; None without."""
        return self.files.signed_head()

    def restart(self, event: AuditEvent) -> AuditEntry:
        """Refuse: only the keeper's own user begins a log anew. RestartRefused."""
        del event
        raise RestartRefused(
            f"the log is kept by {self.socket}: stop the keeper, and as its user run "
            "`delivery restart-audit --reason TEXT` without PLINTH_KEEPER"
        )

    def _refused(self, answer: KeeperAnswer) -> Never:
        if answer.outcome == "broken":
            raise AuditBroken(answer.place, answer.reason)
        place = answer.place or str(self.socket)
        raise AuditUnavailable(place, f"the keeper says {answer.outcome}: {answer.reason}")

    def _tail(self) -> bytes:
        try:
            with self.file.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
                return file.read()
        except OSError as exc:
            raise AuditUnavailable(str(self.file), str(exc)) from exc
