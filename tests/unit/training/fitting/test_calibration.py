import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator

from artifacts.records.evaluation import ClassificationOutcomes
from scoring.labels import winners
from scoring.metrics import head_metrics
from training.fitting.calibration import (
    FLOORS,
    TemperedClassifier,
    Tempering,
    fit_temperature,
    fit_tempering,
)

PHOTOS, LABELS = 4000, 6
LOWEST = FLOORS[0]


def sampled(sureness: float) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Probabilities whose logits are `sureness` times those that the truths were drawn by."""
    random = np.random.default_rng(5)
    logits = random.normal(0, 2, (PHOTOS, LABELS))
    honest = softmax(logits, axis=1)
    truths = (honest.cumsum(axis=1) > random.uniform(size=(PHOTOS, 1))).argmax(axis=1)
    return softmax(sureness * logits, axis=1), truths


class Stating(ClassifierMixin, BaseEstimator):
    """A classifier whose vectors are its probabilities."""

    def fit(self, vectors: NDArray[np.float64], labels: NDArray[np.intp]) -> "Stating":
        self.classes_ = np.unique(labels)
        self.n_features_in_ = vectors.shape[1]
        return self

    def predict_proba(self, vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        return vectors

    def predict(self, vectors: NDArray[np.float64]) -> NDArray[np.intp]:
        return vectors.argmax(axis=1)


@pytest.mark.parametrize("sureness", [0.25, 1.0, 1.7, 4.0])
def test_the_temperature_undoes_what_made_a_model_too_sure(sureness: float) -> None:
    assert fit_tempering(*sampled(sureness)).temperature == pytest.approx(sureness, rel=0.05)


@pytest.mark.parametrize("sureness", [0.5, 1.0, 3.0])
def test_the_temperature_is_scikit_learns(sureness: float) -> None:
    probabilities, truths = sampled(sureness)
    model = FrozenEstimator(Stating().fit(probabilities, truths))
    theirs = CalibratedClassifierCV(model, method="temperature").fit(probabilities, truths)
    beta = theirs.calibrated_classifiers_[0].calibrators[0].beta_
    _, found = fit_temperature(probabilities, truths, LOWEST)
    assert found == pytest.approx(1 / beta, rel=2e-3)


def loss(
    tempering: Tempering, probabilities: NDArray[np.float64], truths: NDArray[np.intp]
) -> float:
    found = tempering.temper(probabilities)[np.arange(len(truths)), truths]
    return -float(np.log(found).mean())


@pytest.mark.parametrize("floor", [1e-30, 1e-3])
def test_no_temperature_on_a_dense_grid_has_less_log_loss(floor: float) -> None:
    given = sampled(2.5)
    grid = np.exp(np.linspace(-3, 3, 1201))
    best = grid[np.argmin([loss(Tempering(float(t), floor), *given) for t in grid])]
    assert fit_temperature(*given, floor)[1] == pytest.approx(best, rel=0.005)


def calibration_error(probabilities: NDArray[np.float64], truths: NDArray[np.intp]) -> float:
    outcomes = ClassificationOutcomes(
        head="style",
        labels=tuple(map(str, range(probabilities.shape[1]))),
        set_threshold=0.5,
        truths=tuple(truths.tolist()),
        probabilities=tuple(map(tuple, probabilities.tolist())),
    )
    return head_metrics(outcomes)["calibration_error"]


def test_calibration_makes_stated_probabilities_true() -> None:
    probabilities, truths = sampled(3.0)
    honest = fit_tempering(probabilities, truths).temper(probabilities)
    assert calibration_error(probabilities, truths) > 0.1
    assert calibration_error(honest, truths) < 0.03


def test_a_zero_that_is_wrong_now_and_then_is_raised_to_the_floor_that_fits() -> None:
    """As a forest gives them: no leaf held the label, which is not to say that it can't be."""
    probabilities, truths = sampled(1.0)
    probabilities[probabilities < 0.05] = 0
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    found = fit_tempering(probabilities, truths)
    assert found.floor >= 1e-3
    assert found.temperature == pytest.approx(1, abs=0.3)
    assert (found.temper(probabilities) > 0).all()


def test_what_a_model_says_of_unlikely_labels_is_kept_where_it_is_worth_something() -> None:
    """A discriminant of few photos: tiny probabilities that are all too tiny, but in order."""
    found = fit_tempering(*sampled(15.0))
    assert found.floor == LOWEST
    assert found.temperature == pytest.approx(15, rel=0.1)


def test_of_floors_that_change_nothing_the_lowest_is_taken() -> None:
    probabilities = np.repeat([[0.5, 0.3, 0.2]], 100, axis=0)
    truths = np.array([0] * 50 + [1] * 30 + [2] * 20)
    assert fit_tempering(probabilities, truths) == Tempering(1.0, LOWEST)


def test_no_fitted_pair_is_beaten_by_another_floor() -> None:
    given = sampled(6.0)
    best = loss(fit_tempering(*given), *given)
    others = [Tempering(fit_temperature(*given, floor)[1], floor) for floor in FLOORS]
    assert all(loss(other, *given) >= best - 1e-9 for other in others)


def test_a_tempering_has_numbers_that_float32_holds() -> None:
    found = fit_tempering(*sampled(2.2))
    assert float(f"{found.temperature:.4g}") == found.temperature
    assert all(float(f"{np.float32(floor):.4g}") == floor for floor in FLOORS)
    assert min(FLOORS) > np.finfo(np.float32).tiny


@pytest.mark.parametrize("temperature", [0.1, 1.0, 8.0])
def test_a_tempered_classifier_names_the_labels_that_it_named(temperature: float) -> None:
    probabilities, truths = sampled(1.0)
    model = TemperedClassifier(Stating().fit(probabilities, truths), Tempering(temperature, 1e-9))
    found = model.predict_proba(probabilities.astype(np.float32))
    assert (winners(found) == winners(probabilities)).all()
    assert found.sum(axis=1) == pytest.approx(1)


def test_a_temperature_of_one_changes_nothing() -> None:
    probabilities, _ = sampled(1.0)
    assert Tempering(1.0, LOWEST).temper(probabilities) == pytest.approx(probabilities, abs=1e-8)
