"""Which payloads this host can run, what of them it installs, and how it remembers a folder."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from artifacts.records.release import Payload

Kind = Literal["payloads", "code", "models"]
"""The kinds of parts that are installed."""


@dataclass(frozen=True)
class Refused:
    """Why something is not done."""

    reason: str


@dataclass(frozen=True)
class Parts:
    """What a payload is made of, by digest."""

    code: str
    model: str


def objection(payload: Payload) -> Refused | None:
    """Say why this host can't run a payload: it runs one champion of one model, as processes."""
    if payload.image is not None:
        return Refused("the payload names an image: this host runs processes, no containers")
    if len(payload.models) != 1:
        names = ", ".join(sorted(payload.models))
        return Refused(f"the payload has several models ({names}): this host serves one")
    (name, entries), *_ = payload.models.items()
    roles = sorted(entry.role for entry in entries)
    if roles != ["champion"]:
        return Refused(
            f"{name} is released as {', '.join(roles) or 'nothing'}: this host serves exactly one "
            "champion, and neither shares nor mirrors traffic"
        )
    return None


def parts_of(payload: Payload) -> Parts:
    """Return what a payload without objection is made of."""
    ((model,),) = payload.models.values()
    return Parts(code=payload.code.digest, model=model.digest)


def unneeded(installed: Iterable[str], keep: Iterable[str]) -> tuple[str, ...]:
    """Return the digests that nobody wants kept, sorted."""
    return tuple(sorted(set(installed) - set(keep)))


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
