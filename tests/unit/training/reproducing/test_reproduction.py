from typing import Any

import pytest
from support.tiny_artifact import tiny_artifact

from artifacts.records.answers import ClassificationAnswer, LabelProbability, RegressionAnswer
from artifacts.records.manifest import (
    ClassificationHead,
    Code,
    DistributionHead,
    LabelShares,
    ModelManifest,
    PredictionSet,
)
from training.reproducing.reproduction import (
    AnswerDifferences,
    answer_differences,
    manifest_differences,
    verdict,
)

OTHER = "sha256:" + "7" * 64
SAME_ANSWERS = AnswerDifferences(20, (), 0.0002, 0.0001)


@pytest.fixture(scope="module")
def original() -> ModelManifest:
    return tiny_artifact()[0]


def changed(manifest: ModelManifest, **fields: Any) -> ModelManifest:
    return ModelManifest.model_validate(manifest.model_dump() | fields)


def other_metric(manifest: ModelManifest) -> ModelManifest:
    return changed(manifest, metrics=[m.model_dump() | {"value": 0.51} for m in manifest.metrics])


def style(first: float) -> ClassificationAnswer:
    ranking = (("gothic", first), ("baroque", 1 - first))
    return ClassificationAnswer(
        ranking=tuple(LabelProbability(label=label, probability=p) for label, p in ranking)
    )


def test_equal_manifests_have_no_differences(original: ModelManifest) -> None:
    found = manifest_differences(original, changed(original))
    assert (found.inputs, found.products) == ((), ())
    assert verdict(original, changed(original), found, None) == ("equal", ())


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"code": Code(commit="f" * 40, dirty=False)}, "code.commit was 0123456789"),
        ({"code": Code(commit="0123456789abcdef" * 2 + "01234567", dirty=True)}, "code.dirty was"),
        ({"environment": OTHER}, "environment was sha256:"),
        ({"params": OTHER}, "params was sha256:"),
        ({"feature_schema": OTHER}, "feature_schema was sha256:"),
        ({"name": "fraud"}, "name was architecture, is fraud"),
    ],
)
def test_what_went_in_must_be_equal(
    fields: dict[str, Any], named: str, original: ModelManifest
) -> None:
    rebuilt = changed(original, **fields)
    found = manifest_differences(original, rebuilt)
    assert found.inputs[0].startswith(named)
    outcome, differences = verdict(original, rebuilt, found, SAME_ANSWERS)
    assert outcome == "different"
    assert found.inputs[0] in differences


def test_other_photos_in_a_split_are_an_input(original: ModelManifest) -> None:
    data = original.data.model_dump()
    data["splits"][1]["photos"] += 1
    found = manifest_differences(original, changed(original, data=data))
    assert found.inputs == ("data.splits.1.photos was 20, is 21",)


def test_every_product_that_differs_is_named_by_its_field(original: ModelManifest) -> None:
    files = [file.model_dump() for file in original.files]
    era = next(file for file in files if file["path"] == "heads/era.onnx")
    era["digest"] = OTHER
    found = manifest_differences(original, changed(other_metric(original), files=files))
    assert found.inputs == ()
    assert len(found.products) == 2
    assert found.products[0].startswith("files.heads/era.onnx.digest was sha256:")
    assert found.products[1] == "metrics.validation style.accuracy.value was 0.5, is 0.51"


def test_a_missing_file_and_an_added_one_are_named(original: ModelManifest) -> None:
    files = [file.model_dump() for file in original.files]
    schema = next(file for file in files if file["path"] == "feature_schema.json")
    schema["path"] = "renamed.json"
    found = manifest_differences(original, changed(original, files=files))
    assert [text.split(" was ")[0] for text in found.products] == [
        "files.feature_schema.json",
        "files.renamed.json",
    ]
    assert found.products[0].endswith("is absent")


def test_another_order_alone_is_not_equal(original: ModelManifest) -> None:
    rebuilt = changed(original, files=tuple(reversed(original.files)))
    found = manifest_differences(original, rebuilt)
    assert found.products == ("the order of some list in the manifest",)


