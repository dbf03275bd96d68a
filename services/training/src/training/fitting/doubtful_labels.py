"""Photos whose label models that haven't seen them find improbable: for a person to look at."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class DoubtfulLabel:
    """Of a photo, by its place: the label that it has, a likelier one, and both probabilities."""

    photo: int
    given: int
    suggested: int
    probability_given: float
    probability_suggested: float


def doubtful_labels(
    probabilities: NDArray[np.float64], labels: NDArray[np.intp], most: int
) -> tuple[DoubtfulLabel, ...]:
    """Return the photos whose label is doubtful, the worst first, `most` at most.

    From probabilities (n, k) by models without the photo and labels (n,), by confident learning
    (Northcutt, Jiang and Chuang, Confident learning: estimating uncertainty in dataset labels, JAIR
    70, 2021). A label's threshold is its mean probability over the photos that have it: models are
    surer of some labels than of others. A photo counts for the likeliest of the labels whose
    threshold it reaches; where that is another than its own, it lies off the diagonal of their
    confident joint, and is doubtful. The worst have the widest gap between the two probabilities.
    """
    rows, count = np.arange(len(labels)), probabilities.shape[1]
    own = probabilities[rows, labels]
    photos = np.bincount(labels, minlength=count)
    sums = np.bincount(labels, weights=own, minlength=count)
    # A label that no photo has is never suggested.
    thresholds = np.where(photos > 0, sums / np.maximum(photos, 1), np.inf)
    confident = np.where(probabilities >= thresholds, probabilities, -1.0)
    suggested = confident.argmax(axis=1)
    likely = confident[rows, suggested]
    gaps = np.where(suggested != labels, likely - own, -1.0)
    doubtful = np.flatnonzero(gaps > 0)
    worst = doubtful[np.argsort(-gaps[doubtful], kind="stable")][:most]
    return tuple(
        DoubtfulLabel(i, int(labels[i]), int(suggested[i]), float(own[i]), float(likely[i]))
        for i in worst
    )
