"""A mutant: one file of the checkout with one thing changed."""

import difflib
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Edit:
    """Replaces the bytes from `start` to `end` of a file; `kind` says what sort of change it is."""

    kind: str
    start: int
    end: int
    replacement: bytes

    def apply(self, source: bytes) -> bytes:
        """Return the file with the change made."""
        return source[: self.start] + self.replacement + source[self.end :]


@dataclass(frozen=True)
class Mutant:
    """One change of one file. `path` is relative to the checkout; `group` is its row in a table.

    `id` doesn't move when other lines of the file do.
    """

    id: str
    group: str
    kind: str
    path: PurePosixPath
    original: bytes
    mutated: bytes

    @property
    def diff(self) -> str:
        """What changed, as a unified diff with one line of context."""
        name, (before, after) = str(self.path), map(_lines, (self.original, self.mutated))
        return "\n".join(difflib.unified_diff(before, after, name, name, n=1, lineterm=""))


def describe(source: bytes, edit: Edit) -> str:
    """Write a change on one line: "`>=` -> `>`"."""
    return f"`{_short(source[edit.start : edit.end])}` -> `{_short(edit.replacement)}`"


def number(names: list[str]) -> list[str]:
    """Tell equal names apart by a number, in order: "x", "x (2)"."""
    seen: dict[str, int] = {}
    numbered = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        numbered.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return numbered


def _lines(text: bytes) -> list[str]:
    return text.decode().splitlines()


def _short(text: bytes) -> str:
    words = " ".join(text.decode().split())
    return words if len(words) <= 70 else f"{words[:45]} ... {words[-20:]}"
