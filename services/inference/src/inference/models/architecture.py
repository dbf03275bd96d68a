"""The model `architecture`: photo in, architectural style and era out."""

import math
from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from artifacts.records.answers import (
    Answer,
    ClassificationAnswer,
    DecliningAnswer,
    RegressionAnswer,
)
from artifacts.records.manifest import (
    ClassificationHead,
    ModelManifest,
    NumberHead,
    PeriodsHead,
)
from inference.domain.prediction import Closed, Prediction
from inference.errors import ModelFailed, ModelUnfit
from inference.models.plugin import ModelPlugin
from scoring.labels import label_sets

STYLE, ERA, DECLINED, YEAR = "style", "era", "declined", "year"
_ERAS: tuple[dict[str, str], ...] = (
    {ERA: "distribution"},
    {ERA: "regression"},
    {ERA: "periods"},
    {},
)
_TOP = 3


DeclineReason = Literal["not_a_building", "none_of_these"]
EraOrigin = Literal["learned", "from the styles' periods"]


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


class StyleSet(Closed):
    """The styles among which the true one is as often as the level says."""

    level: Annotated[
        float,
        Field(description="Share of photos whose true style the set is made to hold, 0 to 1"),
    ]
    labels: Annotated[tuple[str, ...], Field(min_length=1, examples=[["gothic", "romanesque"]])]


class StyleAnswer(StyleProbability):
    """The likeliest style, the set that holds the true one, and all, likeliest first."""

    prediction_set: StyleSet
    probabilities: tuple[StyleProbability, ...]


class EraAnswer(Closed):
    """When it was built: a year (negative before Christ) within an interval of a level."""

    year: int
    year_low: int
    year_high: int
    level: Annotated[
        float,
        Field(
            description="Share of buildings whose year the interval is made to hold. Of an era "
            "from the styles' periods: at least that share of the periods, weighed by how "
            "probable their styles are"
        ),
    ]
    origin: Annotated[
        EraOrigin,
        Field(
            description="`learned`: from photos whose year is known. `from the styles' periods`: "
            "from the times in which the likely styles were built, so it says no more than they do"
        ),
    ]


class DeclinedAnswer(Closed):
    """Why there is no style and no era, and the numbers that say so."""

    reason: Annotated[
        DeclineReason,
        Field(
            description="`not_a_building`: the photo is unlike all photos of buildings that the "
            "model learned from. `none_of_these`: it is like them, and no style is likely"
        ),
    ]
    strangeness: Annotated[
        float, Field(ge=0, description="1 in the mean over the photos learned from")
    ]
    limit: Annotated[float, Field(description="Stranger photos are `not_a_building`")]
    probability: Annotated[float, Field(ge=0, le=1, description="Of the likeliest style")]
    least_probability: Annotated[
        float, Field(ge=0, le=1, description="Less than this is `none_of_these`")
    ]
    level: Annotated[
        float, Field(description="Share of buildings that each reason may decline at most")
    ]


class ArchitecturePrediction(Prediction):
    """The style and the era of the building on a photo, or why there is none."""

    declined: Annotated[
        DeclinedAnswer | None,
        Field(description="null where there is an answer; then `style` is one"),
    ]
    style: Annotated[StyleAnswer | None, Field(description="null where the photo is declined")]
    era: Annotated[
        EraAnswer | None,
        Field(
            description="null where the photo is declined, or this model was trained without an era"
        ),
    ]


def check_heads(manifest: ModelManifest) -> None:
    """Raise ModelUnfit unless the heads are a style and, where there is one, an era in years."""
    kinds = {head.name: head.kind for head in manifest.heads}
    if kinds.get(DECLINED) == "declining":
        del kinds[DECLINED]
    if kinds.pop(STYLE, "") != "classification" or kinds not in _ERAS:
        found = ", ".join(f"{head.name} ({head.kind})" for head in manifest.heads)
        raise ModelUnfit(
            f"its heads are {found}, expected style (classification), era (distribution, "
            "regression or periods, or none) and declined (declining, or none)"
        )
    era = _era_head(manifest)
    if era is not None and era.unit != YEAR:
        raise ModelUnfit(f"its era is in {era.unit}, expected {YEAR}")


