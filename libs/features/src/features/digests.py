"""Digests: one spelling of "which bytes" for photos, schemas and vectors."""

import hashlib

import numpy as np

from features.types import Vector


def bytes_digest(data: bytes) -> str:
    """Return "sha256:<64 hex>" of these bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def vector_digest(vector: Vector) -> str:
    """Return the digest of a vector's values as little-endian float32, in order.

    Equal digests mean bit-equal vectors; that can be asked of one machine only, since
    sums and matrix products are rounded in an order that differs between processors.
    """
    return bytes_digest(np.ascontiguousarray(vector, dtype="<f4").tobytes())
