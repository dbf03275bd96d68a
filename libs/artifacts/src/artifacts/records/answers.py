"""What a model says of one photo, head by head."""

from typing import Annotated, Literal

from pydantic import Field

from artifacts.records.record import Record


class LabelProbability(Record):
    """A label and its quantised probability (0 to 1)."""

    label: str
    probability: Annotated[float, Field(ge=0, le=1)]


class ClassificationAnswer(Record):
    """The labels of a classification head, likeliest first; the first is the answer."""

    kind: Literal["classification"] = "classification"
    ranking: Annotated[tuple[LabelProbability, ...], Field(min_length=2)]

    @property
    def label(self) -> str:
        """The likeliest label."""
        return self.ranking[0].label

    @property
    def probability(self) -> float:
        """The probability of the likeliest label."""
        return self.ranking[0].probability


class RegressionAnswer(Record):
    """The value of a regression head with its interval, in the head's unit."""

    kind: Literal["regression"] = "regression"
    value: float
    low: float
    high: float


Declined = Literal["unfamiliar", "none_of_these"]
"""Why a model has no answer: the input is unlike all that it learned from, or is like it, and no
label is likely enough."""


class DecliningAnswer(Record):
    """Whether the other heads' answers count, or why they don't.

    `strangeness` is how far from all that was learned from an input is, 1 in the mean of that.
    """

    kind: Literal["declining"] = "declining"
    strangeness: Annotated[float, Field(ge=0)]
    declined: Declined | None


Answer = Annotated[
    ClassificationAnswer | RegressionAnswer | DecliningAnswer, Field(discriminator="kind")
]
