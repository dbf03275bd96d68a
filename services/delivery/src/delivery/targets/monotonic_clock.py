"""Time that goes by."""

import time


class SystemClock:
    """The machine's own."""

    def seconds(self) -> float:
        """Return seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
