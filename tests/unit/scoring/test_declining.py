from typing import Any

import numpy as np
import pytest

from artifacts.records.answers import DecliningAnswer
from artifacts.records.evaluation import DecliningOutcomes
from artifacts.records.manifest import ClassificationHead, DecliningHead, PredictionSet
from features import Extractor, architecture_schema
from scoring import Scorer, UnusableModel
from scoring.metrics import head_metrics
from scoring.proof import differs
from scoring.scorer import answer_of

STYLE = ClassificationHead(
    name="style",
    family="linear",
    file="style",
    labels=("a", "b"),
    temperature=1,
    prediction_set=PredictionSet(level=0.9, threshold=0.1),
)


def head(**changes: Any) -> DecliningHead:
    fields: dict[str, Any] = {
        "name": "declined",
        "of": "style",
        "family": "spread",
        "file": "declined",
        "level": 0.02,
        "limit": 2.5,
        "least_probability": 0.4,
        "pictures": "sha256:" + "0" * 64,
        "pictures_tried": 4,
        "pictures_declined": 3,
    }
    return DecliningHead.model_validate(fields | changes)


@pytest.mark.parametrize(
    ("strangeness", "probability", "declined"),
    [
        (2.5, 0.4, None),
        (2.5001, 0.4, "unfamiliar"),
        (2.5, 0.39999, "none_of_these"),
        (9.0, 0.1, "unfamiliar"),
    ],
)
def test_what_is_equal_to_a_limit_is_answered_and_what_is_beyond_is_not(
    strangeness: float, probability: float, declined: str | None
) -> None:
    found = answer_of(head(), np.array([strangeness, probability]))
    assert found == DecliningAnswer(strangeness=strangeness, declined=declined)


def test_a_scorer_asks_the_file_and_the_likeliest_label(make_onnx) -> None:
    """Strangeness here is the vector's first value."""
    files = {"style": make_onnx(), "declined": make_onnx("logits", labels=1)}
    scorer = Scorer(Extractor(architecture_schema()), (STYLE, head(least_probability=0.6)), files)
    vectors = np.zeros((3, architecture_schema().width), np.float32)
    vectors[1, 0], vectors[2, 0] = 1, 3
    said = [answers["declined"] for answers in scorer.answers(vectors)]
    assert said == [
        DecliningAnswer(strangeness=0, declined="none_of_these"),
        DecliningAnswer(strangeness=1, declined=None),
        DecliningAnswer(strangeness=3, declined="unfamiliar"),
    ]
    assert scorer.scores(vectors[:0])["declined"].shape == (0, 2)


def test_a_head_that_follows_from_labels_that_are_not_there_is_not_opened(make_onnx) -> None:
    files = {"style": make_onnx(), "declined": make_onnx("logits", labels=1)}
    with pytest.raises(UnusableModel, match="mood is no head that names labels"):
        Scorer(Extractor(architecture_schema()), (STYLE, head(of="mood")), files)


def test_shares_of_photos_are_counted_by_reason() -> None:
    outcomes = DecliningOutcomes(
        head="declined",
        strangeness=(1.0, 1.0, 5.0, 1.0),
        declined=(None, "none_of_these", "unfamiliar", None),
    )
    assert head_metrics(outcomes) == {"unfamiliar": 0.25, "none_of_these": 0.25}
    none = DecliningOutcomes(head="declined", strangeness=(), declined=())
    assert head_metrics(none) == {}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (DecliningAnswer(strangeness=2.0, declined=None), None),
        (DecliningAnswer(strangeness=2.001, declined=None), None),
        (DecliningAnswer(strangeness=2.01, declined=None), "strange by 2.01, certified is 2"),
        (DecliningAnswer(strangeness=2.0, declined="unfamiliar"), "unfamiliar, certified is answ"),
    ],
)
def test_a_certificate_holds_for_equal_decisions_and_nearly_equal_numbers(
    found: DecliningAnswer, said: str | None
) -> None:
    reason = differs(DecliningAnswer(strangeness=2.0, declined=None), found)
    assert reason is None if said is None else said in str(reason)
