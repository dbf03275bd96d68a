"""A file of what an emulator makes differ after every apply, entry by entry with its reason."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, RootModel, ValidationError

from artifacts.errors import UnreadableRecord
from artifacts.records.record import parse_yaml
from artifacts.text import plain


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    reason: str


class _File(RootModel[dict[str, tuple[_Entry, ...]]]):
    pass


def expected_paths(path: Path, root: str) -> frozenset[str]:
    """Return the paths (resource.attribute) of a root of Terraform; UnreadableRecord."""
    try:
        read = parse_yaml(path.read_text("utf-8"), str(path))
        entries = _File.model_validate(read).root.get(root, ())
    except (OSError, UnicodeDecodeError, ValidationError) as exc:
        raise UnreadableRecord(str(path), (plain(exc),)) from exc
    return frozenset(entry.path for entry in entries)
