"""The parity certificate: an artifact's golden photos, answered again where it is to serve."""

import numpy as np

from artifacts.certificate import Proof
from artifacts.folder import ModelArtifact
from artifacts.records.answers import (
    Answer,
    ClassificationAnswer,
    DecliningAnswer,
    RegressionAnswer,
)
from artifacts.records.manifest import GoldenPhoto, PeriodsHead
from features import PhotoRefused, vector_digest
from scoring.periods import periods_answer
from scoring.scorer import Scorer

PROBABILITY_TOLERANCE = 1e-3
"""Largest difference of a probability between two machines that counts as equal."""
VALUE_TOLERANCE = 1e-3
"""Largest relative difference of a regression value between two machines."""


def prove(artifact: ModelArtifact, scorer: Scorer) -> Proof:
    """Answer every golden photo and compare labels, probabilities and values."""
    differences: list[str] = []
    bit_equal = True
    for golden in artifact.manifest.golden_photos:
        try:
            vector = scorer.extractor.extract(artifact.files[golden.file])
        except PhotoRefused as exc:
            differences.append(f"{golden.file}: {exc}")
            bit_equal = False
            continue
        bit_equal &= vector_digest(vector) == golden.vector
        answers = scorer.answers(vector[np.newaxis])[0]
        differences += _differences(golden, answers | _derived(golden, scorer))
    return Proof(tuple(differences), bit_equal)


def _derived(golden: GoldenPhoto, scorer: Scorer) -> dict[str, Answer]:
    """Answer for the heads of periods by the probabilities that the certificate itself states.

    The probabilities that it is compared by here may be a hair off the certified ones, within the
    tolerance; where no label's period is near, a hair of probability is a century of years.
    """
    found: dict[str, Answer] = {}
    for head in scorer.heads:
        certified = golden.answers.get(head.of) if isinstance(head, PeriodsHead) else None
        if isinstance(head, PeriodsHead) and isinstance(certified, ClassificationAnswer):
            stated = {item.label: item.probability for item in certified.ranking}
            found[head.name] = periods_answer(head, np.array([stated[n] for n in head.labels]))
    return found


def _differences(golden: GoldenPhoto, answers: dict[str, Answer]) -> list[str]:
    return [
        f"{golden.file}: {head} {reason}"
        for head, expected in golden.answers.items()
        if (reason := differs(expected, answers[head]))
    ]


def differs(expected: Answer, found: Answer) -> str | None:
    """Say how an answer differs from the expected one beyond the tolerances, or None."""
    if isinstance(expected, ClassificationAnswer) and isinstance(found, ClassificationAnswer):
        return _labels_differ(expected, found)
    if isinstance(expected, RegressionAnswer) and isinstance(found, RegressionAnswer):
        pairs = zip(_numbers(expected), _numbers(found), strict=True)
        for before, now in pairs:
            if abs(now - before) > VALUE_TOLERANCE * max(1.0, abs(before)):
                return f"says {now:g}, certified is {before:g}"
        return None
    if isinstance(expected, DecliningAnswer) and isinstance(found, DecliningAnswer):
        return _declining_differs(expected, found)
    return f"answers as {found.kind}, certified is {expected.kind}"


def _labels_differ(expected: ClassificationAnswer, found: ClassificationAnswer) -> str | None:
    if expected.label != found.label:
        return f"says {found.label}, certified is {expected.label}"
    after = {item.label: item.probability for item in found.ranking}
    for item in expected.ranking:
        gap = abs(after.get(item.label, -1.0) - item.probability)
        if gap > PROBABILITY_TOLERANCE:
            return f"gives {item.label} a probability {gap:.5f} off the certified one"
    return None


def _declining_differs(expected: DecliningAnswer, found: DecliningAnswer) -> str | None:
    if expected.declined != found.declined:
        before, now = expected.declined or "answered", found.declined or "answered"
        return f"is {now.replace('_', ' ')}, certified is {before.replace('_', ' ')}"
    gap = abs(found.strangeness - expected.strangeness)
    if gap > VALUE_TOLERANCE * max(1.0, expected.strangeness):
        return f"is strange by {found.strangeness:g}, certified is {expected.strangeness:g}"
    return None


def _numbers(answer: RegressionAnswer) -> tuple[float, float, float]:
    return answer.value, answer.low, answer.high
