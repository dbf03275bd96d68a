"""Policy: what a model must show before it may be released. One YAML file a model, in policies/."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from artifacts.records.manifest import ModelName
from artifacts.records.record import Record
from delivery.domain.metrics import METRICS, Limit, limit_of

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
MetricName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}\.[a-z0-9_]{1,39}$")]
Reason = Annotated[str, Field(min_length=20)]


class HoldoutSize(Record):
    """How many photos and building groups a holdout needs before numbers over it mean anything."""

    min_photos: Annotated[int, Field(ge=1)]
    min_groups: Annotated[int, Field(ge=2)]


class Floor(Record):
    """A limit that a metric must keep, with who-knows-why: the reason and the day of decision."""

    id: Id
    metric: MetricName
    at_least: Annotated[float, Field(gt=0)] | None = None
    at_most: Annotated[float, Field(ge=0)] | None = None
    reason: Reason
    decided_on: date

    @model_validator(mode="after")
    def _limits_the_worse_side(self) -> "Floor":
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError(f"{self.id}: give exactly one of at_least and at_most")
        limit = limit_of(self.metric)
        if limit is None:
            raise ValueError(f"{self.metric} is no metric; there are {', '.join(METRICS)}")
        if limit != self.side:
            raise ValueError(f"{self.id}: {self.metric} is limited by {limit}, not by {self.side}")
        return self

    @property
    def side(self) -> Limit:
        """Which side is limited."""
        return "at_most" if self.at_least is None else "at_least"

    @property
    def limit(self) -> float:
        """The limit itself, in the metric's own unit."""
        limits = [limit for limit in (self.at_least, self.at_most) if limit is not None]
        return limits[0]

    def holds(self, value: float) -> bool:
        """Whether a value keeps the limit; a value equal to it does."""
        return value >= self.limit if self.side == "at_least" else value <= self.limit


class NonInferiority(Record):
    """How much worse than the champion a candidate may be, and how sure of it we want to be.

    `confidence` is one-sided. A margin above 0.1 would let nearly anything pass, so there is none.
    """

    metric: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}\.accuracy$")]
    margin: Annotated[float, Field(ge=0, le=0.1)]
    confidence: Annotated[float, Field(ge=0.9, lt=1)]
    resamples: Annotated[int, Field(ge=1000, le=20_000)]
    seed: Annotated[int, Field(ge=0)]
    reason: Reason
    decided_on: date


class Policy(Record):
    """All rules of one model."""

    kind: Literal["model_policy"]
    model: ModelName
    holdout: HoldoutSize
    floors: Annotated[tuple[Floor, ...], Field(min_length=1)]
    non_inferiority: NonInferiority

    @model_validator(mode="after")
    def _distinct(self) -> "Policy":
        ids = [floor.id for floor in self.floors]
        if twice := sorted({i for i in ids if ids.count(i) > 1}):
            raise ValueError(f"a floor stands twice: {', '.join(twice)}")
        return self
