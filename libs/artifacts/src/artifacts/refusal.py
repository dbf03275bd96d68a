"""A refusal is a value: whoever asked is told why, and nothing was changed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """Why something isn't done."""

    reason: str
