"""Names for bytes. Everything that Plinth pins, it pins by one of these."""

import hashlib
from pathlib import Path
from typing import Annotated, Any

import rfc8785
from pydantic import StringConstraints

Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
"""`sha256:` and 64 lower-case hexadecimal digits."""


def digest_bytes(data: bytes) -> str:
    """Return the digest of some bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def digest_file(path: Path) -> str:
    """Return the digest of a file's bytes, read in pieces; OSError where it can't be read."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def digest_json(value: Any) -> str:
    """Return the digest of a JSON value in its canonical form (RFC 8785).

    NaN, infinities and integers beyond 2**53 have no canonical form and raise
    rfc8785.CanonicalizationError: a record that holds one gets no name.
    """
    return digest_bytes(canonical_json(value))


def canonical_json(value: Any) -> bytes:
    """Return a JSON value in its canonical form, as digest_json does."""
    return rfc8785.dumps(value)


def hex_part(digest: str) -> str:
    """Return the 64 hexadecimal digits of a digest: the form that file names use."""
    return digest.removeprefix("sha256:")
