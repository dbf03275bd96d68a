import pytest
from pydantic import ValidationError
from support.tiny_artifact import tiny_artifact

from artifacts.records.answers import (
    ClassificationAnswer,
    DecliningAnswer,
    LabelProbability,
    RegressionAnswer,
)
from artifacts.records.manifest import DecliningHead
from inference.domain.prediction import ModelName, Prediction
from inference.errors import ModelFailed, ModelUnfit, ModelUnknown
from inference.models import find_plugin
from inference.models.architecture import ARCHITECTURE, PhotoRequest

DIGEST = "sha256:" + "0" * 64
STAMP = Prediction(
    prediction_id="an-id",
    model=ModelName(name="architecture", digest=DIGEST),
    feature_schema=DIGEST,
    vector_digest=DIGEST,
)
STYLE = ClassificationAnswer(
    ranking=(
        LabelProbability(label="gothic", probability=0.7),
        LabelProbability(label="baroque", probability=0.3),
    )
)
ERA = RegressionAnswer(value=1234.4, low=1200.9, high=1300.1)
MANIFEST, _ = tiny_artifact()
BOTH = ("gothic", "baroque")


def predict(style=STYLE, era=ERA):
    return ARCHITECTURE.answer_of(STAMP, {"style": style, "era": era}, MANIFEST)


def test_style_is_the_likeliest_label_with_all_labels_behind_it():
    style = predict().style
    assert (style.label, style.probability) == ("gothic", 0.7)
    assert [item.label for item in style.probabilities] == ["gothic", "baroque"]


@pytest.mark.parametrize(
    ("threshold", "labels"),
    [(0.3, ("gothic", "baroque")), (0.30001, ("gothic",)), (0.9, ("gothic",)), (0.0, BOTH)],
)
def test_the_set_holds_every_style_from_the_threshold_on_and_the_answer_always(threshold, labels):
    head = MANIFEST.heads[0]
    sets = head.prediction_set.model_copy(update={"threshold": threshold})
    heads = (head.model_copy(update={"prediction_set": sets}), *MANIFEST.heads[1:])
    manifest = MANIFEST.model_copy(update={"heads": heads})
    found = ARCHITECTURE.answer_of(STAMP, {"style": STYLE, "era": ERA}, manifest)
    assert found.style.prediction_set.labels == labels
    assert found.style.prediction_set.level == sets.level
    assert ARCHITECTURE.cells(found)[ARCHITECTURE.columns.index("style_set")] == ";".join(labels)


def test_interval_is_rounded_outwards_and_the_year_to_the_nearest():
    """A narrower interval would hold fewer buildings than its level says."""
    assert predict().era.model_dump() == {
        "year": 1234,
        "year_low": 1200,
        "year_high": 1301,
        "level": 0.9,
        "origin": "learned",
    }


def test_years_before_christ_are_rounded_outwards_too():
    era = predict(era=RegressionAnswer(value=-500.6, low=-600.5, high=-450.5)).era
    assert (era.year, era.year_low, era.year_high) == (-501, -601, -450)


def test_a_prediction_keeps_its_stamp():
    assert {**dict(STAMP)}.items() <= dict(predict()).items()


def test_a_head_of_another_kind_is_the_models_failure():
    with pytest.raises(ModelFailed):
        predict(style=ERA)


def test_cells_follow_the_columns_and_blank_what_there_is_not():
    row = dict(zip(ARCHITECTURE.columns, ARCHITECTURE.cells(predict()), strict=True))
    assert row["top2"] == "baroque"
    assert (row["top3"], row["top3_probability"]) == ("", "")
    assert row["probability"] == row["top1_probability"] == repr(0.7)
    assert (row["year"], row["year_low"], row["year_high"]) == ("1234", "1200", "1301")


def test_columns_are_those_that_parity_reads():
    assert ",".join(("path", *ARCHITECTURE.columns, "error")) == (
        "path,style,probability,year,year_low,year_high,year_origin,top1,top1_probability,top2,"
        "top2_probability,top3,top3_probability,style_set,declined,vector_digest,error"
    )


def test_cells_of_another_models_prediction_are_a_mistake_of_the_caller():
    with pytest.raises(TypeError):
        ARCHITECTURE.cells(STAMP)


@pytest.mark.parametrize(
    "heads",
    [
        MANIFEST.heads[1:],
        (MANIFEST.heads[0], MANIFEST.heads[1].model_copy(update={"name": "age"})),
        (MANIFEST.heads[0], MANIFEST.heads[1].model_copy(update={"unit": "century"})),
        (MANIFEST.heads[0], MANIFEST.heads[0].model_copy(update={"name": "era"})),
    ],
)
def test_a_manifest_with_other_heads_is_refused(heads):
    with pytest.raises(ModelUnfit):
        ARCHITECTURE.check(MANIFEST.model_copy(update={"heads": heads}))


DECLINES = DecliningHead(
    name="declined",
    of="style",
    family="spread",
    file="heads/declined.onnx",
    level=0.02,
    limit=3.5,
    least_probability=0.1,
    pictures=DIGEST,
    pictures_tried=14,
    pictures_declined=13,
)
DECLINING = MANIFEST.model_copy(update={"heads": (*MANIFEST.heads, DECLINES)})


def decline(reason):
    said = DecliningAnswer(strangeness=4.25, declined=reason)
    answers = {"style": STYLE, "era": ERA, "declined": said}
    return ARCHITECTURE.answer_of(STAMP, answers, DECLINING)


@pytest.mark.parametrize(
    ("reason", "said"), [("unfamiliar", "not_a_building"), ("none_of_these", "none_of_these")]
)
def test_a_declined_photo_has_no_style_and_no_year_and_says_why_with_its_numbers(reason, said):
    found = decline(reason)
    assert (found.style, found.era) == (None, None)
    assert found.declined.model_dump() == {
        "reason": said,
        "strangeness": 4.25,
        "limit": 3.5,
        "probability": 0.7,
        "least_probability": 0.1,
        "level": 0.02,
    }
    assert (ARCHITECTURE.label_of(found), ARCHITECTURE.probability_of(found)) == (said, None)
    row = dict(zip(ARCHITECTURE.columns, ARCHITECTURE.cells(found), strict=True))
    assert {name: cell for name, cell in row.items() if cell} == {
        "declined": said,
        "vector_digest": DIGEST,
    }


def test_a_photo_that_is_not_declined_is_answered_as_by_a_model_that_declines_nothing():
    assert decline(None) == predict()
    assert predict().declined is None


def test_a_head_that_declines_is_welcome_under_its_own_name_alone():
    ARCHITECTURE.check(DECLINING)
    other = DECLINES.model_copy(update={"name": "doubted"})
    with pytest.raises(ModelUnfit, match="doubted"):
        ARCHITECTURE.check(MANIFEST.model_copy(update={"heads": (*MANIFEST.heads, other)}))


def test_a_request_knows_one_field_only():
    with pytest.raises(ValidationError):
        PhotoRequest.model_validate({"photo": "", "label": "gothic"})


def test_an_unknown_model_is_refused_with_the_names_of_those_known():
    with pytest.raises(ModelUnknown, match=r"fraud.*architecture"):
        find_plugin("fraud")