def test_products_that_answer_alike_are_within_tolerance(original: ModelManifest) -> None:
    rebuilt = other_metric(original)
    found = manifest_differences(original, rebuilt)
    outcome, differences = verdict(original, rebuilt, found, SAME_ANSWERS)
    assert outcome == "equal_within_tolerance"
    assert differences[-1] == (
        "answers to 20 validation photos: the largest gap of a probability is 0.0002, "
        "of a value 0.0001 (relative)"
    )


@pytest.mark.parametrize("answers", [None, AnswerDifferences(0, (), 0.0, 0.0)])
def test_without_answers_nothing_is_within_tolerance(
    answers: AnswerDifferences | None, original: ModelManifest
) -> None:
    rebuilt = other_metric(original)
    found = manifest_differences(original, rebuilt)
    assert verdict(original, rebuilt, found, answers)[0] == "different"


def test_one_answer_beyond_the_tolerances_is_too_many(original: ModelManifest) -> None:
    rebuilt = other_metric(original)
    found = manifest_differences(original, rebuilt)
    answers = AnswerDifferences(20, tuple(f"photo {i}: style differs" for i in range(7)), 0.1, 0.0)
    outcome, differences = verdict(original, rebuilt, found, answers)
    assert outcome == "different"
    assert differences[-1] == "and 2 answers more are beyond the tolerances"


@pytest.mark.parametrize(
    ("threshold", "outcome"), [(0.0005, "equal_within_tolerance"), (0.01, "different")]
)
def test_prediction_sets_count_though_no_answer_shows_them(
    threshold: float, outcome: str, original: ModelManifest
) -> None:
    head, era = original.heads
    sets = PredictionSet(
        level=head.prediction_set.level, threshold=head.prediction_set.threshold + threshold
    )
    rebuilt = changed(original, heads=(head.model_copy(update={"prediction_set": sets}), era))
    found = manifest_differences(original, rebuilt)
    assert verdict(original, rebuilt, found, SAME_ANSWERS)[0] == outcome


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"mass": 0.901}, "equal_within_tolerance"),
        ({"mass": 0.91}, "different"),
        ({"label_share": 0.6}, "different"),
        ({"knots": (1800.0, 2001.0)}, "different"),
    ],
)
def test_a_distribution_counts_by_what_it_learned_from_and_its_mass(
    changes: dict[str, object], outcome: str, original: ModelManifest
) -> None:
    style_head = original.heads[0]
    assert isinstance(style_head, ClassificationHead)
    era = DistributionHead(
        name="era",
        of="style",
        family="linear",
        file="heads/era.onnx",
        unit="year",
        knots=(1800.0, 2000.0),
        by_label=tuple(
            LabelShares(label=name, weight=1.0, shares=(0.0, 1.0)) for name in style_head.labels
        ),
        label_share=0.5,
        level=0.9,
        mass=0.9,
    )
    before = changed(original, heads=(style_head, era))
    after = changed(original, heads=(style_head, era.model_copy(update=changes)))
    found = manifest_differences(before, after)
    assert verdict(before, after, found, SAME_ANSWERS)[0] == outcome


def test_the_largest_gaps_are_found_and_what_is_beyond_is_named() -> None:
    before = [{"style": style(0.9), "era": RegressionAnswer(value=1000, low=900, high=1100)}] * 2
    after = [
        {"style": style(0.9004), "era": RegressionAnswer(value=1000.5, low=900, high=1100)},
        {"style": style(0.8), "era": RegressionAnswer(value=1000, low=900, high=1100)},
    ]
    found = answer_differences(["a", "b"], before, after)
    assert found.photos == 2
    assert found.probability == pytest.approx(0.1)
    assert found.value == pytest.approx(0.0005)
    assert len(found.beyond) == 1
    assert found.beyond[0].startswith("photo b: style gives gothic a probability 0.10000 off")
