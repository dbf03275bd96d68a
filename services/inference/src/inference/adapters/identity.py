"""Names for predictions, from a clock and a source of randomness."""

from collections.abc import Callable

from inference.domain.identity import RANDOM_BYTES, uuid7

_NANOSECONDS = 1_000_000


class TimedIdentity:
    """Gives a UUID of version 7 at each call."""

    def __init__(self, nanoseconds: Callable[[], int], random: Callable[[int], bytes]) -> None:
        self._nanoseconds = nanoseconds
        self._random = random

    def __call__(self) -> str:
        """Return a new name."""
        return str(uuid7(self._nanoseconds() // _NANOSECONDS, self._random(RANDOM_BYTES)))
