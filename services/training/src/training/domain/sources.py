"""What is found where photos come from, before it is judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field

UNSTATED = "unstated"


@dataclass(frozen=True)
class FoundFile:
    """A file of a tree: its path relative to the root, and the folder that names its style."""

    path: str
    style_folder: str | None


@dataclass(frozen=True)
class TableRow:
    """What the table beside the photos says of one; `year` is negative before Christ."""

    year: int | None = None
    group: str | None = None
    source: str = UNSTATED
    licence: str = UNSTATED
    slices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """The rows of a table by path, and for each bad row what is wrong with it."""

    rows: Mapping[str, TableRow]
    bad: Mapping[str, str]
