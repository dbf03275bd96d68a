"""The model `architecture`: photo in, architectural style and era out."""

import math
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from artifacts.records.answers import Answer, ClassificationAnswer, RegressionAnswer
from artifacts.records.manifest import ClassificationHead, ModelManifest, RegressionHead
from inference.domain.prediction import Closed, Prediction
from inference.errors import ModelFailed, ModelUnfit
from inference.models.plugin import ModelPlugin

STYLE, ERA, YEAR = "style", "era", "year"
_TOP = 3


class PhotoRequest(Closed):
    """A request as JSON."""

    photo: Annotated[
        str,
        Field(
            description="The bytes of a JPEG, PNG or WebP file in base64 (RFC 4648)",
            json_schema_extra={"contentEncoding": "base64"},
        ),
    ]


class StyleProbability(Closed):
    """A style and how probable it is."""

    label: Annotated[str, Field(examples=["gothic"])]
    probability: Annotated[float, Field(ge=0, le=1)]


class StyleAnswer(StyleProbability):
    """The likeliest style, and all of them, likeliest first."""

    probabilities: tuple[StyleProbability, ...]


class EraAnswer(Closed):
    """When it was built: a year (negative before Christ) within an interval of a level."""

    year: int
    year_low: int
    year_high: int
    level: Annotated[
        float, Field(description="Share of buildings whose year the interval is made to hold")
    ]


class ArchitecturePrediction(Prediction):
    """The style and the era of the building on a photo."""

    style: StyleAnswer
    era: EraAnswer


def check_heads(manifest: ModelManifest) -> None:
    """Raise ModelUnfit unless the heads are a style and an era in years."""
    expected: dict[str, type[object]] = {STYLE: ClassificationHead, ERA: RegressionHead}
    if {head.name: type(head) for head in manifest.heads} != expected:
        found = ", ".join(f"{head.name} ({head.kind})" for head in manifest.heads)
        raise ModelUnfit(
            f"its heads are {found}, expected style (classification), era (regression)"
        )
    if (unit := _era_head(manifest).unit) != YEAR:
        raise ModelUnfit(f"its era is in {unit}, expected {YEAR}")


def answer_of(
    stamp: Prediction, answers: Mapping[str, Answer], manifest: ModelManifest
) -> ArchitecturePrediction:
    """Return the prediction of a photo from the answers of its heads."""
    style, era = answers[STYLE], answers[ERA]
    if not isinstance(style, ClassificationAnswer) or not isinstance(era, RegressionAnswer):
        raise ModelFailed("a head answered in another kind than its manifest says")
    return ArchitecturePrediction(
        **dict(stamp), style=_style_of(style), era=_era_of(era, _era_head(manifest).interval.level)
    )


def label_of(prediction: Prediction) -> str:
    """Return the predicted style."""
    return _own(prediction).style.label


def probability_of(prediction: Prediction) -> float:
    """Return how probable the predicted style is."""
    return _own(prediction).style.probability


def cells(prediction: Prediction) -> tuple[str, ...]:
    """Return the cells of a row of the batch table, in the order of the columns."""
    own = _own(prediction)
    top = [(item.label, repr(item.probability)) for item in own.style.probabilities[:_TOP]]
    top += [("", "")] * (_TOP - len(top))
    years = (own.era.year, own.era.year_low, own.era.year_high)
    return (
        own.style.label,
        repr(own.style.probability),
        *(str(year) for year in years),
        *(cell for pair in top for cell in pair),
        own.vector_digest,
    )


def _own(prediction: Prediction) -> ArchitecturePrediction:
    if not isinstance(prediction, ArchitecturePrediction):
        raise TypeError(f"{type(prediction).__name__} is no prediction of this model")
    return prediction


def _era_head(manifest: ModelManifest) -> RegressionHead:
    head = manifest.head(ERA)
    if not isinstance(head, RegressionHead):
        raise ModelUnfit(f"its head {ERA} is no regression")
    return head


def _style_of(answer: ClassificationAnswer) -> StyleAnswer:
    return StyleAnswer(
        label=answer.label,
        probability=answer.probability,
        probabilities=tuple(
            StyleProbability(label=item.label, probability=item.probability)
            for item in answer.ranking
        ),
    )


def _era_of(answer: RegressionAnswer, level: float) -> EraAnswer:
    # The ends are rounded outwards: an interval made narrower would hold less than its level.
    return EraAnswer(
        year=round(answer.value),
        year_low=math.floor(answer.low),
        year_high=math.ceil(answer.high),
        level=level,
    )


ARCHITECTURE = ModelPlugin(
    name="architecture",
    request=PhotoRequest,
    answer=ArchitecturePrediction,
    answer_of=answer_of,
    check=check_heads,
    label_of=label_of,
    probability_of=probability_of,
    columns=(
        "style",
        "probability",
        "year",
        "year_low",
        "year_high",
        *(name for i in range(1, _TOP + 1) for name in (f"top{i}", f"top{i}_probability")),
        "vector_digest",
    ),
    cells=cells,
)
