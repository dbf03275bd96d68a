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


Answer = Annotated[ClassificationAnswer | RegressionAnswer, Field(discriminator="kind")]
