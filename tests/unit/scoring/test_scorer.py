import dataclasses
import json
from typing import Any

import numpy as np
import pytest
from support.tiny_artifact import LABELS, tiny_artifact, tiny_photo

from artifacts.digests import digest_json
from artifacts.folder import ModelArtifact
from artifacts.records.manifest import (
    ClassificationHead,
    Interval,
    LinearScale,
    LogAgeScale,
    RegressionHead,
)
from features import Extractor, FeatureSchema, SchemaError
from scoring import NonFiniteScore, Scorer, ScoringError, UnusableModel
from scoring.labels import quantise
from scoring.scorer import FEATURE_SCHEMA, answer_of

AGE = LogAgeScale(reference_year=2050)


def era(**changes: Any) -> RegressionHead:
    fields = {
        "name": "era",
        "family": "linear",
        "file": "e.onnx",
        "unit": "year",
        "scale": AGE,
        "interval": Interval(level=0.9, low_offset=-0.4, high_offset=0.2),
    }
    return RegressionHead.model_validate(fields | changes)


def with_files(artifact: ModelArtifact, **files: bytes | None) -> ModelArtifact:
    """The artifact in memory with files replaced, or (None) left out."""
    found = {path: data for path, data in artifact.files.items() if path not in files}
    found |= {path: data for path, data in files.items() if data is not None}
    return dataclasses.replace(artifact, files=found)


def test_a_batch_answers_bit_for_bit_what_single_rows_answer(scorer: Scorer, vectors: np.ndarray):
    batch = scorer.scores(vectors)
    for i in range(len(vectors)):
        alone = scorer.scores(vectors[i : i + 1])
        assert all(alone[head].tobytes() == batch[head][i : i + 1].tobytes() for head in batch)
    assert scorer.answers(vectors) == [scorer.answers(row[None])[0] for row in vectors]


def test_a_head_is_given_one_row_at_a_time(
    style: ClassificationHead, extractor: Extractor, make_onnx, vectors: np.ndarray
):
    """ONNX Runtime refuses any other number of rows here; bits alone tell nothing."""
    made = Scorer(extractor, (style,), {"s.onnx": make_onnx(rows=1)})
    assert made.scores(vectors)["style"].shape == (40, 2)


def test_the_order_of_a_batch_does_not_change_a_score(scorer: Scorer, vectors: np.ndarray):
    straight, turned = scorer.scores(vectors), scorer.scores(vectors[::-1])
    for head in straight:
        np.testing.assert_array_equal(turned[head][::-1], straight[head])


def test_scores_have_one_row_a_photo(scorer: Scorer, vectors: np.ndarray):
    scores = scorer.scores(vectors)
    assert scores["style"].shape == (40, len(LABELS))
    assert scores["era"].shape == (40,)
    np.testing.assert_array_equal(scores["style"], quantise(scores["style"]))
    np.testing.assert_allclose(scores["style"].sum(axis=1), 1, atol=len(LABELS) * 5e-6)


def test_no_photo_gives_empty_scores(scorer: Scorer, vectors: np.ndarray):
    scores = scorer.scores(vectors[:0])
    assert (scores["style"].shape, scores["era"].shape) == ((0, len(LABELS)), (0,))
    assert scorer.answers(vectors[:0]) == []


def test_an_answer_of_nan_is_no_answer(
    style: ClassificationHead, extractor: Extractor, make_onnx, vectors: np.ndarray
):
    """The good rows beside it aren't answered either."""
    made = Scorer(extractor, (style,), {"s.onnx": make_onnx("log", bias=3.0)})
    fine, bad = np.abs(vectors[:2]), vectors[:1].copy()
    bad[0, :2] = -9
    assert np.isfinite(made.scores(fine)["style"]).all()
    with pytest.raises(NonFiniteScore, match="head style") as caught:
        made.scores(np.vstack([fine, bad]))
    assert caught.value.head == "style"


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_a_number_that_is_none_is_no_answer(
    value: float, extractor: Extractor, make_onnx, vectors: np.ndarray
):
    made = Scorer(extractor, (era(),), {"e.onnx": make_onnx("identity", labels=1)})
    bad = vectors[:1].copy()
    bad[0, 0] = value
    with pytest.raises(NonFiniteScore, match="head era"):
        made.scores(bad)


@pytest.mark.parametrize("raw", [710.0, 1e30, 3e38])
def test_a_finite_score_without_a_year_is_no_answer(
    raw: float, extractor: Extractor, make_onnx, vectors: np.ndarray
):
    """exp(710) is beyond a float: Python raises OverflowError, which nobody expects."""
    made = Scorer(extractor, (era(),), {"e.onnx": make_onnx("identity", labels=1)})
    far = vectors[:1].copy()
    far[0, 0] = raw
    with pytest.raises(NonFiniteScore):
        made.answers(far)


@pytest.mark.parametrize("data", [b"", b"not onnx", b"\x80\x04\x95.", b"\x00" * 999])
def test_bytes_that_are_no_model_are_named_by_file(
    data: bytes, style: ClassificationHead, extractor: Extractor
):
    with pytest.raises(UnusableModel, match=r"s\.onnx can't be used") as caught:
        Scorer(extractor, (style,), {"s.onnx": data})
    assert caught.value.part == "s.onnx"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"width": 7}, id="width"),
        pytest.param({"labels": 3}, id="a label more"),
        pytest.param({"labels": 1}, id="a label less"),
        pytest.param({"rule": "text"}, id="strings"),
        pytest.param({"rule": "logits", "bias": 4.0}, id="logits"),
        pytest.param({"rule": "logits", "bias": 0.0}, id="zeros"),
    ],
)
def test_a_head_that_does_not_answer_as_the_manifest_says_is_not_opened(
    changes: dict[str, Any], style: ClassificationHead, extractor: Extractor, make_onnx
):
    with pytest.raises(UnusableModel, match=r"s\.onnx"):
        Scorer(extractor, (style,), {"s.onnx": make_onnx(**changes)})


