"""The table beside the photos, as people and their programs write it: bytes into rows."""

import csv
import difflib
import io
import re
from collections.abc import Iterator, Sequence
from typing import Final

from training.photos.problems import Problem, shown
from training.photos.sources import UNSTATED, Line, Table, TableRow

SLICE: Final = "slice."
TEXT_COLUMNS: Final = ("group", "shared_group", "source", "licence")
_GROUPS: Final = ("group", "shared_group")
_LONGEST: Final = 300
"""Characters of a cell, as a photo manifest holds them."""
_LONGEST_GROUP: Final = 250
"""Of a group, whose style may come before it."""
_NOTHING: Final = frozenset({"nan", "<na>", "n/a", "#n/a", "null", "none", "nat"})
"""What programs write where they know nothing, in small letters. As a group it ties strangers."""
_BROKEN: Final = frozenset({"#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!", "#spill!"})
"""What a spreadsheet writes where a formula broke."""
_YEAR: Final = re.compile(r"([+\-\u2212]?)([0-9]{1,6})(?:[.,]0*)?")


def row_of_cells(number: int, columns: Sequence[str], cells: Sequence[str]) -> Line:
    """Return the row at a line of the table. What can't be used of it is left out and said."""
    if len(cells) != len(columns):
        return _of_another_width(number, columns, cells)
    faults: list[str] = []
    lost: list[str] = []
    texts: dict[str, str] = {}
    path, year = "", None
    for name, cell in zip(columns, map(str.strip, cells), strict=True):
        try:
            if name == "path":
                path = cell
            elif name == "year":
                year = _year(cell)
            elif name in _GROUPS and cell.casefold() in _NOTHING:
                faults.append(f"its {name} is {cell!r}, which names no building: taken as empty")
            elif cell:
                texts[name] = _text(name, cell)
        except ValueError as exc:
            faults.append(str(exc))
            if name in _GROUPS:
                lost.append(str(exc))
    if not path:
        faults.append("it names no photo")
    row = TableRow(
        year=year,
        group=texts.get("group"),
        shared_group=texts.get("shared_group"),
        source=texts.get("source", UNSTATED),
        licence=texts.get("licence", UNSTATED),
        slices={k.removeprefix(SLICE): v for k, v in texts.items() if k.startswith(SLICE)},
    )
    return Line(number, path, row, tuple(faults), "; ".join(lost))


def _of_another_width(number: int, columns: Sequence[str], cells: Sequence[str]) -> Line:
    """Return a row of which only the path may be known: no cell is surely in its column."""
    fault = f"it has {_count(len(cells), 'cell')} for {_count(len(columns), 'column')}"
    at = columns.index("path")
    path = cells[at].strip() if at < len(cells) else ""
    lost = fault if any(name in columns for name in _GROUPS) else ""
    return Line(number, path, TableRow(), (fault,), lost)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _year(cell: str) -> int | None:
    """Return a year written in plain digits, with .0 behind it or not; None for an empty cell."""
    if not cell:
        return None
    found = _YEAR.fullmatch(cell)
    if found is None:
        raise ValueError(f"its year {shown(cell[:40])!r} is not a plain whole number")
    year = int(found[2]) * (1 if found[1] in ("", "+") else -1)
    if year == 0:
        raise ValueError("its year is 0, and there was none")
    return year


def _text(name: str, cell: str) -> str:
    most = _LONGEST_GROUP if name in _GROUPS else _LONGEST
    if any(ord(letter) < ord(" ") or letter == "\x7f" for letter in cell):
        raise ValueError(f"its {name} holds a line break or another control character")
    if name in _GROUPS and cell.casefold() in _BROKEN:
        raise ValueError(f"its {name} is {cell!r}, a formula of the spreadsheet that broke")
    if len(cell) > most:
        raise ValueError(f"its {name} has {len(cell)} characters, at most {most} may be")
    return cell


COLUMNS: Final = ("path", "year", *TEXT_COLUMNS)
_SPELLINGS: Final = {"license": "licence", "shared group": "shared_group"}
_USUAL_NAMES: Final = {
    "path": ("file", "filename", "file_name", "filepath", "image", "photo", "name"),
    "year": ("date", "built", "year_built", "jahr", "baujahr", "annee"),
    "group": ("building", "building_id", "object", "photo_group", "group_id"),
}
_DELIMITERS: Final = (",", ";", "\t", "|")
_SPREADSHEET_STARTS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_SAMPLE: Final = 4096
_SHOWN: Final = 5


def parse_table(data: bytes, name: str) -> Table:
    """Return the rows of a table; the columns are path, year, TEXT_COLUMNS and slice.<name>.

    Any of , ; tab and | parts cells, in UTF-8, UTF-16 or Windows-1252. Only `path` is required.
    What is wrong with a row is said in it. Raises ValueError where this is no such table.
    """
    text, remarks = _decoded(data, name)
    delimiter, text, skipped = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = next(reader, [])
        rows = [(reader.line_num + skipped, cells) for cells in reader]
    except csv.Error as exc:
        raise ValueError(f"line {reader.line_num + skipped} is no line of a CSV: {exc}") from exc
    header, rows, dropped = _without_nameless(header, rows)
    columns = [_column(cell) for cell in header]
    _judge_columns(columns, header)
    if dropped:
        reason = "a column without a name and without values of its own was passed over"
        remarks.append(_remark(name, reason, "Nothing is to be done"))
    return Table(name, tuple(_lines(columns, rows)), tuple(remarks))


def _remark(name: str, reason: str, advice: str) -> Problem:
    return Problem(name, "", "table_form", reason, advice)


