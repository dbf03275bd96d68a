"""Folders of records: a file a record, named by its number."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Generic, TypeVar

from rehearsal.box.errors import Unknown
from rehearsal.box.locks import held
from rehearsal.box.records import PullRequest, Push

R = TypeVar("R", PullRequest, Push)


class _NumberedFiles(Generic[R]):
    """Records of one kind; numbers are never given twice, even by two at once."""

    def __init__(self, folder: Path, kind: type[R], lock: Path) -> None:
        self._folder = folder
        self._kind: type[R] = kind
        self._lock = lock
        self._numbering = lock.with_name(lock.name + "-numbers")

    def lock(self) -> AbstractContextManager[None]:
        """Hold what one at a time may hold."""
        return held(self._lock)

    def add(self, record: R) -> R:
        """Write a new one under the next number."""
        with held(self._numbering):
            numbered = record.model_copy(update={"number": max(self._numbers(), default=0) + 1})
            self.write(numbered)
        return numbered

    def read(self, number: int) -> R:
        """Return one; Unknown."""
        path = self._path(number)
        if not path.is_file():
            raise Unknown(self._kind.__name__, str(number), f"look into {self._folder.name}/")
        return self._kind.read(path)

    def write(self, record: R) -> None:
        """Write one that changed."""
        record.write(self._path(record.number))

    def all(self) -> tuple[R, ...]:
        """Return every one, the oldest first."""
        return tuple(self._kind.read(self._path(number)) for number in sorted(self._numbers()))

    def _numbers(self) -> Iterator[int]:
        return numbers(self._folder)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number}.json"


class PullFiles(_NumberedFiles[PullRequest]):
    """pulls/N.json."""

    def __init__(self, box: Path) -> None:
        super().__init__(box / "pulls", PullRequest, box / "locks" / "pulls")


class PushFiles(_NumberedFiles[Push]):
    """pushes/N.json."""

    def __init__(self, box: Path) -> None:
        super().__init__(box / "pushes", Push, box / "locks" / "pushes")


def numbers(folder: Path) -> Iterator[int]:
    """Yield the numbers that files or folders in a folder are named by, in no order."""
    if folder.is_dir():
        yield from (int(path.stem) for path in folder.iterdir() if path.stem.isdigit()
                    and path.suffix in {"", ".json"})  # fmt: skip
