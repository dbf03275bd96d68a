import dataclasses
from typing import Any

import pytest
from support.tiny_artifact import era_onnx, style_onnx, tiny_photo

from artifacts.digests import digest_json
from artifacts.folder import ModelArtifact
from artifacts.records.answers import ClassificationAnswer, LabelProbability, RegressionAnswer
from artifacts.records.manifest import GoldenPhoto
from scoring import Scorer, prove
from scoring.proof import PROBABILITY_TOLERANCE, VALUE_TOLERANCE, differs


def changed(artifact: ModelArtifact, path: str, data: bytes) -> ModelArtifact:
    return dataclasses.replace(artifact, files={**artifact.files, path: data})


def with_golden(artifact: ModelArtifact, **update: Any) -> ModelArtifact:
    """The artifact with its first golden photo's record changed."""
    first, *others = artifact.manifest.golden_photos
    golden = (first.model_copy(update=update), *others)
    manifest = artifact.manifest.model_copy(update={"golden_photos": golden})
    return dataclasses.replace(artifact, manifest=manifest)


def first(artifact: ModelArtifact) -> GoldenPhoto:
    return artifact.manifest.golden_photos[0]


def ranking(**chances: float) -> ClassificationAnswer:
    return ClassificationAnswer(
        ranking=tuple(LabelProbability(label=k, probability=v) for k, v in chances.items())
    )


def test_an_artifact_proves_itself_to_the_last_bit(artifact: ModelArtifact, scorer: Scorer):
    proof = prove(artifact, scorer)
    assert (proof.holds, proof.bit_equal, proof.differences) == (True, True, ())


@pytest.mark.parametrize(
    ("path", "make", "head"),
    [("heads/style.onnx", style_onnx, "style"), ("heads/era.onnx", era_onnx, "era")],
)
def test_other_weights_of_a_head_are_found_in_every_photo(
    path: str, make: Any, head: str, artifact: ModelArtifact
):
    other = changed(artifact, path, make(Scorer.of(artifact).extractor.schema.width, 9))
    proof = prove(other, Scorer.of(other))
    assert not proof.holds
    assert proof.bit_equal
    assert len(proof.differences) == len(artifact.manifest.golden_photos)
    assert all(f": {head} " in difference for difference in proof.differences)


def test_a_swapped_golden_photo_is_found(artifact: ModelArtifact, scorer: Scorer):
    swapped = changed(artifact, first(artifact).file, tiny_photo(seed=4242))
    proof = prove(swapped, scorer)
    assert (proof.holds, proof.bit_equal) == (False, False)
    assert all(text.startswith(first(artifact).file) for text in proof.differences)


def test_a_golden_photo_that_is_none_is_a_difference(artifact: ModelArtifact, scorer: Scorer):
    """And bit-equal it is not: nothing was compared."""
    broken = changed(artifact, first(artifact).file, b"not a photo")
    proof = prove(broken, scorer)
    assert (proof.holds, proof.bit_equal) == (False, False)
    assert len(proof.differences) == 1


def test_a_vector_of_other_bits_holds_within_the_tolerance(artifact: ModelArtifact, scorer: Scorer):
    """Another processor: other last bits, the same answers."""
    proof = prove(with_golden(artifact, vector=digest_json("other bits")), scorer)
    assert (proof.holds, proof.bit_equal) == (True, False)


def test_a_bad_photo_between_good_ones_is_not_forgotten(artifact: ModelArtifact, scorer: Scorer):
    answers = dict(first(artifact).answers) | {"era": RegressionAnswer(value=0, low=-1, high=1)}
    proof = prove(with_golden(artifact, answers=answers), scorer)
    assert len(proof.differences) == 1
    assert "certified is 0" in proof.differences[0]


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (ranking(a=0.6, b=0.4), None),
        (ranking(a=0.6 + 0.9 * PROBABILITY_TOLERANCE, b=0.4), None),
        (ranking(a=0.6 + 1.1 * PROBABILITY_TOLERANCE, b=0.4), "off the certified one"),
        (ranking(a=0.6, b=0.4 - 1.1 * PROBABILITY_TOLERANCE), "gives b a probability"),
        (ranking(b=0.6, a=0.4), "says b, certified is a"),
        (ranking(a=0.6, c=0.4), "gives b a probability"),
        (RegressionAnswer(value=1, low=0, high=2), "answers as regression"),
    ],
)
def test_a_label_is_equal_and_its_probabilities_nearly(found: Any, reason: str | None):
    said = differs(ranking(a=0.6, b=0.4), found)
    assert said == reason or (reason is not None and reason in str(said))


def test_an_even_race_that_turns_is_a_difference():
    """Labels are never within a tolerance."""
    assert differs(ranking(a=0.5, b=0.5), ranking(b=0.5, a=0.5))


@pytest.mark.parametrize("field", ["value", "low", "high"])
@pytest.mark.parametrize("certified", [1900.0, -447.0, 0.2])
def test_a_number_and_its_interval_are_nearly_equal(field: str, certified: float):
    expected = RegressionAnswer(value=certified, low=certified, high=certified)
    step = VALUE_TOLERANCE * max(1.0, abs(certified))
    within = expected.model_copy(update={field: certified - 0.99 * step})
    beyond = expected.model_copy(update={field: certified - 1.01 * step})
    assert differs(expected, within) is None
    assert "certified is" in str(differs(expected, beyond))


def test_a_label_for_a_number_is_a_difference():
    expected = RegressionAnswer(value=1, low=0, high=2)
    assert differs(expected, ranking(a=1, b=0)) == (
        "answers as classification, certified is regression"
    )
