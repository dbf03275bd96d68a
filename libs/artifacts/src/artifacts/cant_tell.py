"""What can't be told is a value: one type, with the reason and whose fault it is."""

from dataclasses import dataclass
from typing import Literal

Fault = Literal["content", "place"]


@dataclass(frozen=True)
class CantTell:
    """Why something can't be told. `source` is what was looked at.

    The fault is of the `content` where what was looked at is missing or malformed: whoever wrote
    it mends it. It is of the `place` where that could not be asked: ask again later.
    """

    source: str
    reason: str
    fault: Fault = "content"

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"
