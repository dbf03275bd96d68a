"""The clocks of this machine, for whatever takes a clock as a parameter."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns what time it is, with its time zone."""


def now() -> datetime:
    """Return what this machine's clock says, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the clock that others are given


class SystemClock:
    """Time that goes by, whatever the date is said to be."""

    def seconds(self) -> float:
        """Return seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
