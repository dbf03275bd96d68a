"""From a scorer and a split of the photo manifest to an Evaluation."""

from artifacts.records.answers import DecliningAnswer
from artifacts.records.evaluation import (
    UNKNOWN_SLICE,
    ClassificationOutcomes,
    DecliningOutcomes,
    Evaluation,
    RegressionOutcomes,
)
from artifacts.records.manifest import (
    ClassificationHead,
    DecliningHead,
    NumberHead,
)
from artifacts.records.photos import PhotoManifest, PhotoRow, Split
from scoring.errors import UnusableModel
from scoring.scorer import Scorer, Scores, Vectors, answer_of


def evaluate(
    scorer: Scorer, manifest: PhotoManifest, split: Split, vectors: Vectors, model: str | None
) -> Evaluation:
    """Score a split's photos, whose vectors (n, width) come in the manifest's order.

    `model` is the artifact's digest, or None before there is one. Raises NonFiniteScore, or
    UnusableModel where the model doesn't know a label of the split.
    """
    rows = manifest.of_split(split)
    if len(rows) != len(vectors):
        raise ValueError(f"{len(vectors)} vectors for {len(rows)} photos of {split}")
    scores = scorer.scores(vectors)
    heads = scorer.heads
    return Evaluation(
        model=model,
        photo_manifest=manifest.digest,
        split=split,
        split_digest=manifest.split_digest(split),
        photos=tuple(row.photo for row in rows),
        groups=tuple(row.group for row in rows),
        slices={
            name: tuple(row.slices.get(name, UNKNOWN_SLICE) for row in rows)
            for name in manifest.slice_names
        },
        classification=tuple(
            _classes(head, rows, scores[head.name])
            for head in heads
            if isinstance(head, ClassificationHead)
        ),
        regression=tuple(
            _numbers(head, rows, scores[head.name])
            for head in heads
            if isinstance(head, NumberHead)
        ),
        declining=tuple(
            _declining(head, scores[head.name]) for head in heads if isinstance(head, DecliningHead)
        ),
    )


def _classes(
    head: ClassificationHead, rows: tuple[PhotoRow, ...], scores: Scores
) -> ClassificationOutcomes:
    index = {label: i for i, label in enumerate(head.labels)}
    truths = [row.truth(head.name) for row in rows]
    if unknown := sorted({str(t) for t in truths if t is not None and str(t) not in index}):
        raise UnusableModel(head.file, f"it doesn't know the label {', '.join(unknown)}")
    return ClassificationOutcomes(
        head=head.name,
        labels=head.labels,
        set_threshold=head.prediction_set.threshold,
        truths=tuple(None if truth is None else index[str(truth)] for truth in truths),
        probabilities=tuple(tuple(row) for row in scores.tolist()),
    )


def _declining(head: DecliningHead, scores: Scores) -> DecliningOutcomes:
    answers = [answer_of(head, score) for score in scores]
    found = [answer for answer in answers if isinstance(answer, DecliningAnswer)]
    return DecliningOutcomes(
        head=head.name,
        strangeness=tuple(answer.strangeness for answer in found),
        declined=tuple(answer.declined for answer in found),
    )


def _numbers(head: NumberHead, rows: tuple[PhotoRow, ...], scores: Scores) -> RegressionOutcomes:
    answers = [answer_of(head, score) for score in scores]
    numbers = [answer for answer in answers if answer.kind == "regression"]
    truths = [row.truth(head.name) for row in rows]
    return RegressionOutcomes(
        head=head.name,
        unit=head.unit,
        truths=tuple(None if truth is None else float(truth) for truth in truths),
        values=tuple(number.value for number in numbers),
        lows=tuple(number.low for number in numbers),
        highs=tuple(number.high for number in numbers),
    )
