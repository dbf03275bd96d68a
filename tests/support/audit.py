"""Audit logs in folders, signed in a moment: a secret in place of an SSH key."""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from artifacts.digests import digest_json
from artifacts.errors import SignatureRefused
from artifacts.records.audit import AuditEntry, AuditEvent
from delivery.trail.audit_log import FileAuditLog

BEGIN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Secret:
    """Signs and verifies with a secret that both know."""

    word: bytes = b"the log's"

    def sign(self, data: bytes) -> bytes:
        return hmac.new(self.word, data, hashlib.sha256).hexdigest().encode()

    def verify(self, data: bytes, signature: bytes, _at: object = None) -> None:
        """Return if the hash holds; SignatureRefused."""
        if not hmac.compare_digest(self.sign(data), signature):
            raise SignatureRefused(Path("memory"), "another word made it")


def ticking(begin: datetime = BEGIN, minutes: int = 1) -> Iterator[datetime]:
    """Yield moments, so many minutes after each other."""
    while True:
        yield begin
        begin += timedelta(minutes=minutes)


def secret_log(
    folder: Path, signer: Secret | None = None, verifier: Secret | None = None
) -> FileAuditLog:
    """Return the log in a folder; by default its own word signs it and is known."""
    moments = ticking()
    return FileAuditLog(
        folder / "log",
        folder / "head",
        signer or Secret(),
        verifier or Secret(),
        lambda: next(moments),
    )


def deploy(payload: str = "payload", **changes: object) -> AuditEvent:
    fields: dict[str, object] = {
        "event": "deploy",
        "outcome": "green",
        "actor": "tests",
        "environment": "staging",
        "payload": digest_json(payload),
    }
    return AuditEvent.model_validate(fields | changes)


class FakeAuditLog:
    """A log in memory."""

    def __init__(self, *events: AuditEvent, minutes: int = 1) -> None:
        self._moments = ticking(minutes=minutes)
        self.log: list[AuditEntry] = []
        for event in events:
            self.append(event)

    def append(self, event: AuditEvent) -> AuditEntry:
        entry = AuditEntry(
            **event.model_dump(include=set(AuditEvent.model_fields)),
            sequence=len(self.log) + 1,
            previous=self.log[-1].digest if self.log else None,
            at=next(self._moments),
        )
        self.log.append(entry)
        return entry

    def entries(self) -> tuple[AuditEntry, ...]:
        return tuple(self.log)

    def told(self, *events: str) -> list[tuple[str, str]]:
        """Return event and outcome of the entries of some events."""
        return [(e.event, e.outcome) for e in self.log if e.event in events]
