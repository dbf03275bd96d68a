"""Which photo each row of the table is about, however its path was written."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from training.photos.problems import Problem
from training.photos.sources import UNSTATED, FoundFile, Line, Table, TableRow

Value = TypeVar("Value")

_ADVICE: Final = "Correct its row in the table"
_YEARS: Final = "Write one year in digits, such as 1885 or -300, or leave the cell empty"


@dataclass(frozen=True)
class PlacedRows:
    """The rows of a table by photo.

    Attributes:
        rows: what the table says of each photo that it names, by the photo's path.
        group_lost: why a photo's building can't be known, by its path.
        warnings: what is wrong with rows whose photos are taken in all the same.
        refusals: rows that name a building and match no photo, where photos are left without row.
    """

    rows: Mapping[str, TableRow]
    group_lost: Mapping[str, str]
    warnings: tuple[Problem, ...]
    refusals: tuple[Problem, ...]


@dataclass
class _Placing:
    rows: dict[str, TableRow] = field(default_factory=dict)
    group_lost: dict[str, str] = field(default_factory=dict)
    disputed: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    warnings: list[Problem] = field(default_factory=list)
    strays: list[tuple[Line, str]] = field(default_factory=list)


def place_rows(
    table: Table, files: Sequence[FoundFile], year_fault: Callable[[int], str | None]
) -> PlacedRows:
    """Find the photo of each row; `year_fault` says why a year can't be a building's, or None.

    A photo whose row has a fault loses that cell and no other. Where the fault is in its building,
    it is named in `group_lost`: taking it in could put one building on two sides of a split.
    """
    find = _Finder([found.path for found in files])
    done = _Placing()
    for line in table.lines:
        row, faults = _judged_year(line, year_fault)
        matches = find(line.path)
        if len(matches) != 1:
            why = f"fits {len(matches)} photos" if matches else "fits no photo"
            done.strays.append((line, why))
        else:
            faults += _add(done, matches[0], line, row)
        done.warnings += [_fault(line, fault) for fault in faults]
    unnamed = len(files) - len(done.rows)
    refusals = []
    for line, why in done.strays:
        if not line.path:
            continue
        names_building = line.row.group or line.row.shared_group or line.group_lost
        if names_building and unnamed:
            refusals.append(_lost_building(line, why, unnamed))
        else:
            reason = f"the row {why}"
            advice = "Correct its path, or delete the row"
            done.warnings.append(_about(line, "row_without_photo", reason, advice))
    return PlacedRows(done.rows, done.group_lost, tuple(done.warnings), tuple(refusals))


def _judged_year(line: Line, year_fault: Callable[[int], str | None]) -> tuple[TableRow, list[str]]:
    faults = list(line.faults)
    if line.row.year is not None and (fault := year_fault(line.row.year)):
        return replace(line.row, year=None), [*faults, f"its year can't be: {fault}"]
    return line.row, faults


def _add(done: _Placing, path: str, line: Line, row: TableRow) -> list[str]:
    """Keep what a row says of a photo, and return where it contradicts another row of it."""
    if line.group_lost:
        done.group_lost[path] = f"line {line.number} of the table: {line.group_lost}"
    before = done.rows.get(path)
    if before is None:
        done.rows[path] = row
        return []
    # Once two rows disagree no third one decides.
    disputed = done.disputed[path]
    done.rows[path], found = _merged(before, _without(row, disputed))
    differ = sorted({*found, *(_stated(row) & disputed)})
    disputed.update(differ)
    buildings = [name for name in differ if name in ("group", "shared_group")]
    if buildings:
        done.group_lost[path] = f"two rows of the table name different buildings ({buildings[0]})"
    return [f"another row of this photo says otherwise: {', '.join(differ)}"] if differ else []


def _stated(row: TableRow) -> set[str]:
    """Return the columns in which a row says something."""
    cells = {
        "year": row.year is not None,
        "group": row.group is not None,
        "shared_group": row.shared_group is not None,
        "source": row.source != UNSTATED,
        "licence": row.licence != UNSTATED,
        **{f"slice.{name}": True for name in row.slices},
    }
    return {name for name, says in cells.items() if says}


def _without(row: TableRow, columns: Collection[str]) -> TableRow:
    return TableRow(
        year=None if "year" in columns else row.year,
        group=None if "group" in columns else row.group,
        shared_group=None if "shared_group" in columns else row.shared_group,
        source=UNSTATED if "source" in columns else row.source,
        licence=UNSTATED if "licence" in columns else row.licence,
        slices={k: v for k, v in row.slices.items() if f"slice.{k}" not in columns},
    )


def _merged(one: TableRow, other: TableRow) -> tuple[TableRow, list[str]]:
    """Return what two rows agree on, and the columns in which they don't."""
    differ: list[str] = []

    def agreed(name: str, mine: Value, theirs: Value, nothing: Value) -> Value:
        if nothing in (mine, theirs) or mine == theirs:
            return theirs if mine == nothing else mine
        differ.append(name)
        return nothing

    names = sorted({*one.slices, *other.slices})
    slices = {
        name: agreed(f"slice.{name}", one.slices.get(name, ""), other.slices.get(name, ""), "")
        for name in names
    }
    row = TableRow(
        year=agreed("year", one.year, other.year, None),
        group=agreed("group", one.group, other.group, None),
        shared_group=agreed("shared_group", one.shared_group, other.shared_group, None),
        source=agreed("source", one.source, other.source, UNSTATED),
        licence=agreed("licence", one.licence, other.licence, UNSTATED),
        slices={name: value for name, value in slices.items() if value},
    )
    return row, differ


