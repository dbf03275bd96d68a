"""How good the answers are: over all, by label and slice, as said, and on worse photos."""

from collections.abc import Iterator
from typing import Final

from artifacts.records.evidence import Confusion, Evidence, Reliability, Robustness, Slice, SliceGap
from artifacts.records.manifest import PeriodsHead
from gate.card.records import (
    CardRecords,
    Confused,
    Examples,
    Gallery,
    interval,
    key_numbers,
    name_of,
    share,
    spoken,
    written,
)
from judging.rules.robustness import RobustnessLimit
from judging.rules.slices import SliceFloor
from pages import (
    Block,
    Chart,
    Column,
    Curve,
    Curves,
    Fold,
    Grid,
    Heading,
    Heatmap,
    Histogram,
    IntervalRow,
    Intervals,
    KeyNumber,
    KeyNumbers,
    Paragraph,
    PhotoTiles,
    Reference,
    ReliabilityPoint,
    Section,
    Table,
)
from pages import Reliability as ReliabilityDiagram

_ERRORS = (0.0, 5.0, 10.0, 20.0, 30.0, 50.0, 75.0, 100.0, 200.0, 500.0, 5000.0)


def numbers_section(records: CardRecords) -> Section:
    """Show the numbers that sum the model up."""
    title = "In numbers"
    evidence = records.evidence
    if evidence is None:
        return Section(title, (unmeasured(),))
    style = records.classes.name if records.classes else ""
    era = records.numbers.name if records.numbers else ""
    names = ("accuracy", "top3_accuracy", "macro_f1", "calibration_error")
    metrics = (*(f"{style}.{name}" for name in names), f"{era}.median_absolute_error")
    method = evidence.method
    lede = (
        f"Measured by the judge over {evidence.photos:,} holdout photos of {evidence.groups:,} "
        f"buildings that training never saw. Intervals: {method.confidence:.0%}, "
        f"{method.resamples:,} resamples of buildings."
    )
    numbers = KeyNumbers(key_numbers(records, *metrics))
    return Section(title, (numbers,), f"{lede} {era_origin(records)}")


def era_origin(records: CardRecords) -> str:
    """Say where the model's numbers come from, and whether the judge could measure them."""
    head = records.numbers
    if head is None:
        return "It gives no era: it was trained without one."
    if isinstance(head, PeriodsHead):
        checked = (
            f"Of {head.known} training photos whose {head.unit} is known, {head.held} lie in it"
            if head.known
            else f"No training photo had a {head.unit} to check that by"
        )
        come = (
            f"{head.name} comes from the {head.of}s' periods: when buildings of the likely "
            f"{head.of}s were commonly built, not what photos taught. Its interval holds "
            f"{share(head.mass, 0)} of those periods, weighed by probability. {checked}."
        )
    else:
        come = f"{head.name} was learned from photos whose {head.unit} is known."
    if records.evidence and records.metric(f"{head.name}.median_absolute_error") is None:
        come += f" Not measured: no {head.unit}s in the holdout."
    return come[:1].upper() + come[1:]


def unmeasured() -> Paragraph:
    """Say that there is no evidence."""
    return Paragraph("Not measured: there is no evidence on this model.", "unsure")


def confusion_section(records: CardRecords, examples: Examples, gallery: Gallery) -> Section:
    """Show what is taken for what, with photos of the strongest confusions."""
    title = "What it confuses"
    evidence = records.evidence
    if evidence is None:
        return Section(title, (unmeasured(),))
    blocks: list[Block] = [_heatmap(table) for table in evidence.confusions]
    if examples.confused:
        blocks.append(Heading("Strongest confusions"))
        blocks.append(Grid(tuple(_confused(pair, gallery) for pair in examples.confused)))
    lede = "Rows are the truth, columns the answer. Blue is right, red is wrong; stronger is more."
    return Section(title, tuple(blocks), lede)


def _heatmap(table: Confusion) -> Chart:
    right = sum(row[i] for i, row in enumerate(table.counts))
    total = sum(map(sum, table.counts))
    alt = f"Confusion of {len(table.labels)} labels: {right} of {total} photos are on the diagonal"
    return Chart(
        f"Answers by truth: {table.head}",
        alt,
        Heatmap(tuple(map(spoken, table.labels)), table.counts),
    )


def _confused(pair: Confused, gallery: Gallery) -> PhotoTiles:
    caption = (
        f"{spoken(pair.truth)} taken for {spoken(pair.answer)}: {pair.photos} of {pair.of} photos"
    )
    return PhotoTiles(caption, gallery.tiles(pair.examples))


def reliability_section(records: CardRecords) -> Section:
    """Show whether stated probabilities, sets and intervals keep their word."""
    title = "Does it know what it doesn't know"
    evidence = records.evidence
    if evidence is None:
        return Section(title, (unmeasured(),))
    diagrams = tuple(_diagram(found) for found in evidence.reliability)
    blocks: tuple[Block, ...] = (Grid((*diagrams, *_errors(records))), *_coverage(records))
    lede = (
        "A stated 80 % should be right eight times in ten. Prediction sets and intervals are made "
        "to hold the truth at a level; here is how often they did."
    )
    return Section(title, blocks, lede)


def _diagram(found: Reliability) -> Chart:
    points = tuple(
        ReliabilityPoint(bin_.confidence, bin_.accuracy, bin_.photos)
        for bin_ in found.bins
        if bin_.confidence is not None and bin_.accuracy is not None
    )
    said = "; ".join(
        f"said {share(p.confidence, 0)}, right {share(p.accuracy, 0)} of {p.photos}" for p in points
    )
    note = "Red bars are the distance to the stated probability: below the line it is too sure."
    title = f"Reliability: {found.head}"
    return Chart(title, f"Reliability diagram. {said}", ReliabilityDiagram(points), note)


