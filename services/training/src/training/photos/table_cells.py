"""One row of the table beside the photos: its cells, and what is wrong with them."""

import re
from collections.abc import Sequence
from typing import Final

from training.photos.problems import shown
from training.photos.sources import UNSTATED, Line, TableRow

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
