"""PhotoManifest: the table of photos. Git holds it; the photos themselves lie in a photo store."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal, Protocol, Self

from pydantic import Field, ValidationError, model_validator

from artifacts.digests import Digest, digest_bytes, digest_json
from artifacts.errors import UnreadableRecord
from artifacts.records.record import Record
from artifacts.write_whole import write_whole

Split = Literal["train", "validation", "holdout"]
Text = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]+$")]

_FIXED = ("photo", "split", "group", "style", "year", "source", "licence")
SLICE = "slice."
"""What the names of columns of slices begin with: `slice.region`."""


class PhotoRow(Record):
    """One photo: its digest, truth (style and, where known, year; BC is negative) and origin.

    `group` ties photos of one building together: a group lies in one split, whole.
    """

    photo: Digest
    split: Split
    group: Text
    style: Text
    year: int | None
    source: Text
    licence: Text
    slices: dict[Text, Text] = Field(default_factory=dict)

    def truth(self, head: str) -> str | int | None:
        """Return the truth for a head: `style` or `era`; KeyError for another."""
        return {"style": self.style, "era": self.year}[head]


TRUTHS = frozenset({"style", "era"})
"""The heads that a photo has a truth for."""


class PinnedColumns(Protocol):
    """The columns of a photo that rules may read."""

    @property
    def photo(self) -> str:
        """The photo's digest."""

    @property
    def group(self) -> str:
        """Its building."""

    @property
    def style(self) -> str:
        """Its true style."""

    @property
    def year(self) -> int | None:
        """Its true year, where it is known."""

    @property
    def source(self) -> str:
        """Where it came from."""

    @property
    def slices(self) -> dict[str, str]:
        """Its values of slices, by dimension."""


def digest_rows(rows: Sequence[PinnedColumns]) -> str:
    """Return the digest of photos, sorted by photo, with every column that rules may read."""
    return digest_json([[r.photo, r.group, r.style, r.year, r.source, r.slices] for r in rows])


class PhotoManifest(Record):
    """All photos of a dataset, sorted by digest."""

    rows: tuple[PhotoRow, ...]

    @model_validator(mode="after")
    def _consistent(self) -> "PhotoManifest":
        photos = [row.photo for row in self.rows]
        if photos != sorted(set(photos)):
            raise ValueError("the photos are not sorted, or one stands twice")
        splits: dict[str, str] = {}
        for row in self.rows:
            if splits.setdefault(row.group, row.split) != row.split:
                raise ValueError(f"group {row.group} lies in two splits")
        return self

    @property
    def digest(self) -> str:
        """The digest of the manifest's file: what git holds is what a model names."""
        return digest_bytes(self.to_csv().encode())

    def of_split(self, split: Split) -> tuple[PhotoRow, ...]:
        """Return the rows of a split."""
        return tuple(row for row in self.rows if row.split == split)

    def split_digest(self, split: Split) -> str:
        """Return the digest of a split: of its photos with all that a holdout's pin holds of one.

        So the holdout's is equal to the digest of its pin.
        """
        return digest_rows(self.of_split(split))

    @property
    def slice_names(self) -> tuple[str, ...]:
        """The names of all slices that any photo carries, sorted."""
        return tuple(sorted({name for row in self.rows for name in row.slices}))

    def to_csv(self) -> str:
        """Return the manifest as a file's text: one canonical form, one line a photo."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*_FIXED, *(SLICE + name for name in self.slice_names)])
        writer.writerows(self._cells())
        return out.getvalue()

    def _cells(self) -> Iterator[list[str]]:
        names = self.slice_names  # of all rows: a look at each of them, so once
        for row in self.rows:
            year = "" if row.year is None else str(row.year)
            fixed = [row.photo, row.split, row.group, row.style, year, row.source, row.licence]
            yield [*fixed, *(row.slices.get(name, "") for name in names)]

    def write(self, path: Path) -> Path:
        """Write the manifest as CSV, whole or not at all, and return the path."""
        return write_whole(path, self.to_csv())

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a manifest from CSV; UnreadableRecord names every bad column and every bad line."""
        try:
            data = path.read_bytes()
        except OSError as exc:
            raise UnreadableRecord(str(path), (str(exc),)) from exc
        return cls.parse_csv(data, str(path))

    @classmethod
    def parse_csv(cls, data: bytes, source: str) -> Self:
        """Make a manifest of a CSV file's bytes; `source` says in errors where they came from."""
        try:
            reader = csv.reader(io.StringIO(data.decode()), strict=True)
        except UnicodeDecodeError as exc:
            raise UnreadableRecord(source, (str(exc),)) from exc
        try:
            columns = next(reader, [])
            if problems := _bad_columns(columns):
                raise UnreadableRecord(source, problems)
            rows = _rows(columns, ((reader.line_num, cells) for cells in reader), source)
        except csv.Error as exc:
            raise UnreadableRecord(source, (f"line {reader.line_num}: {exc}",)) from exc
        return cls.parse({"rows": rows}, source)


def _bad_columns(columns: list[str]) -> tuple[str, ...]:
    """Name what a reader that goes by column names would pass over in silence."""
    named = {c for c in columns if c.startswith(SLICE) and c != SLICE}
    twice = {c for c in columns if columns.count(c) > 1}
    return (
        *(f"no column {name}" for name in sorted(set(_FIXED) - set(columns))),
        *(f"column {name} is there twice" for name in sorted(twice)),
        *(f"column {name!r} is unknown" for name in sorted(set(columns) - named - set(_FIXED))),
    )


def _rows(
    columns: list[str], lines: Iterable[tuple[int, list[str]]], source: str
) -> list[PhotoRow]:
    rows: list[PhotoRow] = []
    problems: list[str] = []
    for number, cells in lines:
        if len(cells) != len(columns):
            problems.append(f"line {number}: {len(cells)} cells for {len(columns)} columns")
            continue
        try:
            rows.append(_row(dict(zip(columns, cells, strict=True))))
        except ValidationError as exc:
            for error in exc.errors():
                place = ".".join(map(str, error["loc"]))
                problems.append(f"line {number}, {place}: {error['msg']}")
    if problems:
        raise UnreadableRecord(source, tuple(problems))
    return rows


def _row(cells: dict[str, str]) -> PhotoRow:
    slices = {k.removeprefix(SLICE): v for k, v in cells.items() if k.startswith(SLICE) and v}
    fixed: dict[str, object] = {name: cells[name] for name in _FIXED}
    return PhotoRow.model_validate(fixed | {"year": cells["year"] or None, "slices": slices})
