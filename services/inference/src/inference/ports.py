"""What the use cases need from outside."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from artifacts.folder import ModelArtifact
from inference.domain.answered import Answered
from inference.domain.release import RunningRelease

Item = TypeVar("Item")
Result = TypeVar("Result")

Identity = Callable[[], str]
"""Gives a new name for a prediction at each call."""

Clock = Callable[[], datetime]
"""Says what time it is, with its time zone."""

Timer = Callable[[], float]
"""Seconds from any fixed moment; never runs backwards."""


class ModelSource(Protocol):
    """Where the model comes from."""

    def open(self) -> ModelArtifact:
        """Return the verified artifact; ModelUnreadable or ArtifactRefused."""


class Telemetry(Protocol):
    """Counts what happens."""

    def opened(self, release: RunningRelease) -> None:
        """Note which model serves."""

    def predicted(self, label: str, seconds: float) -> None:
        """Note an answer and how long the photo took to become one."""

    def recorded(self, *, written: bool, answers: int) -> None:
        """Note that some answers were written into the prediction log, or could not be."""

    def refused(self, code: str) -> None:
        """Note a problem by its code."""

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note a response by its route (a pattern, not a path) and status."""

    def waiting(self, predictions: int) -> None:
        """Note how many predictions are waiting or under way."""

    def exposition(self) -> tuple[bytes, str]:
        """Return the counts as a body and its content type."""


class PredictionLog(Protocol):
    """Keeps what was answered, for whoever traces it. It never keeps an answer waiting."""

    def add(self, answered: Answered) -> None:
        """Take an answer; one that can't be kept is counted as lost, and nothing is raised."""

    def close(self) -> None:
        """Keep what was taken and isn't kept yet."""


class PhotoFiles(Protocol):
    """The files of a batch."""

    def find(self, paths: Sequence[Path]) -> tuple[Path, ...]:
        """Return the photos under some files and folders, in order; NoPhotoFound."""

    def read(self, path: Path) -> bytes:
        """Return a file's bytes; FileUnreadable, BodyTooLarge or BodyEmpty."""


class PredictionTable(Protocol):
    """Where the rows of a batch go: all of them or none."""

    def write(self, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Write a table whole; OutputUnwritable, and then nothing is left behind."""


class Progress(Protocol):
    """Shows how far a batch is."""

    def advance(self, done: int, total: int) -> None:
        """Show that `done` of `total` files are done."""


class Workers(Protocol):
    """Runs one function over many items, on as many threads as the settings say."""

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield the function's result for each item, in the items' order."""
