"""Evaluation: what an artifact answered on every photo of a split, beside the truth.

Columns, not rows: a holdout of 1,500 photos and 25 labels is 40,000 numbers.
"""

from typing import Annotated, Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from artifacts.digests import Digest
from artifacts.records.answers import Declined
from artifacts.records.manifest import HeadName
from artifacts.records.record import Record

UNKNOWN_SLICE = "unknown"
"""The slice of a photo that has no value of a dimension."""

Probability = Annotated[float, Field(ge=0, le=1)]


class ClassificationOutcomes(Record):
    """For each photo the true label's index (None: unknown) and each label's probability.

    Labels of at least `set_threshold`, and the likeliest, are the prediction set.
    """

    head: HeadName
    labels: tuple[str, ...]
    set_threshold: Probability
    truths: tuple[Annotated[int, Field(ge=0)] | None, ...]
    probabilities: tuple[tuple[Probability, ...], ...]

    @model_validator(mode="after")
    def _fits(self) -> "ClassificationOutcomes":
        width = len(self.labels)
        if any(len(row) != width for row in self.probabilities):
            raise ValueError(f"a row of probabilities isn't {width} long")
        if any(truth is not None and truth >= width for truth in self.truths):
            raise ValueError("a truth is not the index of a label")
        return self


class RegressionOutcomes(Record):
    """For each photo the true value (None: unknown), the answered value and its interval."""

    head: HeadName
    unit: str
    truths: tuple[float | None, ...]
    values: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]


class DecliningOutcomes(Record):
    """For each photo how strange it is, and why it was declined (None: it wasn't)."""

    head: HeadName
    strangeness: tuple[float, ...]
    declined: tuple[Declined | None, ...]


class Evaluation(Record):
    """Outcomes of one model over one split; `model` is None before an artifact is packaged."""

    model: Digest | None
    photo_manifest: Digest
    split: str
    split_digest: Digest
    photos: tuple[Digest, ...]
    groups: tuple[str, ...]
    slices: dict[str, tuple[str, ...]]
    classification: tuple[ClassificationOutcomes, ...]
    regression: tuple[RegressionOutcomes, ...]
    declining: tuple[DecliningOutcomes, ...] = ()

    @model_serializer(mode="wrap")
    def _written(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what no head says, so that evaluations of earlier models keep their digest."""
        written: dict[str, Any] = handler(self)
        return {name: value for name, value in written.items() if name != "declining" or value}

    @model_validator(mode="after")
    def _equally_long(self) -> "Evaluation":
        columns: list[tuple[object, ...]] = [self.groups, *self.slices.values()]
        columns += [column for o in self.classification for column in (o.truths, o.probabilities)]
        columns += [c for o in self.regression for c in (o.truths, o.values, o.lows, o.highs)]
        columns += [column for o in self.declining for column in (o.strangeness, o.declined)]
        if any(len(column) != len(self.photos) for column in columns):
            raise ValueError(f"a column isn't as long as the list of {len(self.photos)} photos")
        return self
