"""Answers from distributions: what their median and intervals hold, and where they end."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from artifacts.records.manifest import ClassificationHead, DistributionHead
from features import Extractor
from scoring.distributions import blend, distribution_answer, shortest_intervals
from scoring.errors import UnusableModel
from scoring.scorer import Scorer

KNOTS = np.array([1000.0, 1500.0, 1800.0, 1850.0, 1900.0, 2000.0])


def head(**changes: Any) -> DistributionHead:
    fields = {
        "name": "era",
        "of": "style",
        "family": "linear",
        "file": "e.onnx",
        "unit": "year",
        "knots": tuple(KNOTS),
        "by_label": [
            {"label": "a", "weight": 1.0, "shares": (0.0, 1.0, 1.0, 1.0, 1.0, 1.0)},
            {"label": "b", "weight": 1.0, "shares": (0.0, 0.0, 0.0, 0.0, 0.0, 1.0)},
        ],
        "label_share": 0.5,
        "level": 0.8,
        "mass": 0.8,
    }
    return DistributionHead.model_validate(fields | changes)


def test_between_knots_a_distribution_lies_evenly():
    found = distribution_answer(head(mass=0.5), np.array([0, 0, 0, 0, 0, 1.0]))
    assert (found.value, found.low, found.high) == pytest.approx((1950, 1900, 1950))


def test_the_median_of_two_times_is_one_of_them_and_no_mean_between():
    shares = np.array([0, 0.45, 0.45, 0.45, 1, 1])
    found = distribution_answer(head(mass=0.8), shares)
    assert 1850 < found.value < 1860
    assert found.low < 1500, "an interval of 80 % needs both"
    assert distribution_answer(head(mass=0.5), shares).low >= 1850, "one of 50 % does not"


@given(arrays(float, 6, elements=st.floats(0, 1)), st.integers(50, 100))
def test_no_interval_of_a_mass_is_shorter_and_it_holds_the_median(drawn: Any, percent: int) -> None:
    shares, mass = np.sort(np.round(drawn, 3)), percent / 100
    shares[-1] = 1
    (low,), (high,) = shortest_intervals(KNOTS, shares[None], mass)
    assert low <= distribution_answer(head(), shares).value <= high
    below = np.interp(low, KNOTS, shares) if low > KNOTS[0] else 0.0
    if low > KNOTS[0] or shares[0] == 0:
        assert np.interp(high, KNOTS, shares) - below >= mass - 1e-6
    years = np.linspace(1000, 2000, 401)
    reached = np.interp(years, KNOTS, shares)
    for start, before in zip(years, reached, strict=True):
        enough = years[reached - before >= mass + 1e-9]
        assert not len(enough) or high - low <= enough[0] - start + 1e-6


@given(
    arrays(np.float32, (3, 6), elements=st.floats(-1e9, 1e9, width=32)),
    arrays(float, (3, 2), elements=st.floats(0, 1)),
)
def test_whatever_a_file_gives_answers_lie_within_the_knots(learned: Any, likely: Any) -> None:
    shares = blend(head(), learned, likely)
    assert (np.diff(shares, axis=1) >= 0).all()
    for row in shares:
        found = distribution_answer(head(), row)
        assert KNOTS[0] <= found.low <= found.value <= found.high <= KNOTS[-1]


def test_labels_count_by_their_probability_weight_and_share():
    likely, learned = np.array([[0.5, 0.5]]), np.array([[0, 0, 0, 0, 1, 1.0]])
    assert blend(head(), learned, likely)[0].tolist() == [0, 0.25, 0.25, 0.25, 0.75, 1]
    assert blend(head(label_share=0), learned, likely)[0].tolist() == [0, 0, 0, 0, 1, 1]
    heavy = head().by_label[0].model_copy(update={"weight": 3.0})
    weighed = head(by_label=(heavy, head().by_label[1]), label_share=1)
    assert blend(weighed, learned, likely)[0].tolist() == [0, 0.75, 0.75, 0.75, 0.75, 1]


def test_a_scorer_answers_by_file_and_labels(
    style: ClassificationHead, extractor: Extractor, make_onnx, vectors: np.ndarray
):
    labels = tuple(
        old.model_copy(update={"label": name})
        for old, name in zip(head().by_label, style.labels, strict=True)
    )
    files = {style.file: make_onnx(), "e.onnx": make_onnx("logits", labels=6)}
    scorer = Scorer(extractor, (style, head(by_label=labels)), files)
    scores = scorer.scores(vectors)
    assert scores["era"].shape == (len(vectors), 6)
    assert (scores["era"] == blend(scorer.heads[1], vectors[:, :6], scores["style"])).all()
    answers = [found["era"] for found in scorer.answers(vectors)]
    assert all(1000 <= found.low <= found.value <= found.high <= 2000 for found in answers)
    assert len({found.high - found.low for found in answers}) > 10, "as wide as a photo is hard"


def test_a_distribution_of_other_labels_is_no_model(
    style: ClassificationHead, extractor: Extractor, make_onnx
):
    files = {style.file: make_onnx(), "e.onnx": make_onnx("logits", labels=6)}
    with pytest.raises(UnusableModel, match="made for style's labels"):
        Scorer(extractor, (style, head(by_label=head().by_label[::-1])), files)


def test_a_file_with_another_number_of_knots_is_no_model(
    style: ClassificationHead, extractor: Extractor, make_onnx
):
    names = zip(head().by_label, style.labels, strict=True)
    labels = tuple(old.model_copy(update={"label": name}) for old, name in names)
    files = {style.file: make_onnx(), "e.onnx": make_onnx("logits", labels=5)}
    with pytest.raises(UnusableModel, match=r"e\.onnx"):
        Scorer(extractor, (style, head(by_label=labels)), files)
