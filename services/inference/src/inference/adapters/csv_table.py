"""A table as a CSV file."""

import csv
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from inference.errors import OutputUnwritable


class CsvTable:
    """Writes a table to a file, whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Write a header and rows; OutputUnwritable, and then what was there is still there."""
        draft = self._path.with_name(f".{self._path.name}.draft")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # File names may hold bytes that are no UTF-8; they come out as they were.
            with draft.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(header)
                writer.writerows(rows)
            draft.replace(self._path)
        except OSError as exc:
            raise OutputUnwritable(str(self._path), exc.strerror or str(exc)) from exc
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
