"""Our metrics are scikit-learn's, over labels named by our rule."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    accuracy_score,
    brier_score_loss,
    f1_score,
    mean_absolute_error,
    median_absolute_error,
    top_k_accuracy_score,
)

from artifacts.records.evaluation import ClassificationOutcomes, RegressionOutcomes
from scoring.labels import GRID, quantise, rank
from scoring.metrics import head_metrics

YEARS = st.floats(-4000, 2040)


@st.composite
def classes(draw: st.DrawFn, least: int = 2) -> ClassificationOutcomes:
    """Outcomes with ties (probabilities of a few tenths), absent labels and unknown truths."""
    width, photos = draw(st.integers(least, 7)), draw(st.integers(1, 25))
    chance = st.integers(0, 10).map(lambda tenths: tenths / 10) | st.floats(0, 1)
    row = st.tuples(*[chance] * width)
    truth = st.none() | st.integers(0, width - 1)
    return ClassificationOutcomes(
        head="style",
        labels=tuple(f"label {i}" for i in range(width)),
        set_threshold=draw(chance),
        truths=tuple(draw(st.lists(truth, min_size=photos, max_size=photos))),
        probabilities=tuple(draw(st.lists(row, min_size=photos, max_size=photos))),
    )


def seen(outcomes: ClassificationOutcomes) -> tuple[np.ndarray, np.ndarray]:
    """Truths and probabilities of the photos whose truth is known."""
    pairs = zip(outcomes.truths, outcomes.probabilities, strict=True)
    kept = [(truth, chances) for truth, chances in pairs if truth is not None]
    return np.array([truth for truth, _ in kept], int), np.array([row for _, row in kept])


def untied(probabilities: np.ndarray) -> np.ndarray:
    """Ranks by our rule as scores without ties, which scikit-learn would break by its own."""
    order = rank(probabilities)
    scores = np.empty(order.shape)
    np.put_along_axis(scores, order, np.arange(order.shape[1], 0, -1.0)[None], axis=1)
    return scores / scores.sum(axis=1, keepdims=True)


@given(classes())
@settings(deadline=None)
def test_accuracy_and_macro_f1_are_those_of_sklearn(outcomes: ClassificationOutcomes):
    truths, probabilities = seen(outcomes)
    found = head_metrics(outcomes)
    if not len(truths):
        assert found == {}
        return
    answers = rank(probabilities)[:, 0]
    assert found["accuracy"] == pytest.approx(accuracy_score(truths, answers))
    assert found["macro_f1"] == pytest.approx(f1_score(truths, answers, average="macro"))


@given(classes(least=3))
@settings(deadline=None)
def test_the_brier_score_is_that_of_sklearn(outcomes: ClassificationOutcomes):
    """scikit-learn wants rows that add up to one, so they are made to."""
    truths, rows = seen(outcomes)
    if not len(truths):
        return
    even = np.full(rows.shape[1], 1 / rows.shape[1])
    totals = rows.sum(axis=1, keepdims=True)
    rows = np.where(totals > 0, rows / np.where(totals > 0, totals, 1), even)
    normal = ClassificationOutcomes(
        head="style",
        labels=outcomes.labels,
        set_threshold=0.5,
        truths=tuple(truths.tolist()),
        probabilities=tuple(tuple(row) for row in np.clip(rows, 0, 1).tolist()),
    )
    expected = brier_score_loss(truths, rows, labels=np.arange(rows.shape[1]), scale_by_half=False)
    assert head_metrics(normal)["brier_score"] == pytest.approx(expected)


@given(classes(least=4))
@settings(deadline=None)
def test_top_3_accuracy_is_that_of_sklearn_once_ties_are_broken(outcomes: ClassificationOutcomes):
    truths, probabilities = seen(outcomes)
    if not len(truths):
        return
    labels = range(len(outcomes.labels))
    expected = top_k_accuracy_score(truths, untied(probabilities), k=3, labels=list(labels))
    assert head_metrics(outcomes)["top3_accuracy"] == pytest.approx(expected)


@given(classes())
@settings(deadline=None)
def test_the_calibration_error_is_that_of_sklearns_calibration_curve(
    outcomes: ClassificationOutcomes,
):
    """Its bins are ours: equal width, upper end included. Empty ones are left out of the curve."""
    truths, probabilities = seen(outcomes)
    if not len(truths):
        return
    hits = rank(probabilities)[:, 0] == truths
    confidences = quantise(probabilities).max(axis=1)
    shares, means = calibration_curve(hits, confidences, n_bins=10, pos_label=1)
    photos = np.bincount(np.searchsorted(np.linspace(0, 1, 11)[1:-1], confidences))
    expected = np.abs(shares - means) @ photos[photos > 0] / len(truths)
    found = head_metrics(outcomes)["calibration_error"]
    assert found == pytest.approx(expected, abs=1e-9)


@given(classes())
@settings(deadline=None)
def test_prediction_sets_are_those_written_out_label_by_label(outcomes: ClassificationOutcomes):
    truths, probabilities = seen(outcomes)
    if not len(truths):
        return
    sets = [
        {label for label, p in enumerate(row) if p >= outcomes.set_threshold} | {int(order[0])}
        for row, order in zip(quantise(probabilities), rank(probabilities), strict=True)
    ]
    found = head_metrics(outcomes)
    assert found["set_size"] == pytest.approx(np.mean([len(one) for one in sets]))
    covered = [truth in one for truth, one in zip(truths, sets, strict=True)]
    assert found["set_coverage"] == pytest.approx(np.mean(covered))


def test_without_ties_sklearn_needs_no_help():
    rng = np.random.default_rng(5)
    probabilities = rng.permuted(np.tile(np.arange(25) * GRID // 400, (300, 1)), axis=1) / GRID
    truths = rng.integers(0, 25, 300)
    outcomes = ClassificationOutcomes(
        head="style",
        labels=tuple(map(str, range(25))),
        set_threshold=0.1,
        truths=tuple(truths.tolist()),
        probabilities=tuple(map(tuple, probabilities.tolist())),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # these rows don't add up to 1, which only warns
        expected = top_k_accuracy_score(truths, probabilities, k=3, labels=list(range(25)))
    found = head_metrics(outcomes)
    assert found["top3_accuracy"] == pytest.approx(expected)
    assert found["accuracy"] == pytest.approx(accuracy_score(truths, probabilities.argmax(axis=1)))


@given(st.lists(st.tuples(st.none() | YEARS, YEARS), min_size=1, max_size=25))
@settings(deadline=None)
def test_errors_in_years_are_those_of_sklearn(pairs: list[tuple[float | None, float]]):
    truths, values = (tuple(column) for column in zip(*pairs, strict=True))
    outcomes = RegressionOutcomes(
        head="era", unit="year", truths=truths, values=values, lows=values, highs=values
    )
    found = head_metrics(outcomes)
    known = [(truth, value) for truth, value in pairs if truth is not None]
    if not known:
        assert found == {}
        return
    expected = tuple(zip(*known, strict=True))
    assert found["mean_absolute_error"] == pytest.approx(mean_absolute_error(*expected))
    assert found["median_absolute_error"] == pytest.approx(median_absolute_error(*expected))
