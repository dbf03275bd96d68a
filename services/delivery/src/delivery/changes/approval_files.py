"""Statements of people as files of the working tree."""

from dataclasses import dataclass
from pathlib import Path

from artifacts.records.approval import Approval
from artifacts.statements import SUFFIX
from delivery.changes.person_keys import sign_as_person


@dataclass(frozen=True)
class ApprovalFiles:
    """policies/approvals/ of a checkout."""

    root: Path

    def sign(self, approval: Approval, key: Path) -> tuple[bytes, bytes]:
        """Return a statement's bytes and their signature by a private key; SigningFailed."""
        data = approval.to_json().encode()
        return data, sign_as_person(key, data)

    def write(self, path: str, data: bytes, signature: bytes) -> Path:
        """Write a statement and its signature, and return where it is."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        place.with_name(place.name + SUFFIX).write_bytes(signature)
        return place
