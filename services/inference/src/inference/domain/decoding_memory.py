"""How much memory all decoders take together. Decoding is the one thing that takes much of it."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class DecodingMemory:
    """Lends memory to threads that decode: first come, first served, each when its part is free.

    A photo that needs more than there is, is decoded alone; `features` refuses what is too much
    for one.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._lent = 0
        self._waiting: deque[object] = deque()
        self._changed = Condition()

    @contextmanager
    def lend(self, size_bytes: int) -> Iterator[None]:
        """Wait until so many bytes are free, and hold them."""
        part = min(size_bytes, self._limit_bytes)
        turn = object()
        with self._changed:
            self._waiting.append(turn)
            self._changed.wait_for(
                lambda: self._waiting[0] is turn and self._lent + part <= self._limit_bytes
            )
            self._waiting.popleft()
            self._lent += part
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._lent -= part
                self._changed.notify_all()
