"""How many predictions may be under way: beyond that, a request is told to come back."""

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