def _decoded(data: bytes, name: str) -> tuple[str, list[Problem]]:
    """Return the text, and what is to be known of how it was read."""
    if data.startswith(_SPREADSHEET_STARTS):
        raise ValueError("it is a spreadsheet under another name: export it as CSV (UTF-8)")
    encoding = next((found for bom, found in _BOMS if data.startswith(bom)), None)
    if encoding is None and b"\0" in data[:_SAMPLE]:
        # Latin letters in UTF-16 are every second byte; the other one is zero.
        sample = data[:_SAMPLE]
        if sample.count(0) * 10 < len(sample):
            line = data[: data.index(b"\0")].count(b"\n") + 1
            raise ValueError(f"line {line} holds a zero byte: save it anew as CSV UTF-8")
        zeros_first = sample[::2].count(0) > sample[1::2].count(0)
        encoding = "utf-16-be" if zeros_first else "utf-16-le"
    try:
        return data.decode(encoding or "utf-8").lstrip("\ufeff"), []
    except UnicodeDecodeError as exc:
        line = data[: exc.start].count(b"\n") + 1
        if encoding is not None:
            raise ValueError(f"line {line} is not {encoding.upper()}: save it as UTF-8") from exc
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as exc:
        reason = f"line {line} is neither UTF-8 nor Windows-1252: save it as CSV UTF-8"
        raise ValueError(reason) from exc
    reason = f"it is no UTF-8 (line {line}), and was read as Windows-1252, as Excel writes CSV"
    return text, [_remark(name, reason, "Save it as CSV UTF-8 if letters with accents look wrong")]


def _delimiter(text: str) -> tuple[str, str, int]:
    """Return what parts cells, the text from its header on, and how many lines come before it."""
    first, _, rest = text.partition("\n")
    if announced := re.fullmatch(r'"?sep=(.)"?\s*', first):
        return announced[1], rest, 1
    blank = re.match(r"(?:[ \t]*\r?\n)*", text)
    skipped = blank.end() if blank else 0
    header = text[skipped:].partition("\n")[0]
    cells = {mark: [_column(cell) for cell in header.split(mark)] for mark in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda mark: ("path" in cells[mark], len(cells[mark])))
    return best, text[skipped:], text[:skipped].count("\n")


def _column(cell: str) -> str:
    """Return a column's name in our spelling: `Path ` is path, `Slice.region` slice.region."""
    name = re.sub(r"\s+", " ", cell.strip().strip("\"'").strip())
    low = name.casefold()
    if low.startswith(SLICE):
        return SLICE + name[len(SLICE) :].strip()
    return _SPELLINGS.get(low, low)


Rows = list[tuple[int, list[str]]]


def _without_nameless(header: list[str], rows: Rows) -> tuple[list[str], Rows, int]:
    """Drop columns without a name that hold nothing, or a data frame's row numbers."""
    width = len(header)
    dropped = set()
    for at, cell in enumerate(header):
        if _column(cell) and not re.fullmatch(r"unnamed: \d+", _column(cell)):
            continue
        held = [cells[at].strip() for _, cells in rows if at < len(cells)]
        numbers = at == 0 and held == [str(number) for number in range(len(held))]
        if any(held) and not numbers:
            example = shown(next(value for value in held if value))
            raise ValueError(
                f"column {at + 1} has no name, and holds {example!r}: name it, or delete it"
            )
        dropped.add(at)
    kept = [at for at in range(width) if at not in dropped]
    # A cell more than there are columns stays, to be told of; an empty one says nothing.
    cut = [
        (number, [*(cells[at] for at in kept if at < len(cells)), *filter(None, cells[width:])])
        for number, cells in rows
    ]
    return [header[at] for at in kept], cut, len(dropped)


def _judge_columns(columns: Sequence[str], header: Sequence[str]) -> None:
    """Raise ValueError for columns that are not there, there twice, or not known."""
    if not any(columns):
        raise ValueError("it is empty: its first line should name columns, `path` among them")
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        raise ValueError(f"the column {', '.join(twice)} is there twice: delete or rename one")
    if SLICE in columns:
        at = columns.index(SLICE) + 1
        raise ValueError(f"column {at} is `slice.` without a name: `slice.region`, for example")
    known = set(COLUMNS)
    stray = [name for name in columns if name not in known and not name.startswith(SLICE)]
    if "path" not in columns:
        meant = next((name for name in stray if name in _USUAL_NAMES["path"]), None)
        there = ", ".join(shown(cell.strip()) for cell in header[:_SHOWN])
        fix = f"rename `{meant}` to `path`" if meant else f"its first line says: {there}"
        raise ValueError(f"it has no column `path`, which says which photo a row is about; {fix}")
    if stray:
        names = ", ".join(f"`{shown(name)}`{_meant(name)}" for name in stray[:_SHOWN])
        raise ValueError(
            f"unknown column {names}. Known are {', '.join(COLUMNS)} and {SLICE}<name>: rename it "
            f"(to {SLICE}<name> if quality should be reported by it), or delete it"
        )


def _meant(name: str) -> str:
    for known, usual in _USUAL_NAMES.items():
        if name.replace(" ", "_") in usual:
            return f" (did you mean `{known}`?)"
    near = difflib.get_close_matches(name, COLUMNS, n=1)
    return f" (did you mean `{near[0]}`?)" if near else ""


def _lines(columns: Sequence[str], rows: Rows) -> Iterator[Line]:
    """Yield the rows that hold anything."""
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        yield row_of_cells(number, columns, cells)
