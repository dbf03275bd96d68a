"""Signed statements: records that one service makes and another must be able to believe.

A record lies in a file, its SSH signature beside it with `.sig` added. The signature is judged at
the time that the record states; `ssh_keygen` makes and verifies it.
"""

from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from artifacts.errors import SignatureRefused, UnreadableRecord
from artifacts.records.record import Record, parse_json

Statement = TypeVar("Statement", bound=Record)
SUFFIX = ".sig"


class StatementSigner(Protocol):
    """Signs bytes."""

    def sign(self, data: bytes) -> bytes:
        """Return a signature of the bytes; SigningFailed where there is no key to sign with."""


class StatementVerifier(Protocol):
    """Verifies signatures of bytes."""

    def verify(self, data: bytes, signature: bytes, at: datetime | None = None, /) -> None:
        """Return if the signature holds at a time, by default now; SignatureRefused if not."""


def write_signed(record: Record, path: Path, signer: StatementSigner) -> Path:
    """Write a record and, beside it, its signature; return the record's path. SigningFailed.

    The record comes last: whoever is killed before leaves none, and never one that the signature
    beside it isn't of.
    """
    signature = signer.sign(record.to_json().encode())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    signature_of(path).write_bytes(signature)
    return record.write(path)


def read_signed(
    kind: type[Statement],
    path: Path,
    verifier: StatementVerifier,
    *,
    new_at: datetime | None = None,
) -> Statement:
    """Read a record whose signature holds: what was verified is what is parsed.

    The signature is judged at the time that the record states (`Record.stated_at`), and now where
    it states none. A record that was just made (`new_at`) must be signed by a key that counts then,
    too: a key that was rotated out signs nothing new, whatever time it writes into it.

    Raises SignatureRefused where the signature is missing or isn't of these bytes, and
    UnreadableRecord where the record is missing or malformed.
    """
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise UnreadableRecord(str(path), (str(exc),)) from exc
    try:
        signature = signature_of(path).read_bytes()
    except OSError as exc:
        raise SignatureRefused(path, f"there is no signature beside it: {exc}") from exc
    try:
        record = kind.parse(parse_json(data.decode(errors="replace"), str(path)), str(path))
    except UnreadableRecord:
        _verify(verifier, path, data, signature, new_at)
        raise
    _verify(verifier, path, data, signature, record.stated_at)
    if new_at is not None:
        _verify(verifier, path, data, signature, new_at)
    return record


def signature_of(path: Path) -> Path:
    """Return where a statement's signature lies."""
    return path.with_name(path.name + SUFFIX)


def _verify(
    verifier: StatementVerifier, path: Path, data: bytes, signature: bytes, at: datetime | None
) -> None:
    try:
        verifier.verify(data, signature, at)
    except SignatureRefused as exc:
        raise SignatureRefused(path, exc.reason) from exc
