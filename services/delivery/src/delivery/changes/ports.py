"""What those who judge changes, and those who speak of them, need from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from artifacts.records.approval import Approval
    from delivery.changes.signatures import Signature


class Signatures(Protocol):
    """Reads SSH signatures, whoever made them."""

    def check(self, data: bytes, signature: bytes | None) -> Signature:
        """Return whose key signed bytes and for what; its `problem` says why it doesn't hold."""


class EarlierHeads(Protocol):
    """Knows which heads the branch of a pull request ever had. ForgeUnavailable if nobody can."""

    def __call__(self, number: int) -> tuple[str, ...]:
        """Return them, oldest first, with their commits brought here where they can be had."""


class StatementFiles(Protocol):
    """Statements of people in the working tree, for their next commit."""

    def sign(self, approval: Approval, key: Path) -> tuple[bytes, bytes]:
        """Return a statement's bytes and their signature by a private key; SigningFailed."""

    def write(self, path: str, data: bytes, signature: bytes) -> Path:
        """Write a statement and its signature, and return where it is."""
