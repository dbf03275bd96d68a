"""Names for predictions."""

import uuid

_VERSION, _VARIANT = 7, 0b10
RANDOM_BYTES = 10


def uuid7(milliseconds: int, random: bytes) -> uuid.UUID:
    """Return the UUID of version 7 (RFC 9562, 5.7) of a moment and 10 random bytes.

    It sorts by time, which keeps logs and tables of predictions in order.
    """
    noise = int.from_bytes(random[:RANDOM_BYTES], "big")
    high, low = noise >> 62 & 0xFFF, noise & ((1 << 62) - 1)
    moment = milliseconds & ((1 << 48) - 1)
    return uuid.UUID(int=moment << 80 | _VERSION << 76 | high << 64 | _VARIANT << 62 | low)
