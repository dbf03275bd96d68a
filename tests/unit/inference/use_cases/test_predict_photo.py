from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tiny_artifact import SUFFIXES, tiny_photo

from features import PhotoRefused, TruncatedPhoto, vector_digest
from inference.errors import BodyEmpty, ModelFailed
from inference.use_cases.predict_photo import predict_photo
from scoring import NonFiniteScore

PHOTOS = [tiny_photo(96, 80, seed=9, format_=name) for name in SUFFIXES]


class BrokenScorer:
    """A scorer whose answers break in a given way."""

    def __init__(self, scorer, error):
        self.extractor = scorer.extractor
        self._error = error

    def answers(self, vectors):
        assert len(vectors) == 1
        raise self._error


@pytest.mark.parametrize("photo", PHOTOS)
def test_answer_is_the_scorers_with_the_digests_that_trace_it(model, photo):
    vector = model.scorer.extractor.extract(photo)
    expected = model.scorer.answers(vector[np.newaxis])[0]
    found = predict_photo(model, photo, "an-id")
    assert found.style.label == expected["style"].label
    assert found.style.probability == expected["style"].probability
    assert found.era.year == round(expected["era"].value)
    assert found.vector_digest == vector_digest(vector)
    assert found.prediction_id == "an-id"
    assert found.model.digest == model.digest
    assert found.feature_schema == model.manifest.feature_schema


def test_a_photo_without_bytes_is_empty(model):
    with pytest.raises(BodyEmpty):
        predict_photo(model, b"", "an-id")


def test_a_cut_photo_is_refused(model):
    with pytest.raises(TruncatedPhoto):
        predict_photo(model, PHOTOS[0][:-200], "an-id")


@pytest.mark.parametrize("error", [NonFiniteScore("era"), OverflowError("math range error")])
def test_a_model_without_a_finite_answer_answers_nothing(model, error):
    broken = replace(model, scorer=BrokenScorer(model.scorer, error))
    with pytest.raises(ModelFailed):
        predict_photo(broken, PHOTOS[0], "an-id")


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(PHOTOS),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=8),
    st.floats(0, 1),
)
def test_mutated_photos_are_answered_or_refused_and_nothing_else(model, photo, changes, kept):
    data = bytearray(photo)
    for place, value in changes:
        data[int(place * len(data))] = value
    if kept < 0.3:
        del data[int(kept / 0.3 * len(data)) :]
    outcome = answer_or_refusal(model, bytes(data))
    assert outcome.reason if isinstance(outcome, Exception) else outcome.style.label


def answer_or_refusal(model, photo):
    try:
        return predict_photo(model, photo, "an-id")
    except (PhotoRefused, BodyEmpty) as exc:
        return exc
