"""A file that was looked at and found to be a usable photo."""

from dataclasses import dataclass

from training.photos.problems import Problem
from training.photos.sources import TableRow


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
