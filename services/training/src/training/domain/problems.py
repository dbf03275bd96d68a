"""What can be wrong with a file that is to be imported."""

from dataclasses import dataclass
from typing import Literal

ImportCode = Literal[
    "wrong_extension",
    "unknown_style",
    "outside_a_style_folder",
    "duplicate",
    "two_styles",
    "ties_splits",
    "bad_table_row",
    "unreadable_file",
]


@dataclass(frozen=True)
class Problem:
    """A file that was not taken in: where, what was wrong, what to do.

    `code` is one of ImportCode, or that of the PhotoRefused that `features` raised.
    """

    path: str
    photo: str
    code: str
    reason: str
    advice: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.path}: {self.code}: {self.reason}. {self.advice}."
