"""How much may be under way, in predictions and bytes: beyond that a client is told to return."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from inference.errors import TooBusy


class Admission:
    """Admits a number of predictions at a time. Lives on the event loop, so it needs no lock."""

    def __init__(self, limit: int, on_change: Callable[[int], None]) -> None:
        self._limit = limit
        self._on_change = on_change
        self._inside = 0

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Hold a place; TooBusy where all are taken."""
        if self._inside >= self._limit:
            raise TooBusy(
                f"{self._inside} predictions are waiting or under way, and no more may wait",
                "Send the request again after the time in Retry-After",
            )
        self._move(+1)
        try:
            yield
        finally:
            self._move(-1)

    def _move(self, step: int) -> None:
        self._inside += step
        self._on_change(self._inside)


class HeldBytes:
    """Counts the bytes of all bodies that are held. Lives on the event loop, without a lock."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._held = 0

    @contextmanager
    def body(self) -> Iterator["HeldBody"]:
        """Count one body's bytes until it is needed no more."""
        body = HeldBody(self)
        try:
            yield body
        finally:
            self._held -= body.size_bytes

    def add(self, size_bytes: int) -> None:
        """Count bytes; TooBusy where as many are held as may be."""
        if self._held + size_bytes > self._limit_bytes:
            raise TooBusy(
                f"{self._held:,} bytes of photos are held, and no more than "
                f"{self._limit_bytes:,} may be",
                "Send the request again after the time in Retry-After",
            )
        self._held += size_bytes


class HeldBody:
    """The bytes of one body, as they arrive."""

    def __init__(self, held: HeldBytes) -> None:
        self._held = held
        self.size_bytes = 0

    def add(self, size_bytes: int) -> None:
        """Count bytes that arrived; TooBusy."""
        self._held.add(size_bytes)
        self.size_bytes += size_bytes
