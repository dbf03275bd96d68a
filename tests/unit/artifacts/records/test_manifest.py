from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from artifacts.digests import digest_bytes
from artifacts.errors import UnreadableRecord
from artifacts.records.manifest import (
    ArtifactFile,
    ClassificationHead,
    Code,
    Interval,
    LinearScale,
    LogAgeScale,
    ModelManifest,
    PredictionSet,
)

DIGEST = digest_bytes(b"")
Spoil = Callable[[dict[str, Any]], object]


def test_the_example_is_a_manifest_and_survives_its_file(document: dict[str, Any], tmp_path: Path):
    manifest = ModelManifest.parse(document, "test")
    assert ModelManifest.read(manifest.write(tmp_path / "manifest.json")) == manifest


@pytest.mark.parametrize(
    "path",
    [
        "../outside",
        "heads/../../outside",
        "a/..",
        "/etc/passwd",
        "//a",
        "a//b",
        "./a",
        "a/.",
        "a/",
        ".",
        "..",
        "",
        "heads\\style.onnx",
        "C:\\style.onnx",
        ".hidden",
        "heads/.git/config",
        ".gitignore",
        "a\nb",
        "a\x00b",
        "\u202eexe.onnx",
    ],
)
def test_a_path_that_is_not_plain_is_refused(path: str):
    with pytest.raises(ValidationError, match="path"):
        ArtifactFile(path=path, digest=DIGEST, size_bytes=0)


@given(st.text(st.sampled_from("./\\a"), max_size=8))
def test_an_accepted_path_stays_inside(path: str):
    root = Path("/root-of-an-artifact")
    try:
        ArtifactFile(path=path, digest=DIGEST, size_bytes=0)
    except ValidationError:
        return
    joined = root / path
    assert joined != root
    assert joined.resolve().is_relative_to(root)
    assert joined.relative_to(root).as_posix() == path


def _two_files(made: dict[str, Any]) -> None:
    made["files"].append(made["files"][0])


def _two_heads(made: dict[str, Any]) -> None:
    made["heads"].append(made["heads"][0])


def _golden(key: str, value: object) -> Spoil:
    return lambda made: made["golden_photos"][0].update({key: value})


def _answer(head: str, value: object) -> Spoil:
    return lambda made: made["golden_photos"][0]["answers"].update({head: value})


def _ranking(*labels: str) -> dict[str, Any]:
    ranking = [{"label": label, "probability": 0.5} for label in labels]
    return {"kind": "classification", "ranking": ranking}


NUMBER = {"kind": "regression", "value": 1, "low": 0, "high": 2}


@pytest.mark.parametrize(
    ("spoil", "match"),
    [
        pytest.param(_two_files, "a file stands twice", id="file twice"),
        pytest.param(_two_heads, "a head stands twice", id="head twice"),
        pytest.param(
            lambda made: made["heads"][0].update(file="heads/other.onnx"),
            "not among the files: heads/other.onnx",
            id="head's file not listed",
        ),
        pytest.param(_golden("file", "golden/b.png"), "not among", id="golden file not listed"),
        pytest.param(_golden("photo", DIGEST), "is not the golden photo", id="another photo"),
        pytest.param(_golden("answers", {}), "every head", id="no answers"),
        pytest.param(_answer("price", NUMBER), "every head", id="answer of no head"),
        pytest.param(_answer("style", NUMBER), "answers what style can't", id="number for label"),
        pytest.param(
            _answer("era", _ranking("gothic", "tudor")), "answers what era can't", id="era label"
        ),
        pytest.param(_answer("style", _ranking("gothic", "modern")), "style can't", id="label"),
        pytest.param(
            _answer("style", _ranking("gothic", "gothic", "tudor")), "style can't", id="twice"
        ),
        pytest.param(lambda made: made.update(heads=[]), "heads", id="no head"),
        pytest.param(lambda made: made.update(golden_photos=[]), "golden_photos", id="no golden"),
        pytest.param(lambda made: made.update(format=1), "format", id="another format"),
        pytest.param(lambda made: made.update(name="Architecture"), "name", id="name"),
        pytest.param(lambda made: made.update(name="../up"), "name", id="name as a path"),
        pytest.param(lambda made: made["code"].update(commit="main"), "commit", id="a branch"),
        pytest.param(lambda made: made["heads"][0].update(labels=["a"]), "labels", id="1 label"),
        pytest.param(lambda made: made["heads"][0].update(kind="oracle"), "kind", id="kind"),
        pytest.param(lambda made: made["files"][0].update(size_bytes=-1), "size", id="size"),
        pytest.param(lambda made: made.update(extra=1), "extra", id="extra key"),
        pytest.param(
            lambda made: made["metrics"].append(
                {"name": "x", "value": float("nan"), "over": "holdout"}
            ),
            "value",
            id="metric NaN",
        ),
    ],
)
def test_a_manifest_that_contradicts_itself_is_unreadable(
    spoil: Spoil, match: str, document: dict[str, Any]
):
    spoil(document)
    with pytest.raises(UnreadableRecord, match=match):
        ModelManifest.parse(document, "test")


