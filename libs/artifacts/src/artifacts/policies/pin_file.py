"""A pinned holdout as a file."""

from pathlib import Path

from artifacts.errors import UnreadableRecord
from artifacts.policies.holdout_text import parse_pin
from artifacts.records.holdout import HoldoutPin


def read_pin(path: Path, model: str) -> HoldoutPin:
    """Read a pinned holdout; UnreadableRecord names every bad line, or another form of the file."""
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise UnreadableRecord(str(path), (str(exc),)) from exc
    return parse_pin(data, model, str(path))