def answer_of(
    stamp: Prediction, answers: Mapping[str, Answer], manifest: ModelManifest
) -> ArchitecturePrediction:
    """Return the prediction of a photo from the answers of its heads."""
    style, head = answers[STYLE], _era_head(manifest)
    era = None if head is None else answers[ERA]
    if not isinstance(style, ClassificationAnswer) or not isinstance(era, RegressionAnswer | None):
        raise ModelFailed("a head answered in another kind than its manifest says")
    if declined := _declined(answers, style, manifest):
        return ArchitecturePrediction(**dict(stamp), declined=declined, style=None, era=None)
    return ArchitecturePrediction(
        **dict(stamp),
        declined=None,
        style=_style_of(style, manifest),
        era=None if head is None or era is None else _era_of(era, head),
    )


def label_of(prediction: Prediction) -> str:
    """Return the predicted style, or why there is none."""
    own = _own(prediction)
    return own.style.label if own.style else _reason(own)


def probability_of(prediction: Prediction) -> float | None:
    """Return how probable the predicted style is; None where the photo was declined."""
    style = _own(prediction).style
    return style.probability if style else None


def cells(prediction: Prediction) -> tuple[str, ...]:
    """Return the cells of a row of the batch table, in the order of the columns."""
    own = _own(prediction)
    if own.style is None:
        blank = ("",) * (len(_COLUMNS) - 2)
        return (*blank, _reason(own), own.vector_digest)
    top = [(item.label, repr(item.probability)) for item in own.style.probabilities[:_TOP]]
    top += [("", "")] * (_TOP - len(top))
    era = own.era
    years = (era.year, era.year_low, era.year_high, era.origin) if era else ("",) * 4
    return (
        own.style.label,
        repr(own.style.probability),
        *map(str, years),
        *(cell for pair in top for cell in pair),
        ";".join(own.style.prediction_set.labels),
        "",
        own.vector_digest,
    )


def _own(prediction: Prediction) -> ArchitecturePrediction:
    if not isinstance(prediction, ArchitecturePrediction):
        raise TypeError(f"{type(prediction).__name__} is no prediction of this model")
    return prediction


def _reason(own: ArchitecturePrediction) -> str:
    return own.declined.reason if own.declined else ""


def _declined(
    answers: Mapping[str, Answer], style: ClassificationAnswer, manifest: ModelManifest
) -> DeclinedAnswer | None:
    head, said = manifest.declining, answers.get(DECLINED)
    if head is None or not isinstance(said, DecliningAnswer) or said.declined is None:
        return None
    return DeclinedAnswer(
        reason="not_a_building" if said.declined == "unfamiliar" else "none_of_these",
        strangeness=said.strangeness,
        limit=head.limit,
        probability=style.probability,
        least_probability=head.least_probability,
        level=head.level,
    )


def _era_head(manifest: ModelManifest) -> NumberHead | None:
    numbers = (h for h in manifest.heads if isinstance(h, NumberHead))
    return next((head for head in numbers if head.name == ERA), None)


def _style_of(answer: ClassificationAnswer, manifest: ModelManifest) -> StyleAnswer:
    return StyleAnswer(
        label=answer.label,
        probability=answer.probability,
        prediction_set=_set_of(answer, manifest),
        probabilities=tuple(
            StyleProbability(label=item.label, probability=item.probability)
            for item in answer.ranking
        ),
    )


def _set_of(answer: ClassificationAnswer, manifest: ModelManifest) -> StyleSet:
    head = next(head for head in manifest.heads if isinstance(head, ClassificationHead))
    chances = np.array([[item.probability for item in answer.ranking]])
    inside = label_sets(chances, head.prediction_set.threshold)[0]
    labels = [item.label for item, within in zip(answer.ranking, inside, strict=True) if within]
    return StyleSet(level=head.prediction_set.level, labels=tuple(labels))


def _era_of(answer: RegressionAnswer, head: NumberHead) -> EraAnswer:
    # The ends are rounded outwards: an interval made narrower would hold less than its level.
    return EraAnswer(
        year=round(answer.value),
        year_low=math.floor(answer.low),
        year_high=math.ceil(answer.high),
        level=head.level,
        origin="from the styles' periods" if isinstance(head, PeriodsHead) else "learned",
    )


_COLUMNS = (
    "style",
    "probability",
    "year",
    "year_low",
    "year_high",
    "year_origin",
    *(name for i in range(1, _TOP + 1) for name in (f"top{i}", f"top{i}_probability")),
    "style_set",
    "declined",
    "vector_digest",
)
ARCHITECTURE = ModelPlugin(
    name="architecture",
    request=PhotoRequest,
    answer=ArchitecturePrediction,
    answer_of=answer_of,
    check=check_heads,
    label_of=label_of,
    probability_of=probability_of,
    columns=_COLUMNS,
    cells=cells,
)