def test_a_head_does_not_list_a_label_twice():
    with pytest.raises(ValidationError, match="a label stands twice"):
        ClassificationHead(
            name="style",
            family="x",
            file="f",
            labels=("a", "b", "a"),
            temperature=1.0,
            prediction_set=PredictionSet(level=0.9, threshold=0.1),
        )


def test_heads_are_found_by_name(document: dict[str, Any]):
    manifest = ModelManifest.parse(document, "test")
    assert manifest.head("era").name == "era"
    assert manifest.data.split("holdout") is None
    with pytest.raises(KeyError):
        manifest.head("price")


@pytest.mark.parametrize("spoil", ["feature_schema", "environment", "params"])
def test_everything_that_a_manifest_names_changes_its_digest(spoil: str, document: dict[str, Any]):
    before = ModelManifest.parse(document, "test").digest
    assert ModelManifest.parse(document | {spoil: DIGEST}, "test").digest != before


def test_the_order_of_labels_changes_the_digest(document: dict[str, Any]):
    """Swapped labels are another model, though every file is the same."""
    before = ModelManifest.parse(document, "test").digest
    document["heads"][0]["labels"] = document["heads"][0]["labels"][::-1]
    assert ModelManifest.parse(document, "test").digest != before


@given(st.integers(-4000, 2049))
def test_a_year_survives_the_scale_of_ages(year: int):
    scale = LogAgeScale(reference_year=2050)
    assert scale.to_value(scale.to_raw(year)) == pytest.approx(year, abs=1e-6)


@pytest.mark.parametrize("year", [2050, 2051])
def test_a_year_at_the_reference_has_no_age(year: int):
    with pytest.raises(ValueError, match="not before 2050"):
        LogAgeScale(reference_year=2050).to_raw(year)


def test_a_linear_scale_changes_nothing():
    assert (LinearScale().to_raw(-3.5), LinearScale().to_value(-3.5)) == (-3.5, -3.5)


@pytest.mark.parametrize(
    "fields",
    [
        {"level": 0.9, "low_offset": 1, "high_offset": 0},
        {"level": 0, "low_offset": 0, "high_offset": 1},
        {"level": 1, "low_offset": 0, "high_offset": 1},
        {"level": 0.9, "low_offset": float("-inf"), "high_offset": 1},
    ],
)
def test_an_interval_that_is_none_is_refused(fields: dict[str, float]):
    with pytest.raises(ValidationError):
        Interval.model_validate(fields)


@pytest.mark.parametrize("commit", ["0" * 39, "0" * 41, "G" * 40, "0" * 40 + "\n", "A" * 40])
def test_a_commit_is_a_whole_hash(commit: str):
    with pytest.raises(ValidationError, match="commit"):
        Code(commit=commit, dirty=False)
