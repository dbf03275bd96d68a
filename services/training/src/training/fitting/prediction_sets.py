"""Prediction sets: labels among which the true one lies as often as promised."""

import math

import numpy as np
from numpy.typing import NDArray

from artifacts.records.manifest import PredictionSet
from scoring.labels import quantise


def prediction_set(
    probabilities: NDArray[np.floating], truths: NDArray[np.intp], level: float
) -> PredictionSet:
    """Return the least probability with which a label belongs to a set, for sets at a level.

    From calibrated out-of-fold probabilities (n, k) and truths (n,): the threshold is the true
    label's probability of rank floor((n + 1)(1 - level)) from below (least ambiguous set-valued
    classifiers, Sadinle, Lei and Wasserman 2019; split conformal prediction, Vovk et al. 2005). Too
    few photos for that rank leave a threshold of 0, every label. Probabilities are first rounded to
    the grid on which answers stand, so a threshold loses none of the photos that it counted.

    A fresh photo of the same kind is covered at the level on average if its probabilities come from
    the models that were calibrated. They don't quite: those saw all folds but one, and the model
    that answers saw all. It is a little surer of the truth, so its sets hold the truth a little
    more often than promised. That is what is seen, not what is proven: with cross-validation in
    place of a split, proof is of 1 - 2(1 - level) (Barber et al., Predictive inference with the
    jackknife+, 2021, on the like). Photos of one building are alike, so that n counts for less than
    it says. What sets really cover is measured on the holdout, and the gate asks for it.
    """
    true = np.sort(quantise(probabilities)[np.arange(len(truths)), truths])
    # In floats, 1 - 0.9 is a hair below 0.1, and a rank of 10 would be one of 9.
    rank = math.floor(round((len(true) + 1) * (1 - level), 9))
    return PredictionSet(level=level, threshold=float(true[rank - 1]) if rank else 0.0)
