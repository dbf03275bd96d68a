"""A pinned holdout as CSV: one line a photo, sorted, so that git shows every photo that comes.

There is one form of it: a file that says the same in other bytes is refused, for a reviewer of its
change would see lines move that didn't.
"""

import csv
import io

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


def parse_pin(data: bytes, model: str, source: str) -> HoldoutPin:
    """Parse a pinned holdout; UnreadableRecord names every bad line, or another form of the file.

    `source` says in errors where it came from.
    """
    try:
        text = data.decode()
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as exc:
        raise UnreadableRecord(source, (str(exc),)) from exc
    if not lines or tuple(lines[0]) != COLUMNS:
        raise UnreadableRecord(source, (f"the first line is not {','.join(COLUMNS)}",))
    problems = tuple(
        f"line {number}: {len(cells)} cells for {len(COLUMNS)} columns"
        for number, cells in enumerate(lines[1:], start=2)
        if len(cells) != len(COLUMNS)
    )
    if problems:
        raise UnreadableRecord(source, problems)
    rows = [dict(zip(COLUMNS, cells, strict=True)) for cells in lines[1:]]
    photos = [{**row, "year": row["year"] or None} for row in rows]
    pin = HoldoutPin.parse({"model": model, "photos": photos}, source)
    if pin_text(pin) != text:
        raise UnreadableRecord(source, ("it is not in the form that `pin-holdout` writes",))
    return pin
