"""Quality slice by slice."""

from collections.abc import Iterator
from typing import Final

from artifacts.records.evidence import Evidence, Slice, SliceGap
from gate.card.numbers import interval, name_of, spoken, written
from gate.card.quality import unmeasured
from gate.card.records import CardRecords
from judging.rules.slices import SliceFloor
from pages import (
    Block,
    Chart,
    Column,
    Fold,
    Grid,
    IntervalRow,
    Intervals,
    Paragraph,
    Reference,
    Section,
    Table,
)

_MOST: Final = 40
_FEW_PHOTOS: Final = 30
_SPOKEN: Final = 12


def slices_section(records: CardRecords) -> Section:
    """Show each dimension's slices, for the metric of each head."""
    title = "Slice by slice"
    evidence = records.evidence
    if evidence is None:
        return Section(title, (unmeasured(),))
    if not evidence.slices:
        text = "The photo manifest carries no slice, so nobody knows whom it serves worse."
        return Section(title, (Paragraph(text, "unsure"),))
    dimensions = tuple(dict.fromkeys(found.dimension for found in evidence.slices))
    charts = tuple(chart for name in dimensions for chart in _charts(records, evidence, name))
    blocks: list[Block] = [Grid(charts)]
    if evidence.gaps:
        gaps = _gaps(records, evidence.gaps)
        blocks.append(Fold(gaps.caption, (gaps,)))
    blocks.append(Fold("All numbers", (_numbers(records, evidence),)))
    lede = (
        "A good mean can hide a bad part. Hollow points have too few photos to be judged; a dashed "
        "line is the value over all photos, a red one the floor."
    )
    return Section(title, tuple(blocks), lede)


def _charts(records: CardRecords, evidence: Evidence, dimension: str) -> Iterator[Chart]:
    slices = [found for found in evidence.slices if found.dimension == dimension]
    if records.classes:
        yield from _chart(records, slices, f"{records.classes.name}.accuracy")
    if records.numbers:
        yield from _chart(records, slices, f"{records.numbers.name}.median_absolute_error")


def _chart(records: CardRecords, slices: list[Slice], metric: str) -> Iterator[Chart]:
    measured = [found for found in slices if metric in found.metrics]
    if not measured:
        return
    dimension = slices[0].dimension
    least = records.policy.slices.sizes.get(dimension) if records.policy else None
    rows = tuple(_row(found, metric, least or _FEW_PHOTOS) for found in measured)
    unit = records.numbers.unit if records.numbers else ""
    is_share = metric.endswith(".accuracy")
    drawing = Intervals(
        rows[:_MOST], tuple(_references(records, dimension, metric)), is_share, f"{unit}s"
    )
    said = "; ".join(f"{row.label} {written(metric, row.value, unit)}" for row in rows[:_SPOKEN])
    title = f"{name_of(metric)} by {spoken(dimension)}"
    note = f"Judged from {least} photos a slice." if least else "Reported, not judged."
    yield Chart(title, f"{title}: {said}", drawing, note)


def _row(found: Slice, metric: str, least: int) -> IntervalRow:
    estimate = found.metrics[metric]
    remark = f"{found.photos} photos"
    faint = found.photos < least
    return IntervalRow(
        spoken(found.name), estimate.value, estimate.low, estimate.high, remark, faint
    )


def _references(records: CardRecords, dimension: str, metric: str) -> Iterator[Reference]:
    overall = records.metric(metric)
    if overall is not None:
        yield Reference(overall.value, "all photos")
    for floor in records.policy.every(SliceFloor) if records.policy else ():
        if (floor.dimension, floor.metric) == (dimension, metric):
            yield Reference(floor.at_least, "floor", limit=True)


def _gaps(records: CardRecords, gaps: tuple[SliceGap, ...]) -> Table:
    unit = records.numbers.unit if records.numbers else ""
    columns = ("Dimension", "Metric", "Best", "Worst", "Gap", "Interval")
    rows = tuple(
        (
            spoken(gap.dimension),
            name_of(gap.metric),
            spoken(gap.best),
            spoken(gap.worst),
            written(gap.metric, gap.gap.value, unit),
            interval(gap.metric, gap.gap, unit),
        )
        for gap in gaps
    )
    return Table("Between the best and the worst slice", tuple(map(Column, columns)), rows)


def _numbers(records: CardRecords, evidence: Evidence) -> Table:
    unit = records.numbers.unit if records.numbers else ""
    columns = ("Slice", "Dimension", "Photos", "Buildings", "Metric", "Value", "Interval")
    rows = tuple(
        (
            spoken(found.name),
            spoken(found.dimension),
            str(found.photos),
            str(found.groups),
            name_of(metric),
            written(metric, estimate.value, unit),
            interval(metric, estimate, unit),
        )
        for found in evidence.slices
        for metric, estimate in found.metrics.items()
    )
    return Table("Every slice and metric", tuple(map(Column, columns)), rows)
