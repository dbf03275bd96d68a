"""The part of the data report that says what an import would say, in the same words."""

from collections.abc import Iterator
from typing import Final

from pages import Badge, Block, Cell, Column, Fold, Paragraph, Section, Table
from training.photos.import_report import (
    LEFT_OUT,
    WORTH_A_LOOK,
    findings_of,
    places,
    refused_when_served,
    what_to_know,
)
from training.photos.intake import Intake
from training.photos.problems import Problem, ProblemGroup, shown

_MOST_ROWS: Final = 200


def findings_sections(intake: Intake) -> Iterator[Section]:
    """Yield a section for each sort of findings: left out, worth a look, ignored."""
    if not intake.problems and not intake.refused:
        text = "Nothing: every file is a usable photo."
        yield Section(LEFT_OUT, (Paragraph(text, "good"),))
    listed = {LEFT_OUT: intake.problems, WORTH_A_LOOK: intake.warnings}
    for told in findings_of(intake):
        blocks: list[Block] = [_kinds(told.heading, told.groups)]
        if found := listed.get(told.heading):
            blocks.append(_one_by_one(found))
        served = refused_when_served(intake) if told.heading == LEFT_OUT else ""
        lede = f"{served[0].upper()}{served[1:]}." if served else ""
        yield Section(told.heading, tuple(blocks), lede)


def _kinds(heading: str, groups: tuple[ProblemGroup, ...]) -> Table:
    rows = tuple((f"{g.count:,}", _what(g), places(g)) for g in groups[:_MOST_ROWS])
    names = (Column("Count", "right"), Column("What it is, and what to do"), Column("Where"))
    return Table(f"{heading}, by kind", names, rows)


def _what(group: ProblemGroup) -> str:
    return group.reason if group.code == "ignored" else what_to_know(group)


def _one_by_one(problems: tuple[Problem, ...]) -> Fold:
    rows = tuple(_row(problem) for problem in problems[:_MOST_ROWS])
    names = tuple(map(Column, ("Where", "Kind", "Reason", "What to do")))
    many = len(problems) > _MOST_ROWS
    count = f"The first {_MOST_ROWS} of {len(problems):,}" if many else "All"
    return Fold(f"{count} findings, one by one", (Table("Files and reasons", names, rows),))


def _row(problem: Problem) -> tuple[Cell | str, ...]:
    kind = (problem.cause or problem.code).replace("_", " ")
    place = shown(problem.place or problem.path)
    return (Cell(place, code=True), Cell(badge=Badge(kind, "bad")), problem.reason, problem.advice)
