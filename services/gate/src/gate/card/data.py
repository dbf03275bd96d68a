"""What it learned from and was judged over: photos, origins, years, leaks and doubts."""

from collections.abc import Iterator
from typing import Final

from artifacts.records.evidence import Evidence, Leakage, NearDuplicate, SplitSummary
from gate.card.examples import DOUBTS, PAIRS, Gallery
from gate.card.numbers import share, spoken
from gate.card.quality import unmeasured
from gate.card.records import CardRecords
from pages import (
    Bars,
    Block,
    Chart,
    Column,
    Counted,
    Grid,
    Heading,
    Histogram,
    KeyNumber,
    KeyNumbers,
    Paragraph,
    PhotoTile,
    PhotoTiles,
    Section,
    Table,
)

_YEARS: Final = (
    *(-3000.0, 0.0, 1000.0, 1400.0, 1600.0, 1700.0, 1800.0, 1850.0, 1875.0, 1900.0, 1925.0),
    *(1950.0, 1975.0, 2000.0, 2050.0),
)


def data_section(records: CardRecords) -> Section:
    """Show the splits, where photos come from and under which licences, labels and years."""
    title = "The data"
    evidence = records.evidence
    if evidence is None:
        return Section(title, (unmeasured(),))
    blocks: list[Block] = [_splits(evidence.data)]
    blocks.append(Grid((_origins(evidence.data, "source"), _origins(evidence.data, "licence"))))
    blocks.append(Grid((*_labels(evidence.data), *_years(records))))
    lede = "A building lies in one split, whole: no photo of a holdout building was trained on."
    return Section(title, tuple(blocks), lede)


def _splits(data: tuple[SplitSummary, ...]) -> Table:
    columns = (
        *(Column("Split"), Column("Photos", "right"), Column("Buildings", "right")),
        *(Column("Labels", "right"), Column("With a year", "right")),
    )
    rows = tuple(
        (
            split.split,
            f"{split.photos:,}",
            f"{split.groups:,}",
            str(len(split.labels)),
            share(split.photos_with_year / split.photos, 0) if split.photos else "-",
        )
        for split in data
    )
    return Table("Splits", columns, rows)


def _origins(data: tuple[SplitSummary, ...], what: str) -> Table:
    counts = {s.split: s.sources if what == "source" else s.licences for s in data}
    names = sorted({name for found in counts.values() for name in found})
    columns = (Column(what.capitalize()), *(Column(split, "right") for split in counts))
    rows = tuple((n, *(f"{found.get(n, 0):,}" for found in counts.values())) for n in names)
    return Table(f"Photos by {what}", columns, rows)


def _labels(data: tuple[SplitSummary, ...]) -> Iterator[Chart]:
    for split in data:
        if split.split == "validation" or not split.labels:
            continue
        ordered = sorted(split.labels.items(), key=lambda item: (-item[1], item[0]))
        rows = tuple(
            Counted(spoken(label), photos, f"in {split.label_groups.get(label, 0)}")
            for label, photos in ordered
        )
        most, least = rows[0], rows[-1]
        alt = f"From {most.count} photos of {most.label} to {least.count} of {least.label}"
        title = f"Photos by label: {split.split}"
        yield Chart(title, alt, Bars(rows), "Photos, and in how many buildings.")


def _years(records: CardRecords) -> Iterator[Chart]:
    values = records.values
    years = [year for year in values.truths if year is not None] if values else []
    if years:
        alt = f"{len(years)} holdout photos with a year, from {min(years):.0f} to {max(years):.0f}"
        drawing = Histogram.of(years, _YEARS, "year (bins differ)")
        yield Chart("Years: holdout", alt, drawing, f"{alt}.")


def leakage_section(records: CardRecords, gallery: Gallery) -> Section:
    """Show in which ways the numbers could be something else than knowledge."""
    title = "Could it have cheated"
    evidence = records.evidence
    if evidence is None:
        return Section(title, (unmeasured(),))
    found = evidence.leakage
    blocks: list[Block] = [KeyNumbers(tuple(_leaks(evidence, records)))]
    if found.near_duplicates:
        blocks += _pairs(found, gallery)
    lede = (
        "Copies across splits, a label that can be told from where the photo came from, or a "
        "pipeline that scores well on shuffled labels would all make accuracy mean less."
    )
    return Section(title, tuple(blocks), lede)


def _leaks(evidence: Evidence, records: CardRecords) -> Iterator[KeyNumber]:
    found = evidence.leakage
    copied = len({pair.holdout for pair in found.near_duplicates})
    yield KeyNumber(
        "Holdout photos with a near-copy elsewhere",
        share(copied / evidence.photos, 2) if evidence.photos else "-",
        f"{copied} of {evidence.photos:,}",
        f"within {found.within_bits} of 256 bits of {found.photos_compared:,} photos",
    )
    yield KeyNumber(
        "Label told from the source alone",
        share(found.label_from_source.value),
        remark=f"always naming the commonest label: {share(found.commonest)}",
    )
    if found.source_classifier:
        told = found.source_classifier
        yield KeyNumber(
            "Source told from the features",
            share(told.balanced_accuracy),
            f"chance {share(told.chance)}",
            f"{told.sources} sources, {told.photos:,} photos; balanced accuracy",
        )
    if found.shuffled_labels:
        chance = f"1 in {len(records.classes.labels)} by chance" if records.classes else ""
        runs = f"{len(found.shuffled_labels)} trainings"
        best = share(max(found.shuffled_labels))
        yield KeyNumber("Best on shuffled labels", best, runs, chance)


def _pairs(found: Leakage, gallery: Gallery) -> Iterator[Block]:
    yield Heading("Closest pairs", "a holdout photo, and its likeness in another split")
    yield Grid(tuple(_pair(pair, gallery) for pair in found.near_duplicates[:PAIRS]), "narrow")


def _pair(pair: NearDuplicate, gallery: Gallery) -> PhotoTiles:
    return PhotoTiles(
        f"{pair.bits} bits apart",
        (
            PhotoTile(gallery.picture(pair.holdout), "holdout photo", "holdout"),
            PhotoTile(
                gallery.picture(pair.other), f"{pair.split} photo that looks like it", pair.split
            ),
        ),
    )


def doubts_section(records: CardRecords, gallery: Gallery) -> Section:
    """Show the labels to look at again."""
    title = "Labels to look at again"
    evidence = records.evidence
    if evidence is None:
        return Section(title, (unmeasured(),))
    doubts = evidence.label_doubts
    if not doubts:
        return Section(title, (Paragraph("The model doubts no label of the holdout.", "good"),))
    tiles = tuple(
        PhotoTile(
            picture=gallery.picture(doubt.photo),
            alt=f"photo labelled {spoken(doubt.given)}, perhaps {spoken(doubt.suggested)}",
            title=spoken(doubt.given),
            lines=(f"perhaps {spoken(doubt.suggested)}", f"quality {doubt.quality:.2f}"),
        )
        for doubt in doubts[:DOUBTS]
    )
    count = f"{len(doubts)} labels of {evidence.photos:,} are doubted"
    caption = f"{count}; the {len(tiles)} most doubtful" if len(doubts) > len(tiles) else count
    lede = "The model disagrees so clearly that a person should look: either of them may be wrong."
    return Section(title, (PhotoTiles(caption, tiles),), lede)
