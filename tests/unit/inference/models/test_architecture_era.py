"""What the service says of an era: where it comes from, or that there is none."""

import numpy as np
import pytest
from support.tiny_artifact import LABELS, tiny_artifact

from artifacts.records.answers import ClassificationAnswer, LabelProbability, RegressionAnswer
from artifacts.records.manifest import DistributionHead, LabelPeriod, LabelShares, PeriodsHead
from inference.domain.prediction import ModelName, Prediction
from inference.domain.release import describe_model
from inference.errors import ModelFailed, ModelUnfit
from inference.models.architecture import ARCHITECTURE, ArchitecturePrediction
from scoring.distributions import distribution_answer
from scoring.periods import periods_answer

DIGEST = "sha256:" + "0" * 64
STAMP = Prediction(
    prediction_id="an-id",
    model=ModelName(name="architecture", digest=DIGEST),
    feature_schema=DIGEST,
    vector_digest=DIGEST,
)
LEARNED, _ = tiny_artifact()
SPANS = tuple(
    LabelPeriod(label=label, first=1000 + 100 * i, last=1100 + 100 * i)
    for i, label in enumerate(LABELS)
)
ERA = PeriodsHead(
    name="era", of="style", unit="year", periods=SPANS, level=0.9, mass=0.95, known=9, held=9
)
PERIODS = LEARNED.model_copy(update={"heads": (LEARNED.heads[0], ERA)})
DISTRIBUTION = DistributionHead(
    name="era",
    of="style",
    family="linear",
    file="heads/era.onnx",
    unit="year",
    knots=(1000.0, 1100.0),
    by_label=tuple(LabelShares(label=label, weight=1.0, shares=(0.0, 1.0)) for label in LABELS),
    label_share=0.5,
    level=0.9,
    mass=0.9,
)
DISTRIBUTED = LEARNED.model_copy(update={"heads": (LEARNED.heads[0], DISTRIBUTION)})
OFF = LEARNED.model_copy(update={"heads": LEARNED.heads[:1]})
STYLE = ClassificationAnswer(
    ranking=tuple(
        LabelProbability(label=label, probability=p)
        for label, p in zip(LABELS, np.eye(len(LABELS))[0], strict=True)
    )
)


def predict(manifest, **answers):
    return ARCHITECTURE.answer_of(STAMP, {"style": STYLE, **answers}, manifest)


def from_periods():
    return predict(PERIODS, era=periods_answer(ERA, np.eye(len(LABELS))[0]))


def test_an_era_from_periods_says_so():
    era = from_periods().era
    assert era.origin == "from the styles' periods"
    assert (era.year, era.year_low, era.year_high, era.level) == (1050, 1002, 1098, 0.9)


def test_an_era_from_a_distribution_was_learned():
    answer = distribution_answer(DISTRIBUTION, np.array([0.0, 1.0]))
    era = predict(DISTRIBUTED, era=answer).era
    assert era.origin == "learned"
    assert (era.year, era.year_low, era.year_high, era.level) == (1050, 1000, 1090, 0.9)
    served = describe_model(DISTRIBUTED).heads[1]
    assert (served.kind, served.family, served.level) == ("regression", "linear", 0.9)


def test_a_model_whose_era_is_off_answers_without_one():
    assert predict(OFF).era is None
    assert predict(OFF).model_dump(mode="json")["era"] is None


def test_the_table_has_a_cell_for_where_the_year_comes_from():
    rows = [
        dict(zip(ARCHITECTURE.columns, ARCHITECTURE.cells(found), strict=True))
        for found in (from_periods(), predict(OFF))
    ]
    assert [row["year_origin"] for row in rows] == ["from the styles' periods", ""]
    assert [row["year"] for row in rows] == ["1050", ""]
    assert rows[1]["top1"] == LABELS[0]


@pytest.mark.parametrize("manifest", [LEARNED, DISTRIBUTED, PERIODS, OFF])
def test_a_model_with_a_style_and_an_era_of_any_kind_or_none_is_served(manifest):
    ARCHITECTURE.check(manifest)


@pytest.mark.parametrize(
    "heads",
    [
        (ERA,),
        (LEARNED.heads[0], ERA.model_copy(update={"unit": "century"})),
        (LEARNED.heads[0], ERA.model_copy(update={"name": "age"})),
        (*LEARNED.heads, ERA.model_copy(update={"name": "age"})),
    ],
)
def test_other_heads_are_refused(heads):
    with pytest.raises(ModelUnfit):
        ARCHITECTURE.check(LEARNED.model_copy(update={"heads": heads}))


def test_an_era_that_answers_as_a_style_is_the_models_failure():
    with pytest.raises(ModelFailed):
        predict(PERIODS, era=STYLE)


def test_the_schema_of_answers_says_where_an_era_comes_from_and_that_there_may_be_none():
    schema = ArchitecturePrediction.model_json_schema()
    assert {"type": "null"} in schema["properties"]["era"]["anyOf"]
    origin = schema["$defs"]["EraAnswer"]["properties"]["origin"]
    assert origin["enum"] == ["learned", "from the styles' periods"]


def test_a_running_release_names_a_head_of_periods_by_what_it_follows_from():
    era = describe_model(PERIODS).heads[1]
    assert era.model_dump() == {
        "kind": "periods",
        "name": "era",
        "of": "style",
        "unit": "year",
        "level": 0.9,
    }


def test_a_learned_era_is_told_to_be_learned():
    era = predict(LEARNED, era=RegressionAnswer(value=1234.4, low=1200.9, high=1300.1)).era
    assert era.origin == "learned"