def test_a_regression_head_gives_one_number(extractor: Extractor, make_onnx):
    with pytest.raises(UnusableModel, match=r"e\.onnx"):
        Scorer(extractor, (era(),), {"e.onnx": make_onnx("identity", labels=2)})


def test_vectors_of_another_width_are_refused(scorer: Scorer):
    with pytest.raises(UnusableModel):
        scorer.scores(np.zeros((1, 3), np.float32))


def test_every_error_is_one_of_this_package():
    assert issubclass(UnusableModel, ScoringError)
    assert issubclass(NonFiniteScore, ScoringError)


def test_an_artifact_without_its_feature_schema_is_not_opened(artifact: ModelArtifact):
    with pytest.raises(UnusableModel, match="no such file"):
        Scorer.of(with_files(artifact, **{FEATURE_SCHEMA: None}))


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"name": 1}'])
def test_a_broken_feature_schema_is_not_opened(data: bytes, artifact: ModelArtifact):
    with pytest.raises(UnusableModel, match="feature_schema"):
        Scorer.of(with_files(artifact, **{FEATURE_SCHEMA: data}))


def test_another_feature_schema_is_not_opened(artifact: ModelArtifact):
    """It is one that this code can run: only its digest isn't the one the model was trained on."""
    document = json.loads(artifact.files[FEATURE_SCHEMA])
    document["version"] += 1
    with pytest.raises(UnusableModel, match="isn't the manifest's"):
        Scorer.of(with_files(artifact, **{FEATURE_SCHEMA: json.dumps(document).encode()}))


def test_a_manifest_that_names_another_schema_is_not_opened(artifact: ModelArtifact):
    manifest = artifact.manifest.model_copy(update={"feature_schema": digest_json("other")})
    with pytest.raises(UnusableModel, match="isn't the manifest's"):
        Scorer.of(dataclasses.replace(artifact, manifest=manifest))


def test_the_layout_of_the_schema_file_does_not_matter(artifact: ModelArtifact):
    document = json.loads(artifact.files[FEATURE_SCHEMA])
    turned = json.dumps(dict(reversed(document.items()))).encode()
    assert Scorer.of(with_files(artifact, **{FEATURE_SCHEMA: turned})).extractor.schema.width


def test_a_schema_that_this_code_cannot_make_is_not_opened(artifact: ModelArtifact):
    document = json.loads(artifact.files[FEATURE_SCHEMA])
    document["blocks"][0]["version"] = 999
    schema = FeatureSchema.model_validate(document)
    manifest = artifact.manifest.model_copy(update={"feature_schema": schema.digest})
    changed = with_files(artifact, **{FEATURE_SCHEMA: json.dumps(document).encode()})
    with pytest.raises(SchemaError):
        Scorer.of(dataclasses.replace(changed, manifest=manifest))


def test_equal_seeds_make_equal_models_and_others_do_not(scorer: Scorer, vectors: np.ndarray):
    again = Scorer.of(ModelArtifact(*tiny_artifact(0))).scores(vectors)
    other = Scorer.of(ModelArtifact(*tiny_artifact(1))).scores(vectors)
    np.testing.assert_array_equal(again["style"], scorer.scores(vectors)["style"])
    assert not np.array_equal(other["style"], again["style"])


def test_a_photo_is_answered_by_every_head(scorer: Scorer):
    vector = scorer.extractor.extract(tiny_photo(seed=77))
    (answers,) = scorer.answers(vector[None])
    style, years = answers["style"], answers["era"]
    assert style.kind == "classification"
    assert years.kind == "regression"
    assert style.label == style.ranking[0].label
    assert sorted(item.label for item in style.ranking) == sorted(LABELS)
    chances = [item.probability for item in style.ranking]
    assert chances == sorted(chances, reverse=True)
    assert years.low <= years.value <= years.high < 2050


def test_equal_probabilities_answer_the_first_label(style: ClassificationHead):
    answer = answer_of(style, np.array([0.5, 0.5]))
    assert answer.kind == "classification"
    assert (answer.label, answer.probability) == ("a", 0.5)


def test_the_ends_of_an_interval_of_ages_are_sorted():
    """A larger raw output is a greater age, and so an earlier year."""
    answer = answer_of(era(), np.float64(np.log(150)))
    assert answer.kind == "regression"
    assert answer.value == pytest.approx(1900)
    assert answer.low == pytest.approx(2050 - 150 * np.exp(0.2))
    assert answer.high == pytest.approx(2050 - 150 * np.exp(-0.4))


def test_a_year_before_christ_is_negative():
    answer = answer_of(era(), np.float64(np.log(2050 + 447)))
    assert answer.kind == "regression"
    assert answer.value == pytest.approx(-447)
    assert answer.low < answer.value < answer.high


def test_a_linear_interval_is_added():
    head = era(scale=LinearScale(), interval=Interval(level=0.5, low_offset=-3, high_offset=1))
    answer = answer_of(head, np.float64(10))
    assert answer.kind == "regression"
    assert (answer.low, answer.value, answer.high) == (7, 10, 11)
