from typing import Any

import numpy as np
import pytest
from support.tiny_artifact import LABELS

from artifacts.digests import digest_bytes, digest_json
from artifacts.records.photos import PhotoManifest, PhotoRow, Split
from scoring import Scorer, UnusableModel, evaluate
from scoring.labels import winners

MODEL = digest_json("model")


def row(n: int, split: Split = "holdout", **changes: Any) -> PhotoRow:
    fields = {
        "photo": digest_bytes(str(n).encode()),
        "split": split,
        "group": f"{split} {n}",
        "style": LABELS[n % len(LABELS)],
        "year": 1800 + n,
        "source": "made up",
        "licence": "CC0-1.0",
    }
    return PhotoRow.model_validate(fields | changes)


def manifest(*rows: PhotoRow) -> PhotoManifest:
    return PhotoManifest(rows=tuple(sorted(rows, key=lambda item: item.photo)))


@pytest.fixture
def ten() -> PhotoManifest:
    return manifest(*(row(n) for n in range(10)), *(row(n, "train") for n in range(10, 15)))


def test_columns_come_in_the_manifests_order(
    ten: PhotoManifest, scorer: Scorer, vectors: np.ndarray
):
    made = evaluate(scorer, ten, "holdout", vectors[:10], MODEL)
    rows, scores = ten.of_split("holdout"), scorer.scores(vectors[:10])
    (style,), (era,) = made.classification, made.regression

    assert made.photos == tuple(item.photo for item in rows)
    assert made.groups == tuple(item.group for item in rows)
    assert style.truths == tuple(LABELS.index(item.style) for item in rows)
    assert era.truths == tuple(float(item.year or 0) for item in rows)
    np.testing.assert_array_equal(np.array(style.probabilities), scores["style"])
    assert era.values == tuple(2050 - np.exp(raw) for raw in scores["era"])
    assert all(lo < v < hi for lo, v, hi in zip(era.lows, era.values, era.highs, strict=True))


def test_the_threshold_of_prediction_sets_is_the_heads(
    ten: PhotoManifest, scorer: Scorer, vectors: np.ndarray
):
    (style,) = evaluate(scorer, ten, "holdout", vectors[:10], MODEL).classification
    (head,) = (head for head in scorer.heads if head.kind == "classification")
    assert style.set_threshold == head.prediction_set.threshold


def test_outcomes_and_answers_name_the_same_label(
    ten: PhotoManifest, scorer: Scorer, vectors: np.ndarray
):
    made = evaluate(scorer, ten, "holdout", vectors[:10], MODEL).classification[0]
    named = [made.labels[i] for i in winners(np.array(made.probabilities))]
    assert named == [answers["style"].label for answers in scorer.answers(vectors[:10])]


def test_vectors_in_another_order_are_another_evaluation(
    ten: PhotoManifest, scorer: Scorer, vectors: np.ndarray
):
    straight = evaluate(scorer, ten, "holdout", vectors[:10], MODEL)
    turned = evaluate(scorer, ten, "holdout", vectors[9::-1], MODEL)
    assert turned.photos == straight.photos
    assert turned.regression[0].values == straight.regression[0].values[::-1]


def test_an_evaluation_names_what_it_rests_on(
    ten: PhotoManifest, scorer: Scorer, vectors: np.ndarray
):
    made = evaluate(scorer, ten, "holdout", vectors[:10], MODEL)
    assert (made.model, made.photo_manifest) == (MODEL, ten.digest)
    assert (made.split, made.split_digest) == ("holdout", ten.split_digest("holdout"))
    assert evaluate(scorer, ten, "train", vectors[:5], None).model is None


def test_an_unknown_year_is_none(scorer: Scorer, vectors: np.ndarray):
    rows = manifest(row(0, year=None), row(1, year=0), row(2, year=-447))
    made = evaluate(scorer, rows, "holdout", vectors[:3], MODEL)
    assert dict(zip(made.photos, made.regression[0].truths, strict=True)) == {
        row(0).photo: None,
        row(1).photo: 0.0,
        row(2).photo: -447.0,
    }


def test_a_style_that_the_model_does_not_know_is_named(scorer: Scorer, vectors: np.ndarray):
    rows = manifest(row(0), row(1, style="brutalism"), row(2, style="a hut"))
    with pytest.raises(UnusableModel, match="a hut, brutalism") as caught:
        evaluate(scorer, rows, "holdout", vectors[:3], MODEL)
    assert caught.value.part == "heads/style.onnx"


def test_an_unknown_style_in_another_split_does_not_matter(scorer: Scorer, vectors: np.ndarray):
    rows = manifest(row(0), row(1, "train", style="brutalism"))
    assert evaluate(scorer, rows, "holdout", vectors[:1], MODEL).photos == (row(0).photo,)


def test_a_photo_without_a_slice_is_in_the_slice_unknown(scorer: Scorer, vectors: np.ndarray):
    rows = manifest(
        row(0, slices={"light": "day"}),
        row(1, slices={"region": "north"}),
        row(2, "train", slices={"source": "x"}),
    )
    made = evaluate(scorer, rows, "holdout", vectors[:2], MODEL)
    at = made.photos.index(row(0).photo)
    assert sorted(made.slices) == ["light", "region", "source"]
    assert (made.slices["light"][at], made.slices["light"][1 - at]) == ("day", "unknown")
    assert made.slices["source"] == ("unknown", "unknown")


@pytest.mark.parametrize("count", [0, 9, 11])
def test_vectors_must_be_as_many_as_photos(
    count: int, ten: PhotoManifest, scorer: Scorer, vectors: np.ndarray
):
    with pytest.raises(ValueError, match=f"{count} vectors for 10 photos"):
        evaluate(scorer, ten, "holdout", vectors[:count], MODEL)


def test_an_empty_split_is_an_empty_evaluation(
    ten: PhotoManifest, scorer: Scorer, vectors: np.ndarray
):
    made = evaluate(scorer, ten, "validation", vectors[:0], MODEL)
    assert (made.photos, made.classification[0].truths) == ((), ())