def _errors(records: CardRecords) -> Iterator[Chart]:
    values, head = records.values, records.numbers
    if values is None or head is None:
        return
    pairs = zip(values.values, values.truths, strict=True)
    errors = [abs(value - truth) for value, truth in pairs if truth is not None]
    if errors:
        near = sum(error <= 50 for error in errors) / len(errors)  # noqa: PLR2004 - see the text
        alt = f"Of {len(errors)} photos, {share(near, 0)} are at most 50 {head.unit}s off"
        drawing = Histogram.of(errors, _ERRORS, f"{head.unit}s off (bins grow)")
        yield Chart(f"How far {head.name} is off", alt, drawing, f"{alt}.")


def _coverage(records: CardRecords) -> Iterator[Block]:
    classes, numbers = records.classes, records.numbers
    yield Heading("Prediction sets and intervals")
    found: tuple[KeyNumber, ...] = ()
    if classes:
        made = f"made for {share(classes.prediction_set.level, 0)}"
        found += key_numbers(records, f"{classes.name}.set_coverage", remark=made)
        found += key_numbers(records, f"{classes.name}.set_size")
    if numbers:
        made = f"made for {share(numbers.level, 0)}"
        found += key_numbers(records, f"{numbers.name}.interval_coverage", remark=made)
        found += key_numbers(records, f"{numbers.name}.interval_width")
    yield KeyNumbers(found)
    if declining := records.manifest.declining:
        made = f"made for at most {share(declining.level, 0)}"
        yield Heading("Declined")
        names = ("unfamiliar", "none_of_these")
        metrics = (f"{declining.name}.{name}" for name in names)
        buildings = key_numbers(records, *metrics, remark=made)
        others = key_numbers(records, f"{declining.name}.others_declined", remark="drawn pictures")
        yield KeyNumbers(buildings + others)
    else:
        yield Paragraph("It declines nothing: a photo of anything gets an answer.", "unsure")


def robustness_section(records: CardRecords) -> Section:
    """Show what worse photos cost."""
    title = "When photos are worse"
    evidence = records.evidence
    if evidence is None:
        return Section(title, (unmeasured(),))
    if not evidence.robustness:
        return Section(title, (Paragraph("No corruption was tried.", "unsure"),))
    keys = dict.fromkeys((found.head, found.corruption) for found in evidence.robustness)
    charts = tuple(_curve(evidence, head, name, records) for head, name in keys)
    photos = max(found.photos for found in evidence.robustness)
    lede = (
        f"The same {photos:,} holdout photos as they are (0) and made worse, step by step. Bands "
        "are the interval of the drop; a red line is the least that the policy lets be left."
    )
    return Section(title, (Grid(charts, "narrow"), Fold("The numbers", (_drops(evidence),))), lede)


def _curve(evidence: Evidence, head: str, corruption: str, records: CardRecords) -> Chart:
    found = sorted(
        (r for r in evidence.robustness if (r.head, r.corruption) == (head, corruption)),
        key=lambda one: one.severity,
    )
    clean = found[0].clean_accuracy
    curve = Curve(
        label=corruption,
        values=(clean, *(one.accuracy for one in found)),
        lows=(clean, *(_left(one, one.drop.high) for one in found)),
        highs=(clean, *(_left(one, one.drop.low) for one in found)),
    )
    points = ("0", *(str(one.severity) for one in found))
    steps = ", ".join(f"{one.severity}: {share(one.accuracy, 0)}" for one in found)
    alt = f"Accuracy of {head} under {corruption}: {share(clean, 0)} clean; by severity {steps}"
    limits = tuple(_least(records, head, corruption, clean))
    note = "; ".join(f"{one.severity}: {one.setting}" for one in found)
    return Chart(corruption, alt, Curves(points, "severity", (curve,), limits), note)


def _left(found: Robustness, drop: float | None) -> float | None:
    return None if drop is None else min(1.0, max(0.0, found.clean_accuracy - drop))


def _least(records: CardRecords, head: str, corruption: str, clean: float) -> Iterator[Reference]:
    for limit in records.policy.every(RobustnessLimit) if records.policy else ():
        if (limit.head, limit.corruption) == (head, corruption):
            least = max(0.0, clean - limit.max_drop)
            yield Reference(least, f"least, up to {limit.up_to_severity}", limit=True)


def _drops(evidence: Evidence) -> Table:
    columns = ("Corruption", "Severity", "Setting", "Clean", "Corrupted", "Drop", "Interval")
    rows = tuple(
        (
            f"{one.corruption} ({one.head})",
            str(one.severity),
            one.setting,
            share(one.clean_accuracy),
            share(one.accuracy),
            share(one.drop.value),
            "-"
            if one.drop.low is None or one.drop.high is None
            else f"{share(one.drop.low)} to {share(one.drop.high)}",
        )
        for one in evidence.robustness
    )
    return Table("Accuracy under corruption", tuple(map(Column, columns)), rows)


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
        yield from _chart(records, slices, f"{records.classes.name}.set_coverage")
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
    is_share = metric.endswith((".accuracy", ".set_coverage"))
    drawing = Intervals(
        rows[:_MOST], tuple(_references(records, dimension, metric)), is_share, f"{unit}s"
    )
    said = "; ".join(f"{row.label} {written(metric, row.value, unit)}" for row in rows[:_SPOKEN])
    title = f"{name_of(metric)} by {spoken(dimension)}"
    judged = least and not metric.endswith(".set_coverage")
    note = f"Judged from {least} photos a slice." if judged else "Reported, not judged."
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
