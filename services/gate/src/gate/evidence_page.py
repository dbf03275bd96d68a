"""The page that a pull request shows: what a candidate is, how it scored, what the gate said."""

from collections.abc import Iterator

from artifacts.certificate import Proof
from artifacts.folder import ModelArtifact
from artifacts.records.evidence import Confusion, Estimate, Evidence
from artifacts.records.gate import GateReport
from artifacts.records.manifest import Head, head_files
from artifacts.text import markdown
from gate.tables import bounds, number

STRONGEST = 10


def strongest_mistakes(confusion: Confusion) -> list[tuple[str, str, int, int]]:
    """Return truth, answer, photos and photos of that truth for labels taken for each other.

    Those with the most photos come first.
    """
    pairs = [
        (truth, answer, photos, sum(row))
        for truth, row in zip(confusion.labels, confusion.counts, strict=True)
        for answer, photos in zip(confusion.labels, row, strict=True)
        if photos and truth != answer
    ]
    return sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1]))


def candidate_page(
    artifact: ModelArtifact,
    report: GateReport | None,
    evidence: Evidence | None,
    proof: Proof,
) -> str:
    """Write the page in Markdown. Labels, paths and reasons are escaped."""
    lines = [
        f"# Candidate of {markdown(artifact.manifest.name)}",
        *_identity(artifact),
        *_training_metrics(artifact),
        *_golden(artifact, proof),
        *(_gate(report) if report else ("", "## Gate", "", "Not judged yet.")),
        *(_measured(evidence) if evidence else ()),
    ]
    return "\n".join(lines) + "\n"


def _table(head: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> list[str]:
    """Write a table; every cell is escaped here, so that no caller can forget to."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return lines + [f"| {' | '.join(markdown(cell) for cell in row)} |" for row in rows]


def _identity(artifact: ModelArtifact) -> Iterator[str]:
    manifest = artifact.manifest
    dirty = ", and files differed from it" if manifest.code.dirty else ""
    facts: list[tuple[object, ...]] = [
        ("model artifact", artifact.digest),
        ("feature schema", manifest.feature_schema),
        ("photo manifest", manifest.data.photo_manifest),
        ("code", f"{manifest.code.commit}{dirty}"),
        ("environment", manifest.environment),
        ("params", manifest.params),
    ]
    heads = ((head.name, head.kind, head.family, _file(head)) for head in manifest.heads)
    splits = ((s.name, s.photos, s.groups, s.digest) for s in manifest.data.splits)
    yield from ("", *_table(("what", "which"), iter(facts)))
    yield from ("", *_table(("head", "kind", "family", "file"), heads))
    yield from ("", *_table(("split", "photos", "building groups", "digest"), splits))


def _file(head: Head) -> str:
    return "".join(head_files((head,))) or "-"


def _training_metrics(artifact: ModelArtifact) -> Iterator[str]:
    rows = ((m.name, number(m.value), m.over) for m in artifact.manifest.metrics)
    yield from ("", "## Metrics that training stated", "", "The gate doesn't believe these.", "")
    yield from _table(("metric", "value", "over"), rows)


def _golden(artifact: ModelArtifact, proof: Proof) -> Iterator[str]:
    count = len(artifact.manifest.golden_photos)
    vectors = "equal to the last bit" if proof.bit_equal else "not equal to the last bit"
    verdict = "answered as certified" if proof.holds else "NOT answered as certified"
    yield from ("", "## Golden photos", "", f"{count} photos, {verdict}; vectors {vectors}.")
    if proof.differences:
        yield from ("", *(f"- {markdown(difference)}" for difference in proof.differences))


def _gate(report: GateReport) -> Iterator[str]:
    rows = (
        (r.rule, r.outcome, number(r.value), bounds(r), r.limit, r.reason) for r in report.rules
    )
    champion = report.champion or ("none, first release" if report.first_release else "unknown")
    yield from ("", f"## Gate: {report.decision}", "")
    yield from (f"Champion: {champion}. Policy: {report.policy}. Holdout: {report.holdout}.", "")
    yield f"Decided at {report.decided_at.isoformat()}; report {report.digest}."
    yield from ("", *_table(("rule", "outcome", "value", "interval", "limit", "reason"), rows))


def _measured(evidence: Evidence) -> Iterator[str]:
    metrics = (
        (name, number(found.value), _interval(found)) for name, found in evidence.metrics.items()
    )
    yield from ("", "## Measured anew over the holdout", "")
    yield from (f"{evidence.photos} photos of {evidence.groups} building groups.", "")
    yield from _table(("metric", "value", f"{evidence.method.confidence:.0%} interval"), metrics)
    for confusion in evidence.confusions:
        yield from _labels(confusion)


def _interval(found: Estimate) -> str:
    if found.low is None or found.high is None:
        return "-"
    return f"{number(found.low)} .. {number(found.high)}"


def _labels(confusion: Confusion) -> Iterator[str]:
    recalls = (
        (label, number(row[i] / sum(row)) if sum(row) else "-", sum(row))
        for i, (label, row) in enumerate(zip(confusion.labels, confusion.counts, strict=True))
    )
    mistakes = (pair[:3] for pair in strongest_mistakes(confusion)[:STRONGEST])
    yield from ("", f"### Recall by label: {markdown(confusion.head)}", "")
    yield from _table(("label", "recall", "photos"), recalls)
    yield from ("", f"### Strongest confusions: {markdown(confusion.head)}", "")
    yield from _table(("truth", "answered", "photos"), mistakes)
