"""What is found where photos come from, before it is judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from training.photos.problems import Problem

UNSTATED = "unstated"


@dataclass(frozen=True)
class FoundFile:
    """A file of a tree: its path relative to the root, and the folder that names its style."""

    path: str
    style_folder: str | None


@dataclass(frozen=True)
class Listing:
    """Everything that lies in a folder of photos.

    Attributes:
        name: what the folder is called.
        files: the files that may be meant as photos, sorted by path.
        ignored: what can't be meant as a photo.
        unusable: what can't be read at all: folders, links to nowhere, devices.
        remarks: what is worth knowing of the folders.
        empty: folders at the top in which no file lies.
    """

    name: str
    files: tuple[FoundFile, ...]
    ignored: tuple[Problem, ...] = ()
    unusable: tuple[Problem, ...] = ()
    remarks: tuple[Problem, ...] = ()
    empty: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableRow:
    """What the table beside the photos says of one; `year` is negative before Christ.

    `group` names a building among those of the photo's style, `shared_group` among all.
    """

    year: int | None = None
    group: str | None = None
    source: str = UNSTATED
    licence: str = UNSTATED
    slices: Mapping[str, str] = field(default_factory=dict)
    shared_group: str | None = None


@dataclass(frozen=True)
class Line:
    """A row of the table: its line, the path as written, and what is wrong with its cells.

    `group_lost` says why the building can't be known, "" where it can.
    """

    number: int
    path: str
    row: TableRow
    faults: tuple[str, ...] = ()
    group_lost: str = ""


@dataclass(frozen=True)
class Table:
    """The table beside the photos: its file's name, its rows, and how it was read."""

    name: str = ""
    lines: tuple[Line, ...] = ()
    remarks: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class SoundPhoto:
    """A usable photo: its path, digest, style, 256-bit fingerprint, and the table's row of it.

    `warnings` are what is worth knowing of it, though it can be taken in.
    """

    path: str
    photo: str
    style: str
    fingerprint: bytes
    row: TableRow
    warnings: tuple[Problem, ...] = ()
