"""Records of a model that declines, and those of models before there were any."""

from typing import Any

import pytest
from pydantic import ValidationError

from artifacts.digests import digest_json
from artifacts.records.evaluation import DecliningOutcomes, Evaluation
from artifacts.records.manifest import DecliningHead, ModelManifest

HEAD: dict[str, Any] = {
    "kind": "declining",
    "name": "declined",
    "family": "spread",
    "level": 0.02,
    "limit": 2.5,
    "least_probability": 0.1,
    "pictures": "sha256:" + "0" * 64,
    "pictures_tried": 4,
    "pictures_declined": 3,
}
EVALUATION: dict[str, Any] = {
    "model": None,
    "photo_manifest": digest_json("m"),
    "split": "holdout",
    "split_digest": digest_json("s"),
    "photos": [digest_json("a")],
    "groups": ["g"],
    "slices": {},
    "classification": [],
    "regression": [],
}


def declining(document: dict[str, Any], answer: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A manifest's document with a head that declines, and its certified answer."""
    labels = next(head for head in document["heads"] if head["kind"] == "classification")
    head = HEAD | {"of": labels["name"], "file": labels["file"]} | changes
    golden = [
        photo | {"answers": photo["answers"] | {"declined": answer}}
        for photo in document["golden_photos"]
    ]
    return document | {"heads": [*document["heads"], head], "golden_photos": golden}


ANSWER: dict[str, Any] = {"kind": "declining", "strangeness": 1.5, "declined": None}


def test_a_manifest_finds_its_head_that_declines(document: dict[str, Any]) -> None:
    assert ModelManifest.model_validate(document).declining is None
    found = ModelManifest.model_validate(declining(document, ANSWER))
    assert found.declining == DecliningHead.model_validate(found.heads[-1])
    assert found.origin("declined") == "learned"


def test_a_head_declines_for_a_head_that_names_labels(document: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="mood is no head that names labels"):
        ModelManifest.model_validate(declining(document, ANSWER, of="mood"))


def test_a_certificate_of_another_kind_certifies_nothing(document: dict[str, Any]) -> None:
    other = {"kind": "regression", "value": 1, "low": 0, "high": 2}
    with pytest.raises(ValidationError, match="answers what declined can't"):
        ModelManifest.model_validate(declining(document, other))


def test_no_more_pictures_are_declined_than_were_tried() -> None:
    with pytest.raises(ValidationError, match="5 declined of 4 tried"):
        DecliningHead.model_validate(HEAD | {"of": "style", "file": "f", "pictures_declined": 5})


def test_an_evaluation_of_a_model_that_declines_nothing_keeps_the_digest_it_had() -> None:
    found = Evaluation.model_validate(EVALUATION)
    assert found.digest == digest_json(EVALUATION)
    said = DecliningOutcomes(head="declined", strangeness=(1.0,), declined=(None,))
    other = Evaluation.model_validate(EVALUATION | {"declining": (said,)})
    assert other.digest != found.digest
    assert Evaluation.model_validate(other.model_dump(mode="json")) == other


def test_what_is_declined_is_as_long_as_the_list_of_photos() -> None:
    said = DecliningOutcomes(head="declined", strangeness=(1.0, 2.0), declined=(None, None))
    with pytest.raises(ValidationError, match="isn't as long"):
        Evaluation.model_validate(EVALUATION | {"declining": (said,)})