def _fault(line: Line, fault: str) -> Problem:
    advice = _YEARS if fault.startswith("its year") else _ADVICE
    return _about(line, "bad_table_row", fault, advice)


def _about(line: Line, code: str, reason: str, advice: str) -> Problem:
    place = f"line {line.number}: {line.path}" if line.path else f"line {line.number}"
    return Problem(line.path, "", code, reason, advice, place)


def _lost_building(line: Line, why: str, unnamed: int) -> Problem:
    reason = (
        f"the row names a building and {why}, while {unnamed} photos have no row: "
        "the tie would be lost"
    )
    advice = "Write paths as they are below the folder (gothic/001.jpg), or delete the row"
    return _about(line, "groups_without_photos", reason, advice)


class _Finder:
    """Finds photos by what a table calls them: exactly first, and then ever more freely."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = frozenset(paths)
        self._forms = [self._index(paths, form) for form in (_plain, _loose)]
        self._tails: dict[str, list[str]] = defaultdict(list)
        for path in paths:
            parts = _loose(path).split("/")
            for at in range(1, len(parts)):
                self._tails["/".join(parts[at:])].append(path)

    @staticmethod
    def _index(paths: Iterable[str], form: Callable[[str], str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in paths:
            found[form(path)].append(path)
        return found

    def __call__(self, written: str) -> list[str]:
        """Return the photos that a path in the table may mean: one, several or none."""
        if written in self._paths or not written:
            return [written] if written else []
        for text in dict.fromkeys((written, _without_percents(written))):
            for form, index in zip((_plain, _loose), self._forms, strict=True):
                if found := index.get(form(text)):
                    return found
            parts = _loose(text).split("/")
            # A longer path than ours: /photos/buildings/gothic/001.jpg.
            for at in range(1, len(parts) - 1):
                if found := self._forms[1].get("/".join(parts[at:])):
                    return found
            # A shorter one: 001.jpg.
            if found := self._tails.get("/".join(parts)):
                return found
        return []


def _without_percents(path: str) -> str:
    """Return a path as it was before a browser or a script put %20 for a blank."""
    plain = re.sub(
        b"%([0-9A-Fa-f]{2})",
        lambda found: bytes.fromhex(found[1].decode()),
        path.encode("utf-8", "surrogateescape"),
    )
    return plain.decode("utf-8", "surrogateescape")


def _plain(path: str) -> str:
    """Return a path with our separators, without ./ and in one Unicode form."""
    path = path.removeprefix("file://").replace("\\", "/")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return unicodedata.normalize("NFC", "/".join(parts))


def _loose(path: str) -> str:
    """Return a path without regard to case; a name in an old encoding as its letters."""
    try:
        path.encode()
    except UnicodeEncodeError:
        path = path.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return _plain(path).casefold()
