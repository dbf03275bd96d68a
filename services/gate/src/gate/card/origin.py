"""What it is made of, what it costs, and what nobody looked at."""

from collections.abc import Iterator
from typing import Final

from artifacts.records.manifest import FamilyScore, head_files
from gate.card.quality import unmeasured
from gate.card.records import CardRecords
from gate.tables import number
from judging.policy import Policy
from judging.rules.artifact_limits import ArtifactLimits
from pages import (
    Badge,
    Block,
    Bullets,
    Cell,
    Column,
    Fact,
    Facts,
    Fold,
    KeyNumber,
    KeyNumbers,
    Paragraph,
    Section,
    Table,
)

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
    return Section("Where it comes from", (Facts(facts), heads, splits), lede)


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
