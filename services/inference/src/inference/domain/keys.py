"""API keys: who may ask."""

import hashlib
import hmac
from collections.abc import Iterable


class ApiKeys:
    """The accepted keys. Only their digests are kept, so that no dump of this object shows one."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._digests = tuple(_digest(key) for key in keys)

    def accept(self, key: str) -> bool:
        """Say whether a key is accepted, in a time that doesn't depend on how much of it fits."""
        digest = _digest(key)
        # Every key is compared: stopping at a hit would tell which one it was.
        hits = [hmac.compare_digest(digest, known) for known in self._digests]
        return any(hits)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
