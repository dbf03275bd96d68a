"""What a folder held when it was put in its place: a line a file or folder, quick to read.

Thousands of lines are read before every swap: as JSON that alone would take a third of a second.
"""

from collections.abc import Iterable
from dataclasses import dataclass

_FIELDS = 4
FOLDER = "-"


@dataclass(frozen=True)
class Entry:
    """A file or folder; a link has its target in place of a digest, a folder `-`.

    A folder's time changes when a name in it appears or goes.
    """

    path: str
    size_bytes: int
    mtime_ns: int
    content: str

    @property
    def is_folder(self) -> bool:
        """Whether this is a folder."""
        return self.content == FOLDER


def write_stamp(entries: Iterable[Entry]) -> str:
    """Return entries as text; ValueError for a path that has no line of its own."""
    lines = []
    for entry in sorted(entries, key=lambda entry: entry.path):
        if not entry.path.isprintable():
            raise ValueError(f"{entry.path!a} is not a name that a file may have")
        content = entry.content.replace(" ", "%20")
        lines.append(f"{entry.size_bytes} {entry.mtime_ns} {content} {entry.path}\n")
    return "".join(lines) + "end\n"


def read_stamp(text: str) -> tuple[Entry, ...]:
    """Return the entries of a stamp; ValueError where it isn't whole or isn't one."""
    *lines, end = text.splitlines() or [""]
    if end != "end":
        raise ValueError("the stamp has no end")
    return tuple(_read_line(line) for line in lines)


def _read_line(line: str) -> Entry:
    size_bytes, mtime_ns, content, path = line.split(" ", _FIELDS - 1)
    return Entry(path, int(size_bytes), int(mtime_ns), content.replace("%20", " "))
