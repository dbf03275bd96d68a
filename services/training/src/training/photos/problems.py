"""What an import has to say about a file, a folder or a row of the table."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

ImportCode = Literal[
    # A file that is left out. The other codes of these are those of features' PhotoRefused.
    "unknown_style",
    "outside_a_style_folder",
    "duplicate",
    "two_styles",
    "ties_splits",
    "group_unknown",
    "unreadable_file",
    "unreadable_folder",
    "broken_link",
    "no_regular_file",
    "file_too_large",
    # Taken in all the same.
    "wrong_extension",
    "bad_table_row",
    "row_without_photo",
    "table_form",
    "table_not_read",
    "style_in_two_folders",
    "style_within_a_style",
    "empty_style_folder",
    "linked_folder",
    "folder_within_style",
    "building_of_two_styles",
    "building_too_large",
    # The import is refused as a whole.
    "no_style_folder",
    "groups_without_photos",
    "too_many_bad_files",
]


@dataclass(frozen=True)
class Problem:
    """One finding: where, what is wrong, what to do.

    Attributes:
        path: the file, relative to the folder of photos; for a row, what the table calls it.
        photo: the digest of the file's bytes, "" where they were not read.
        code: one of ImportCode, or that of a PhotoRefused or a PhotoWarning of `features`.
        reason: what is wrong.
        advice: what a person can do about it.
        place: how to name it among others of its kind, if not by its path.
        cause: a finer code than `code`, "" where there is none.
    """

    path: str
    photo: str
    code: str
    reason: str
    advice: str
    place: str = ""
    cause: str = ""

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{shown(self.path)}: {self.code}: {self.reason}. {self.advice}."


@dataclass(frozen=True)
class ProblemGroup:
    """Findings of one kind, told once.

    Attributes:
        code: what they share.
        count: how many there are.
        reason: what is wrong; of one of them where they differ.
        advice: what to do about it.
        places: each place with how many findings it has, the most first.
        alike: whether the reason is that of all of them.
    """

    code: str
    count: int
    reason: str
    advice: str
    places: tuple[tuple[str, int], ...]
    alike: bool


def grouped(problems: Iterable[Problem]) -> tuple[ProblemGroup, ...]:
    """Group findings by kind, the commonest kind first.

    Those of a code whose reasons differ in numbers or quoted names alone are one kind.
    """
    kinds: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        kind = (problem.cause or problem.code, _kind_of(problem.reason))
        kinds.setdefault(kind, []).append(problem)
    found = [_group(members) for members in kinds.values()]
    return tuple(sorted(found, key=lambda group: (-group.count, group.code, group.reason)))


def _group(members: list[Problem]) -> ProblemGroup:
    first = members[0]
    places = Counter(shown(problem.place or problem.path) for problem in members)
    return ProblemGroup(
        code=first.cause or first.code,
        count=len(members),
        reason=first.reason,
        advice=first.advice,
        places=tuple(places.most_common()),
        alike=len({problem.reason for problem in members}) == 1,
    )


def _kind_of(text: str) -> str:
    """Return a reason without its numbers and what it quotes."""
    return re.sub(r"\d+(\.\d+)?|'[^']*'|\"[^\"]*\"", "#", text)


def shown(text: str) -> str:
    r"""Return a name as it can be printed and written anywhere.

    Bytes of a file's name that are no UTF-8 come as \xe9; a line break, an escape sequence and
    whatever else can't be seen come escaped too.
    """
    return "".join(letter if letter.isprintable() else _escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    code = ord(letter)
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004 - how Python keeps a byte that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return letter.encode("unicode_escape", "backslashreplace").decode("ascii")
