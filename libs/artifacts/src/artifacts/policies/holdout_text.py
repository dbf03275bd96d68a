"""A pinned holdout as CSV: one line a photo, sorted, so that git shows every photo that comes.

There is one form of it: a file that says the same in other bytes is refused, for a reviewer of its
change would see lines move that didn't.
"""

import csv
import io
from collections.abc import Iterable
from typing import Final

from artifacts.errors import UnreadableRecord
from artifacts.records.holdout import HoldoutPin
from artifacts.records.photos import SLICE

COLUMNS: Final = ("photo", "group", "style", "year", "source")
"""Those that every pin has; `slice.<name>` follow, one for each dimension of any photo, sorted."""
EARLIER: Final = COLUMNS[:-1]
ANEW: Final = (
    "it is of the earlier form, which holds neither source nor slices of a photo, so that a change "
    "of data could move photos between slices. Pin the holdout anew: `git rm` this file, run "
    "`gate pin-holdout`, and commit both in one pull request for the strictest tier to approve"
)


def pin_text(pin: HoldoutPin) -> str:
    """Return a pinned holdout as a file's text; what a photo doesn't have is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = _columns(name for photo in pin.photos for name in photo.slices)
    writer.writerow(columns)
    for photo in pin.photos:
        # csv writes None as an empty cell.
        writer.writerow([photo.columns.get(name) for name in columns])
    return out.getvalue()


def _columns(slices: Iterable[str]) -> tuple[str, ...]:
    return (*COLUMNS, *sorted({f"{SLICE}{name}" for name in slices}))


def parse_pin(data: bytes, model: str, source: str) -> HoldoutPin:
    """Parse a pinned holdout; UnreadableRecord names every bad line, or another form of the file.

    `source` says in errors where it came from.
    """
    try:
        text = data.decode()
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as exc:
        raise UnreadableRecord(source, (str(exc),)) from exc
    columns = tuple(lines[0]) if lines else ()
    if columns == EARLIER:
        raise UnreadableRecord(source, (ANEW,))
    if columns != _columns(name.removeprefix(SLICE) for name in columns[len(COLUMNS) :]):
        first = f"{','.join(COLUMNS)} and then {SLICE}<name> for each slice, sorted"
        raise UnreadableRecord(source, (f"the first line is not {first}",))
    problems = tuple(
        f"line {number}: {len(cells)} cells for {len(columns)} columns"
        for number, cells in enumerate(lines[1:], start=2)
        if len(cells) != len(columns)
    )
    if problems:
        raise UnreadableRecord(source, problems)
    rows = [dict(zip(columns, cells, strict=True)) for cells in lines[1:]]
    pin = HoldoutPin.parse({"model": model, "photos": list(map(_photo, rows))}, source)
    if pin_text(pin) != text:
        raise UnreadableRecord(source, ("it is not in the form that `pin-holdout` writes",))
    return pin


def _photo(cells: dict[str, str]) -> dict[str, object]:
    slices = {k.removeprefix(SLICE): v for k, v in cells.items() if k.startswith(SLICE) and v}
    fixed: dict[str, object] = {name: cells[name] for name in COLUMNS}
    return fixed | {"year": cells["year"] or None, "slices": slices}
