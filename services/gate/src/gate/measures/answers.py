"""What a head's answers show where the truth is known: confusions, reliability, doubted labels.

Doubted labels are a list for people to review, never a correction. Northcutt, Jiang and Chuang,
Confident learning: estimating uncertainty in dataset labels, JAIR 70 (2021). The model never saw
the holdout, so its probabilities are out of sample, as the method asks.
"""

import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from artifacts.records.evaluation import ClassificationOutcomes, Evaluation
from artifacts.records.evidence import Confusion, LabelDoubt, Reliability, ReliabilityBin
from scoring.labels import rank
from scoring.metrics import CALIBRATION_BINS, Floats, calibration_bins, known

DOUBTED_BELOW: Final = 0.01
"""Probability of the given label, at most.

cleanlab alone doubts four labels in ten of a model that is right in four of ten, which is no list
for people. With this bound besides it is one photo in twenty of 1,500 greyscale ones, and of labels
that were planted wrong at random one in two is among them.
"""


@dataclass(frozen=True, eq=False)
class KnownAnswers:
    """For n photos of known truth: which they are among all, and indices of labels.

    `photos` (n,) are indices, `truths` (n,), `ranking` (n, k) likeliest first, `probabilities`
    (n, k) in the order of labels.
    """

    photos: NDArray[np.intp]
    truths: NDArray[np.intp]
    ranking: NDArray[np.intp]
    probabilities: Floats

    @property
    def answers(self) -> NDArray[np.intp]:
        """The answered label's index, (n,)."""
        return self.ranking[:, 0]

    @property
    def hits(self) -> NDArray[np.bool_]:
        """Whether the answer is right, (n,)."""
        hits: NDArray[np.bool_] = self.answers == self.truths
        return hits

    @property
    def confidences(self) -> Floats:
        """The answer's probability, (n,)."""
        return np.asarray(self.probabilities.max(axis=1), dtype=np.float64)


def known_answers(outcomes: ClassificationOutcomes) -> KnownAnswers:
    """Take the photos whose truth is known."""
    photos = np.flatnonzero(known(outcomes.truths))
    probabilities = np.array(outcomes.probabilities, dtype=np.float64)
    probabilities = probabilities.reshape(-1, len(outcomes.labels))[photos]
    truths = np.array([truth for truth in outcomes.truths if truth is not None], dtype=np.intp)
    return KnownAnswers(photos, truths, rank(probabilities), probabilities)


def measure_confusion(outcomes: ClassificationOutcomes) -> Confusion:
    """Count how often each label (row) was answered with each label (column)."""
    seen, size = known_answers(outcomes), len(outcomes.labels)
    cells = np.bincount(seen.truths * size + seen.answers, minlength=size * size)
    counts = tuple(tuple(row) for row in cells.reshape(size, size).tolist())
    return Confusion(head=outcomes.head, labels=outcomes.labels, counts=counts)


def measure_reliability(outcomes: ClassificationOutcomes) -> Reliability:
    """Return mean probability and share of right answers of each bin (Guo et al. 2017)."""
    seen = known_answers(outcomes)
    places = calibration_bins(seen.confidences)
    photos = np.bincount(places, minlength=CALIBRATION_BINS)
    right = np.bincount(places, seen.hits, minlength=CALIBRATION_BINS)
    stated = np.bincount(places, seen.confidences, minlength=CALIBRATION_BINS)
    bins = tuple(
        ReliabilityBin(
            low=i / CALIBRATION_BINS,
            high=(i + 1) / CALIBRATION_BINS,
            photos=int(n),
            confidence=min(1.0, float(stated[i] / n)) if n else None,
            accuracy=float(right[i] / n) if n else None,
        )
        for i, n in enumerate(photos)
    )
    return Reliability(head=outcomes.head, bins=bins)


def find_label_doubts(evaluation: Evaluation) -> tuple[LabelDoubt, ...]:
    """Return the photos whose labels are in doubt, worst first; every classification head's.

    `quality` is the probability of the given label, 0 to 1; `suggested` is the model's answer.
    """
    found = [
        doubt
        for outcomes in evaluation.classification
        for doubt in _doubts(outcomes, evaluation.photos)
    ]
    return tuple(sorted(found, key=lambda doubt: (doubt.quality, doubt.photo)))


def _doubts(outcomes: ClassificationOutcomes, photos: tuple[str, ...]) -> list[LabelDoubt]:
    # cleanlab takes two seconds to import, and most commands never get here.
    from cleanlab.filter import find_label_issues  # noqa: PLC0415
    from cleanlab.rank import get_label_quality_scores  # noqa: PLC0415

    seen = known_answers(outcomes)
    if len(np.unique(seen.truths)) < 2:  # noqa: PLR2004 - with one label there is no other to suggest
        return []
    chances = seen.probabilities / seen.probabilities.sum(axis=1, keepdims=True)
    with warnings.catch_warnings():
        # That a label which hardly occurs can't be doubted is so, and no reason to warn.
        warnings.filterwarnings(
            "ignore", message="May not flag all label issues", category=UserWarning
        )
        doubted = find_label_issues(seen.truths, chances, n_jobs=1)
    quality = get_label_quality_scores(seen.truths, chances)
    return [
        LabelDoubt(
            photo=photos[seen.photos[i]],
            given=outcomes.labels[seen.truths[i]],
            suggested=outcomes.labels[seen.answers[i]],
            quality=float(np.clip(quality[i], 0, 1)),
        )
        for i in np.flatnonzero(doubted & ~seen.hits & (quality < DOUBTED_BELOW))
    ]
