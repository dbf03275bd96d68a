"""Calibrated probabilities: by one temperature, above a floor."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

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


FLOORS = (1e-30, 1e-12, 1e-9, 1e-6, 1e-3, 1e-2)
"""What a probability is at least, before it is tempered: the candidates, float32 holds them all."""
_COLDEST, _HOTTEST = 0.02, 100.0


@dataclass(frozen=True)
class Tempering:
    """Probabilities are raised to a floor, and their logarithms divided by a temperature.

    Those logarithms are the logits, up to a constant that a softmax doesn't see.
    """

    temperature: float
    floor: float

    def temper(self, probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return calibrated probabilities for probabilities (n, k); both add up to 1 in a row."""
        scaled = _logits(probabilities, self.floor) / self.temperature
        return np.asarray(softmax(scaled, axis=1), dtype=np.float64)


def fit_tempering(probabilities: NDArray[np.floating], truths: NDArray[np.intp]) -> Tempering:
    """Return what gives probabilities (n, k) of truths (n,) the least log loss, by `FLOORS`.

    The temperature is that of Guo et al., On calibration of modern neural networks, ICML 2017. It
    can't mend a zero, and what a very small probability means differs: a forest's zero is a label
    that no leaf held, not an impossible one, and wants a floor near 1/photos; a discriminant of few
    photos puts a tenth of the true labels below 1e-13, and a floor above that makes them the equals
    of all other labels, in sets of nineteen where two would do. So the floor is fitted as well; the
    lowest of equals is taken. The probabilities must be of models that haven't seen the photos.
    """
    fits = [(*fit_temperature(probabilities, truths, floor), floor) for floor in FLOORS]
    _, temperature, floor = min(fits, key=lambda fit: fit[0])
    return Tempering(temperature, floor)


class TemperedClassifier:
    """A fitted classifier whose probabilities are calibrated. What it names is named as before."""

    def __init__(self, classifier: Any, tempering: Tempering) -> None:
        self.classifier = classifier
        self.tempering = tempering
        self.classes_ = classifier.classes_

    def predict_proba(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the tempered probabilities (n, k) of vectors (n, width)."""
        return self.tempering.temper(self.classifier.predict_proba(vectors))


def fit_temperature(
    probabilities: NDArray[np.floating], truths: NDArray[np.intp], floor: float
) -> tuple[float, float]:
    """Return the least log loss above a given floor, and its temperature in four digits.

    The loss is convex in 1/T, so a bounded search over log T finds its one minimum. Further digits
    would be noise.
    """
    logits, rows = _logits(probabilities, floor), np.arange(len(truths))

    def loss(log_temperature: float) -> float:
        scaled = log_softmax(logits / np.exp(log_temperature), axis=1)
        return float(-scaled[rows, truths].mean())

    bounds = (np.log(_COLDEST), np.log(_HOTTEST))
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-5})
    return float(found.fun), float(f"{np.exp(found.x):.4g}")


def _logits(probabilities: NDArray[np.floating], floor: float) -> NDArray[np.float64]:
    return np.log(np.clip(probabilities.astype(np.float64), floor, 1))
