"""What an import says to a person: the same words on a terminal and in the data report."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from training.photos.intake import Intake
from training.photos.problems import ProblemGroup, grouped, shown
from training.photos.ties import TieReport

LEFT_OUT: Final = "Left out"
WORTH_A_LOOK: Final = "Taken in, and worth a look"
_NOUNS: Final = {
    **dict.fromkeys(("bad_table_row", "row_without_photo", "groups_without_photos"), "row"),
    **dict.fromkeys(("table_form", "table_not_read"), "table"),
    **dict.fromkeys(
        ("linked_folder", "folder_within_style", "empty_style_folder", "unreadable_folder"),
        "folder",
    ),
    "style_in_two_folders": "style",
    **dict.fromkeys(("building_of_two_styles", "building_too_large"), "building"),
}
"""What is counted under a code, where it isn't files."""
_PLACES: Final = 3
_KINDS: Final = 12


@dataclass(frozen=True)
class Told:
    """Findings of one sort: their heading, and each kind once."""

    heading: str
    groups: tuple[ProblemGroup, ...]


def findings_of(intake: Intake) -> tuple[Told, ...]:
    """Return the findings of an import by what they mean for it; sorts without any are left out."""
    told = (
        Told(LEFT_OUT, grouped(intake.problems)),
        Told(WORTH_A_LOOK, grouped(intake.warnings)),
        Told("Ignored, since no photo can be meant", grouped(intake.ignored)),
    )
    return tuple(one for one in told if one.groups)


def group_line(group: ProblemGroup) -> str:
    """Say a kind of findings in one line: how many, what, what to do, and where."""
    where = places(group)
    if group.code == "ignored":
        return f"{group.reason}: {group.count:,} ({where})"
    counted = counted_noun(group.count, _NOUNS.get(group.code, "file"))
    return f"{counted}: {what_to_know(group)}" + (f" [{where}]" if where else "")


def refusal_line(group: ProblemGroup) -> str:
    """Say why nothing is taken in: the rows that are at fault, or the folder as a whole."""
    return group_line(group) if places(group) else what_to_know(group)


def what_to_know(group: ProblemGroup) -> str:
    """Say what a kind of findings is and what to do about it, in two sentences."""
    what = group.reason if group.alike else f"{group.reason} (for example)"
    return f"{what}. {group.advice}."


def counted_noun(count: int, noun: str) -> str:
    """Return a number with its noun: 1 file, 2 files."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def refused_when_served(intake: Intake) -> str:
    """Say how many files the service would refuse as well; "" where there are none."""
    count = sum(bool(found.cause) or found.code == "file_too_large" for found in intake.problems)
    if not count:
        return ""
    return f"the service would refuse {count:,} of them too: it reads photos by the same limits"


def places(group: ProblemGroup) -> str:
    """Name the places with most findings of a kind, and say how many more there are."""
    named = [f"{place} ({n:,})" if n > 1 else place for place, n in group.places[:_PLACES] if place]
    more = len(group.places) - _PLACES
    return ", ".join(named) + (f" and {more:,} more" if more > 0 else "")


def tie_lines(ties: TieReport) -> Iterator[str]:
    """Say what was tied, and by what; nothing where each photo is a building of its own."""
    for tally, why in (
        (ties.by_table, "the table's groups"),
        (ties.by_likeness, "likeness (near-copies)"),
    ):
        if tally.photos:
            buildings = counted_noun(tally.buildings, "building")
            yield f"{counted_noun(tally.photos, 'photo')} count as {buildings} by {why}"
    if len(ties.largest) > 1:
        example = shown(ties.largest[0])
        yield f"the largest building has {len(ties.largest):,} photos ({example} and others)"


def import_text(intake: Intake, list_path: str, *, dry_run: bool) -> list[str]:
    """Return the lines that say what an import did, or would do; `list_path` holds every file."""
    would = "would be " if dry_run or intake.refused else ""
    ignored = f", {len(intake.ignored):,} ignored" if intake.ignored else ""
    added, known = len(intake.added), len(intake.known)
    left = f"{counted_noun(len(intake.problems), 'file')} left out{ignored}"
    lines = [f"{counted_noun(added, 'photo')} {would}added, {known:,} known, {left}"]
    for told in findings_of(intake):
        lines += [f"{told.heading}:", *_indented(told.groups)]
        if told.heading == LEFT_OUT and (served := refused_when_served(intake)):
            lines.append(f"  ({served})")
    lines += intake.notes
    if ties := list(tie_lines(intake.ties)):
        lines += ["Tied, so that no split parts them:", *(f"  {line}" for line in ties)]
    if list_path and (intake.problems or intake.warnings):
        lines.append(f"Every file and reason: {list_path}")
    if intake.removed:
        verb = "would leave" if dry_run else "have left"
        lines.append(f"{intake.removed:,} photos {verb} the dataset: no file here holds them")
    if intake.refused:
        refusals = grouped(intake.refusals)
        lines += [f"refused: {refusal_line(group)}" for group in refusals]
        return [*lines, "The dataset is as it was"]
    splits = Counter(row.split for row in intake.manifest.rows)
    counts = ", ".join(f"{count:,} {name}" for name, count in sorted(splits.items()))
    verb = "would hold" if dry_run else "holds"
    lines.append(f"the dataset {verb} {len(intake.manifest.rows):,} photos: {counts}")
    return [*lines, "Nothing was written: this was a dry run"] if dry_run else lines


def _indented(groups: Sequence[ProblemGroup]) -> Iterator[str]:
    yield from (f"  {group_line(group)}" for group in groups[:_KINDS])
    if len(groups) > _KINDS:
        rest = sum(group.count for group in groups[_KINDS:])
        yield f"  and {rest:,} findings of {len(groups) - _KINDS} more kinds"
