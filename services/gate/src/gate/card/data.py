"""What it learned from and was judged over, what it costs, and what nobody looked at."""

from collections.abc import Iterator
from typing import Final

from artifacts.records.evidence import Evidence, Leakage, NearDuplicate, SplitSummary
from artifacts.records.manifest import FamilyScore, head_files
from gate.card.quality import unmeasured
from gate.card.records import DOUBTS, PAIRS, CardRecords, Gallery, share, spoken
from gate.tables import number
from judging.policy import Policy
from judging.rules.artifact_limits import ArtifactLimits
from pages import (
    Badge,
    Bars,
    Block,
    Bullets,
    Cell,
    Chart,
    Column,
    Counted,
    Fact,
    Facts,
    Fold,
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


_MOST_ROWS: Final = 12
NOT_COVERED: Final = (
    (
        "Backdoors: no check looks for a trigger. A patch that makes any photo one label would "
        "show only if holdout photos carried it, or if it hurt a slice."
    ),
    (
        "Time after release: photos of another kind than the holdout's. Nothing here says how it "
        "answers those; drift has to be watched in operation."
    ),
    (
        "Photos of no building: it names a label for anything. No check measures how it answers "
        "nonsense, and its probabilities don't say."
    ),
    "Photos made to mislead it: corruption here is by chance, not by an adversary.",
    (
        "Truth: labels and years are taken as the photo manifest states them. Doubted labels are "
        "listed, not corrected."
    ),
    "Kinds of photos that the manifest names in no slice: a group that isn't named isn't measured.",
    "Another machine's speed: load time and latency are those of the judge's.",
)


def families_section(records: CardRecords) -> Section:
    """Show which families training compared."""
    title = "What else was tried"
    note = Paragraph("Training stated these numbers. The gate doesn't believe them.", "unsure")
    heads = dict.fromkeys(score.head for score in records.manifest.comparison)
    if not heads:
        return Section(title, (Paragraph("Training stated no comparison.", "unsure"),))
    tables = (_families(records.manifest.comparison, head) for head in heads)
    lede = "Families and settings compared by cross-validation over training's own buildings."
    return Section(title, (note, *(block for found in tables for block in found)), lede)


def _families(comparison: tuple[FamilyScore, ...], head: str) -> Iterator[Block]:
    scores = [score for score in comparison if score.head == head]
    metrics = tuple(dict.fromkeys(name for score in scores for name in score.metrics))
    columns = (
        *(Column("Family"), Column("Settings")),
        *(Column(name, "right") for name in metrics),
        Column("Chosen"),
    )
    scores.sort(key=lambda score: not score.chosen)
    rows = tuple(_family_row(score, metrics) for score in scores)
    yield Table(f"Families compared: {head}", columns, rows[:_MOST_ROWS])
    if rest := rows[_MOST_ROWS:]:
        table = Table(f"Families compared: {head}, the rest", columns, rest)
        yield Fold(f"{len(rest)} more", (table,))


def _family_row(score: FamilyScore, metrics: tuple[str, ...]) -> tuple[Cell | str, ...]:
    settings = ", ".join(f"{name} {value}" for name, value in score.settings.items())
    chosen = Cell(badge=Badge("chosen", "good")) if score.chosen else ""
    values = (number(score.metrics.get(name)) for name in metrics)
    return (score.family, settings or "-", *values, chosen)


def resources_section(records: CardRecords) -> Section:
    """Show what the artifact costs."""
    title = "What it costs"
    if records.evidence is None:
        return Section(title, (unmeasured(),))
    cost = records.evidence.resources
    limits = records.policy.first(ArtifactLimits) if records.policy else None
    size = cost.size_bytes / 2**20
    numbers = (
        KeyNumber(
            "Size",
            f"{size:.1f} MiB",
            remark=f"asked: at most {limits.max_size_mib:g} MiB" if limits else "",
            tone="bad" if limits and size > limits.max_size_mib else "plain",
        ),
        KeyNumber(
            "Time to load",
            f"{cost.load_seconds:.2f} s",
            remark=f"asked: at most {limits.max_load_seconds:g} s" if limits else "",
            tone="bad" if limits and cost.load_seconds > limits.max_load_seconds else "plain",
        ),
        KeyNumber(
            "A photo takes, 95th percentile",
            f"{cost.latency_p95_ms:.0f} ms",
            f"median {cost.latency_median_ms:.0f} ms",
            f"asked: at most {limits.max_latency_p95_ms:g} ms" if limits else "",
            "bad" if limits and cost.latency_p95_ms > limits.max_latency_p95_ms else "plain",
        ),
    )
    lede = f"On one core of the machine that judged, over {cost.photos_timed} photos."
    return Section(title, (KeyNumbers(numbers),), lede)


def limits_section(policy: Policy | None) -> Section:
    """Say what is known to be weak, and what no check covers."""
    blocks: list[Block] = []
    if policy:
        blocks.append(Bullets(policy.known_limits, "Known limits", "unsure"))
    blocks.append(Bullets(NOT_COVERED, "What no check looked at"))
    lede = "A green gate means that these rules passed, and no more than that."
    return Section("What this doesn't tell you", tuple(blocks), lede)


def lineage_section(records: CardRecords) -> Section:
    """Name everything by digest."""
    facts = tuple(Fact(name, value or "none", code=True) for name, value in _lineage(records))
    columns = ("Split", "Photos", "Buildings", "Digest")
    splits = Table(
        "Splits that training saw, by digest",
        tuple(map(Column, columns)),
        tuple(
            (split.name, str(split.photos), str(split.groups), Cell(split.digest, code=True))
            for split in records.manifest.data.splits
        ),
    )
    heads = Table(
        "Heads",
        tuple(map(Column, ("Head", "Kind", "Family", "File"))),
        tuple(
            (head.name, head.kind, head.family, Cell("".join(head_files((head,))), code=True))
            for head in records.manifest.heads
        ),
    )
    lede = "Every name below is the digest of bytes: whoever holds them can check this card."
    blocks: tuple[Block, ...] = (Facts(facts), heads, *_trained_elsewhere(records), splits)
    return Section("Where it comes from", blocks, lede)


def _trained_elsewhere(records: CardRecords) -> tuple[Table, ...]:
    """Name the networks that features come of, and under which licences: others made them."""
    files = [f for f in records.manifest.files if f.path.startswith(("weights/", "licences/"))]
    rows = tuple(
        (Cell(f.path, code=True), f"{f.size_bytes / 2**20:.2f} MiB", Cell(f.digest, code=True))
        for f in files
    )
    columns = tuple(map(Column, ("File of the artifact", "Size", "Digest")))
    title = "Trained elsewhere, by others: networks that make features, and their licences"
    return (Table(title, columns, rows),) if files else ()


def _lineage(records: CardRecords) -> Iterator[tuple[str, str | None]]:
    manifest, evidence, report = records.manifest, records.evidence, records.report
    dirty = ", and files differed from it" if manifest.code.dirty else ""
    yield "Model artifact", manifest.digest
    yield "Feature schema", manifest.feature_schema
    yield "Photo manifest", manifest.data.photo_manifest
    yield "Code", f"{manifest.code.commit}{dirty}"
    yield "Environment", manifest.environment
    yield "Parameters", manifest.params
    yield "Holdout", evidence.holdout if evidence else None
    yield "Measuring code", evidence.measured_by if evidence else None
    yield "Evidence", evidence.digest if evidence else None
    yield "Policy", records.policy.digest if records.policy else None
    yield "Risk tiers", records.tiers.digest if records.tiers else None
    yield "Gate report", report.digest if report else None
    yield "Champion", report.champion if report else None
