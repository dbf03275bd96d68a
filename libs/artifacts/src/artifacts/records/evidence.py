"""Evidence: all that the judge measured of one model over the pinned holdout.

Nothing in it came with the candidate. Shares, accuracies and probabilities are 0 to 1.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from artifacts.digests import Digest
from artifacts.records.manifest import HeadName
from artifacts.records.record import Part, Record

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
MetricName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}\.[a-z0-9_]{1,39}$")]
"""`<head>.<metric>`: style.accuracy, era.median_absolute_error."""
Text = Annotated[str, Field(min_length=1, max_length=300)]


class Estimate(Part):
    """A measured value and its interval over resampled building groups.

    The bounds are None where some resample had nothing to measure: then the value may not be
    trusted to any stated degree, and a rule that judges a bound has none.
    """

    value: float
    low: float | None
    high: float | None


class Method(Part):
    """How intervals were made: two-sided `confidence`, cluster bootstrap over building groups."""

    confidence: Annotated[float, Field(gt=0, lt=1)]
    resamples: Annotated[int, Field(ge=1)]
    seed: Count


class Confusion(Part):
    """How often each label (row) was answered with each label (column)."""

    head: HeadName
    labels: tuple[str, ...]
    counts: tuple[tuple[Count, ...], ...]

    @model_validator(mode="after")
    def _square(self) -> "Confusion":
        if {len(self.counts), *map(len, self.counts)} != {len(self.labels)}:
            raise ValueError(f"the table isn't {len(self.labels)} by {len(self.labels)}")
        return self


class ReliabilityBin(Part):
    """Photos whose answer's probability lies from `low` to `high`; both means None if none do."""

    low: Share
    high: Share
    photos: Count
    confidence: Share | None
    accuracy: Share | None


class Reliability(Part):
    """How often answers of a stated probability are right."""

    head: HeadName
    bins: tuple[ReliabilityBin, ...]


class Slice(Part):
    """Quality over the photos that share one value of a slice dimension."""

    dimension: Text
    name: Text
    photos: Count
    groups: Count
    metrics: dict[MetricName, Estimate]


class SliceGap(Part):
    """A metric's difference between a dimension's best and worst slice, of those large enough."""

    dimension: Text
    metric: MetricName
    best: Text
    worst: Text
    min_photos: Count
    gap: Estimate


class Robustness(Part):
    """Accuracy over the same photos as they are and made worse; `drop` is clean minus corrupted."""

    head: HeadName
    corruption: Text
    severity: Annotated[int, Field(ge=1, le=5)]
    setting: Text
    photos: Count
    clean_accuracy: Share
    accuracy: Share
    drop: Estimate


class NearDuplicate(Part):
    """A holdout photo and a photo of another split that look alike, `bits` of 256 apart."""

    holdout: Digest
    other: Digest
    split: Literal["train", "validation"]
    bits: Annotated[int, Field(ge=0, le=256)]


class SourceClassifier(Part):
    """How well the source of a photo can be told from its features, by grouped cross-validation."""

    sources: Count
    photos: Count
    balanced_accuracy: Share
    chance: Share


class Leakage(Part):
    """Ways in which holdout accuracy could be something else than knowledge of the truth.

    `label_from_source` is the accuracy of naming each source's commonest label of the train split;
    `commonest` that of always naming the train split's commonest label. `shuffled_labels` are
    holdout accuracies of probes that were trained on labels shuffled between building groups.
    """

    within_bits: Count
    photos_compared: Count
    near_duplicates: tuple[NearDuplicate, ...]
    label_from_source: Estimate
    commonest: Share
    source_classifier: SourceClassifier | None
    shuffled_labels: tuple[Share, ...]


class LabelDoubt(Part):
    """A photo whose label the model doubts: a line of a list for people to review."""

    photo: Digest
    given: str
    suggested: str
    quality: Share


class Resources(Part):
    """What the artifact costs, measured where it was judged, on one core."""

    size_bytes: Count
    load_seconds: Annotated[float, Field(ge=0)]
    photos_timed: Count
    latency_median_ms: Annotated[float, Field(ge=0)]
    latency_p95_ms: Annotated[float, Field(ge=0)]


class SplitSummary(Part):
    """What a split of the photo manifest holds; counts by label, source and licence are photos."""

    split: Literal["train", "validation", "holdout"]
    photos: Count
    groups: Count
    photos_with_year: Count
    labels: dict[str, Count]
    label_groups: dict[str, Count]
    sources: dict[str, Count]
    licences: dict[str, Count]


class Evidence(Record):
    """Everything measured of one model. `measured_by` is the digest of the measuring code."""

    model: Digest
    photo_manifest: Digest
    holdout: Digest
    measured_by: Digest
    method: Method
    photos: Count
    groups: Count
    metrics: dict[MetricName, Estimate]
    confusions: tuple[Confusion, ...]
    reliability: tuple[Reliability, ...]
    slices: tuple[Slice, ...]
    gaps: tuple[SliceGap, ...]
    robustness: tuple[Robustness, ...]
    leakage: Leakage
    label_doubts: tuple[LabelDoubt, ...]
    resources: Resources
    data: tuple[SplitSummary, ...]
