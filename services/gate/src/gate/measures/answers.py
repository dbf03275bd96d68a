"""Truths, answers and their probabilities of a head, for the photos whose truth is known."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artifacts.records.evaluation import ClassificationOutcomes
from gate.resampling import Floats
from scoring.labels import rank
from scoring.metrics import known


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
