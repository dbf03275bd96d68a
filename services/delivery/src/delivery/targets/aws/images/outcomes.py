"""How a command on images ends."""

from dataclasses import dataclass

from artifacts.records.image import ImageRecord


@dataclass(frozen=True)
class Refused:
    """Why something is not done."""

    reason: str


@dataclass(frozen=True)
class Undecided:
    """Why nobody can tell yet."""

    reason: str


@dataclass(frozen=True)
class Built:
    """An image that is there; `new` says whether it had to be made."""

    record: ImageRecord
    new: bool


@dataclass(frozen=True)
class Pushed:
    """An image that the registry has; `bytes_sent` is 0 where it had all of it."""

    repository: str
    tag: str
    image: str
    bytes_sent: int
    new: bool


@dataclass(frozen=True)
class Clean:
    """A scan without a critical finding: how many there are of each severity."""

    image: str
    counts: tuple[tuple[str, int], ...]
