"""How far long work is, for someone who waits: a line that counts, with the time that is left.

On a terminal the line is written over; in a log a new one comes every ten seconds. Work that is
done before the first of them says nothing there. It goes to a stream for people, standard error,
so that what a machine reads is never mixed with it.
"""

from collections.abc import Callable
from typing import Final, TextIO

EVERY_SECONDS: Final = 10.0
"""The least time between two lines of a log."""
REDRAW_SECONDS: Final = 0.2
"""The least time between two states of a terminal's line."""
_MINUTE: Final = 60


class ProgressLine:
    """Says how far work is, at most every so often; `clock` counts seconds, and never back."""

    def __init__(self, what: str, stream: TextIO, clock: Callable[[], float]) -> None:
        self._what = what
        self._stream = stream
        self._clock = clock
        self._terminal = stream.isatty()
        self._start = clock()
        self._shown = self._start
        self._width = 0

    def advance(self, done: int, total: int) -> None:
        """Say that `done` of `total` pieces of work are done."""
        now, ended = self._clock(), done >= total
        if self._terminal:
            if ended or now - self._shown >= REDRAW_SECONDS:
                self._draw(self._text(done, total, now), "\n" if ended else "")
                self._shown = now
        elif not ended and now - self._shown >= EVERY_SECONDS:
            self._write(f"{self._text(done, total, now)}\n")
            self._shown = now

    def _text(self, done: int, total: int, now: float) -> str:
        counted = f"{self._what}: {done} of {total}"
        if not done or done >= total:
            return counted
        return f"{counted}, {time_left((now - self._start) * (total - done) / done)}"

    def _draw(self, text: str, end: str) -> None:
        self._write(f"\r{text.ljust(self._width)}{end}")
        self._width = len(text)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def time_left(seconds: float) -> str:
    """Write how long something will take: `about 40 s left`, `about 3 min left`."""
    if seconds < 2 * _MINUTE:
        return f"about {max(1, round(seconds))} s left"
    return f"about {round(seconds / _MINUTE)} min left"
