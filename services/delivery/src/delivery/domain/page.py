"""The page that a reviewer reads: what a candidate is, how it scored, and what the gate said."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from artifacts.folder import ModelArtifact
from artifacts.records.evaluation import ClassificationOutcomes, Evaluation
from artifacts.records.gate import GateReport
from delivery.domain.tables import bounds, number
from delivery.domain.text import markdown
from scoring.labels import winners
from scoring.metrics import metrics_of
from scoring.proof import Proof

STRONGEST = 10


@dataclass(frozen=True)
class LabelRecall:
    """How many photos of a label there are, and how many of them were answered with it."""

    label: str
    photos: int
    right: int


@dataclass(frozen=True)
class Confusion:
    """How many photos of one label were answered with another."""

    truth: str
    answer: str
    photos: int


def label_recalls(outcomes: ClassificationOutcomes) -> tuple[LabelRecall, ...]:
    """Return every label's recall, in the order of the labels."""
    table = _confusion_table(outcomes)
    return tuple(
        LabelRecall(label, int(table[i].sum()), int(table[i, i]))
        for i, label in enumerate(outcomes.labels)
    )


def strongest_confusions(
    outcomes: ClassificationOutcomes, most: int = STRONGEST
) -> tuple[Confusion, ...]:
    """Return the pairs of labels that are taken for each other most, at most `most` of them."""
    table = _confusion_table(outcomes)
    np.fill_diagonal(table, 0)
    pairs = [
        Confusion(outcomes.labels[truth], outcomes.labels[answer], int(table[truth, answer]))
        for truth, answer in zip(*np.nonzero(table), strict=True)
    ]
    return tuple(sorted(pairs, key=lambda pair: (-pair.photos, pair.truth, pair.answer))[:most])


def candidate_page(
    artifact: ModelArtifact,
    report: GateReport | None,
    evaluation: Evaluation | None,
    proof: Proof,
) -> str:
    """Write the page in Markdown. Labels, paths and reasons are escaped."""
    lines = [
        f"# Candidate of {markdown(artifact.manifest.name)}",
        *_identity(artifact),
        *_training_metrics(artifact),
        *_golden(artifact, proof),
        *(_gate(report) if report else ("", "## Gate", "", "Not judged yet.")),
        *(_evaluation(evaluation) if evaluation else ()),
    ]
    return "\n".join(lines) + "\n"


def _confusion_table(outcomes: ClassificationOutcomes) -> np.ndarray[tuple[int, int], np.dtype]:
    count = len(outcomes.labels)
    answers = winners(np.array(outcomes.probabilities, dtype=float).reshape(-1, count))
    table = np.zeros((count, count), dtype=np.int64)
    for truth, answer in zip(outcomes.truths, answers, strict=True):
        if truth is not None:
            table[truth, answer] += 1
    return table


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
    heads = ((head.name, head.kind, head.family, head.file) for head in manifest.heads)
    splits = ((s.name, s.photos, s.groups, s.digest) for s in manifest.data.splits)
    yield from ("", *_table(("what", "which"), iter(facts)))
    yield from ("", *_table(("head", "kind", "family", "file"), heads))
    yield from ("", *_table(("split", "photos", "building groups", "digest"), splits))


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


def _evaluation(evaluation: Evaluation) -> Iterator[str]:
    metrics = ((name, number(value)) for name, value in metrics_of(evaluation).items())
    groups = len(set(evaluation.groups))
    yield from ("", "## Scored anew over the holdout", "")
    yield from (f"{len(evaluation.photos)} photos of {groups} building groups.", "")
    yield from _table(("metric", "value"), metrics)
    for outcomes in evaluation.classification:
        yield from _labels(outcomes)


def _labels(outcomes: ClassificationOutcomes) -> Iterator[str]:
    recalls = (
        (found.label, number(found.right / found.photos) if found.photos else "-", found.photos)
        for found in label_recalls(outcomes)
    )
    confusions = ((c.truth, c.answer, c.photos) for c in strongest_confusions(outcomes))
    yield from ("", f"### Recall by label: {markdown(outcomes.head)}", "")
    yield from _table(("label", "recall", "photos"), recalls)
    yield from ("", f"### Strongest confusions: {markdown(outcomes.head)}", "")
    yield from _table(("truth", "answered", "photos"), confusions)
