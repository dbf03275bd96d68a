"""A folder-per-style tree of photos, and the table beside it."""

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path

from training.domain.sources import UNSTATED, FoundFile, Table, TableRow
from training.errors import BadTable, NoPhotos

TABLE = "table.csv"
_SLICE = "slice."
_COLUMNS = {"path", "year", "group", "source", "licence"}


class PhotoFolder:
    """A tree `<style>/<photo>`; hidden files are passed over, links are not followed out of it."""

    def __init__(self, root: Path, table: Path | None = None) -> None:
        """Look at `root`; the table is `root`/table.csv unless another is named."""
        self._root = root
        beside = root / TABLE
        self._table = table or (beside if beside.is_file() else None)

    def files(self) -> list[FoundFile]:
        """Return every file, sorted by path; NoPhotos where there is none."""
        if not self._root.is_dir():
            raise NoPhotos(self._root)
        found = [self._found(path) for path in sorted(self._walk())]
        if not found:
            raise NoPhotos(self._root)
        return found

    def read(self, path: str) -> bytes:
        """Return a file's bytes; OSError where it can't be read."""
        return (self._root / path).read_bytes()

    def table(self) -> Table:
        """Return the table, an empty one if there is none; BadTable where it is unreadable."""
        return read_table(self._table)

    def _walk(self) -> Iterator[Path]:
        for folder, folders, names in os.walk(self._root, followlinks=False):
            folders[:] = [name for name in folders if not name.startswith(".")]
            paths = (Path(folder) / name for name in names if not name.startswith("."))
            yield from (path for path in paths if path != self._table)

    def _found(self, path: Path) -> FoundFile:
        relative = path.relative_to(self._root)
        inside = len(relative.parts) > 1
        return FoundFile(relative.as_posix(), relative.parts[0] if inside else None)


def read_table(path: Path | None) -> Table:
    """Read the table: columns path, year, group, source, licence and slice.<name>.

    Only `path` is required. Raises BadTable where it is no table; a bad row is no reason to.
    """
    if path is None:
        return Table({}, {})
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")), strict=True)
        lines = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as exc:
        raise BadTable(path, str(exc)) from exc
    columns = set(reader.fieldnames or ())
    if "path" not in columns:
        raise BadTable(path, "it has no column `path`")
    if stray := {c for c in columns - _COLUMNS if not c.startswith(_SLICE)}:
        known = ", ".join(sorted(_COLUMNS))
        raise BadTable(path, f"unknown column {', '.join(sorted(stray))}; {known}, slice.<name>")
    return _table(lines)


def _table(lines: list[dict[str, str]]) -> Table:
    rows: dict[str, TableRow] = {}
    bad: dict[str, str] = {}
    for line in lines:
        path = line["path"]
        if path in rows:
            bad[path] = "the table has two rows for it"
            continue
        try:
            rows[path] = _row(line)
        except ValueError as exc:
            bad[path] = str(exc)
            rows[path] = TableRow()
    return Table(rows, bad)


def _row(line: dict[str, str]) -> TableRow:
    if None in line or None in line.values():
        raise ValueError("its row in the table has too many or too few cells")
    cells = {key: value.strip() for key, value in line.items()}
    if any(not value.isprintable() for value in cells.values()):
        raise ValueError("its row in the table holds control characters")
    return TableRow(
        year=_year(cells.get("year", "")),
        group=cells.get("group") or None,
        source=cells.get("source") or UNSTATED,
        licence=cells.get("licence") or UNSTATED,
        slices={k.removeprefix(_SLICE): v for k, v in cells.items() if k.startswith(_SLICE) and v},
    )


def _year(cell: str) -> int | None:
    if not cell:
        return None
    try:
        return int(cell)
    except ValueError:
        raise ValueError(f"its year {cell!r} is not a whole number (BC is negative)") from None
