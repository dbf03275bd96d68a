"""A pinned holdout as CSV: one line a photo, sorted, so that git shows every photo that comes.

There is one form of it: a file that says the same in other bytes is refused, for a reviewer of its
change would see lines move that didn't.
"""

import csv
import io
from pathlib import Path

from artifacts.errors import UnreadableRecord
from artifacts.records.holdout import HoldoutPin

COLUMNS = ("photo", "group", "style", "year")


def pin_text(pin: HoldoutPin) -> str:
    """Return a pinned holdout as a file's text; the year is empty where it isn't known."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for photo in pin.photos:
        year = "" if photo.year is None else str(photo.year)
        writer.writerow((photo.photo, photo.group, photo.style, year))
    return out.getvalue()


def read_pin(path: Path, model: str) -> HoldoutPin:
    """Read a pinned holdout; UnreadableRecord names every bad line, or another form of the file."""
    try:
        text = path.read_bytes().decode()
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as exc:
        raise UnreadableRecord(str(path), (str(exc),)) from exc
    if not lines or tuple(lines[0]) != COLUMNS:
        raise UnreadableRecord(str(path), (f"the first line is not {','.join(COLUMNS)}",))
    problems = tuple(
        f"line {number}: {len(cells)} cells for {len(COLUMNS)} columns"
        for number, cells in enumerate(lines[1:], start=2)
        if len(cells) != len(COLUMNS)
    )
    if problems:
        raise UnreadableRecord(str(path), problems)
    rows = [dict(zip(COLUMNS, cells, strict=True)) for cells in lines[1:]]
    photos = [{**row, "year": row["year"] or None} for row in rows]
    pin = HoldoutPin.parse({"model": model, "photos": photos}, str(path))
    if pin_text(pin) != text:
        raise UnreadableRecord(str(path), ("it is not in the form that `pin-holdout` writes",))
    return pin
