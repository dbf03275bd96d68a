"""ModelManifest: what a model artifact is, what it was made of, and how it must answer."""

import math
from collections.abc import Iterable
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from artifacts.digests import Digest
from artifacts.records.answers import (
    Answer,
    ClassificationAnswer,
    DecliningAnswer,
    RegressionAnswer,
)
from artifacts.records.record import Part, Record


def spelled_off(value: object) -> object:
    """Return the word `off`, which YAML reads as a no; anything else as it is."""
    return "off" if value is False else value


ModelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
HeadName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Origin = Annotated[Literal["learned", "periods", "off"], BeforeValidator(spelled_off)]
"""Where a head's answers come from: training, its labels' periods, or nowhere (there is none)."""
Year = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
Commit = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]


class ArtifactFile(Part):
    """One file of an artifact: its path inside the folder, its digest and its size in bytes."""

    path: str
    digest: Digest
    size_bytes: Annotated[int, Field(ge=0)]

    @field_validator("path")
    @classmethod
    def _stays_inside(cls, path: str) -> str:
        pure = PurePosixPath(path)
        if pure.is_absolute() or str(pure) != path or not path.isprintable():
            raise ValueError(f"{path!r} is not a plain path inside the artifact")
        # "." itself has no parts, so the text is looked at, not the parts.
        if "\\" in path or any(part.startswith(".") for part in path.split("/")):
            raise ValueError(f"{path!r} is hidden, leads outside, or holds a backslash")
        return path


class DataSplit(Part):
    """One split of the photo manifest: the digest of its sorted photo digests, and its counts."""

    name: Literal["train", "validation", "holdout"]
    digest: Digest
    photos: Annotated[int, Field(ge=0)]
    groups: Annotated[int, Field(ge=0)]


class Data(Record):
    """The photos behind a model, by digest."""

    photo_manifest: Digest
    splits: tuple[DataSplit, ...]

    def split(self, name: str) -> DataSplit | None:
        """Return a split by its name, or None."""
        return next((split for split in self.splits if split.name == name), None)


class Code(Record):
    """The commit that a model was trained from; `dirty` where files differed from it."""

    commit: Commit
    dirty: bool


class LinearScale(Record):
    """A head's raw output is its value."""

    kind: Literal["linear"] = "linear"

    def to_raw(self, value: float) -> float:
        """Return the raw output for a value."""
        return value

    def to_value(self, raw: float) -> float:
        """Return the value of a raw output."""
        return raw


class LogAgeScale(Record):
    """A head's raw output is the natural logarithm of the years before a reference year.

    Buildings span four thousand years and most are young: an error of thirty years matters for a
    house of 1920 and not for a temple. On this scale errors are relative to age.
    """

    kind: Literal["log_age"] = "log_age"
    reference_year: int

    def to_raw(self, value: float) -> float:
        """Return log(reference year - year); ValueError for a year not before the reference."""
        if value >= self.reference_year:
            raise ValueError(f"year {value:g} is not before {self.reference_year}")
        return math.log(self.reference_year - value)

    def to_value(self, raw: float) -> float:
        """Return the year of a raw output."""
        return self.reference_year - math.exp(raw)


Scale = Annotated[LinearScale | LogAgeScale, Field(discriminator="kind")]


class Interval(Record):
    """A prediction interval on the raw scale: raw + low_offset to raw + high_offset.

    The offsets are quantiles of grouped out-of-fold residuals (split conformal prediction, Vovk
    et al. 2005, with cross-validation in place of the one split).
    """

    level: Annotated[float, Field(gt=0, lt=1)]
    low_offset: float
    high_offset: float

    @model_validator(mode="after")
    def _ordered(self) -> "Interval":
        if self.low_offset > self.high_offset:
            raise ValueError("low_offset is above high_offset")
        return self


class PredictionSet(Record):
    """The labels whose probability is at least `threshold` hold the true one at `level`.

    The likeliest label always belongs to the set. The threshold is a conformal quantile of grouped
    out-of-fold probabilities of the true label (Sadinle, Lei and Wasserman, Least ambiguous
    set-valued classifiers with bounded error levels, JASA 114, 2019).
    """

    level: Annotated[float, Field(gt=0, lt=1)]
    threshold: Annotated[float, Field(ge=0, le=1)]


class ClassificationHead(Record):
    """A head that names one of its labels; its ONNX file gives a probability for each.

    The probabilities that come out are calibrated: `temperature` (Guo et al., On calibration of
    modern neural networks, ICML 2017) is in the file already, and stands here to be read.
    """

    kind: Literal["classification"] = "classification"
    name: HeadName
    family: str
    file: str
    labels: Annotated[tuple[str, ...], Field(min_length=2)]
    temperature: Annotated[float, Field(gt=0)]
    prediction_set: PredictionSet

    @field_validator("labels")
    @classmethod
    def _distinct(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(labels)) != len(labels):
            raise ValueError("a label stands twice")
        return labels


class RegressionHead(Record):
    """A head that gives a number in a unit, and an interval of equal offsets around each.

    Training makes none any more (ADR 57); models that have one are read and served.
    """

    kind: Literal["regression"] = "regression"
    name: HeadName
    family: str
    file: str
    unit: str
    scale: Scale
    interval: Interval

    @property
    def level(self) -> float:
        """The share of photos whose true number its intervals are made to hold."""
        return self.interval.level


class LabelShares(Record):
    """How the known values of a label lie: `shares[i]` of them are at most the head's `knots[i]`.

    `weight` is what the label's probability is multiplied by before probabilities are shared out.
    """

    label: str
    weight: Annotated[float, Field(gt=0)]
    shares: tuple[Annotated[float, Field(ge=0, le=1)], ...]


class DistributionHead(Record):
    """A head that gives a number, and an interval, from a distribution over numbers of a photo.

    Its file gives, for each of the ascending `knots`, how probable it is that the number is at most
    that; between two knots it grows evenly. The labels of the head `of` give a second distribution,
    by their probabilities and `by_label`, which counts `label_share` of the two. The answer is the
    median, and the interval the shortest that holds `mass` (scoring.distributions), so that neither
    ever lies outside of the knots. `mass` is that at which intervals held the share `level` of the
    numbers of training photos, by models that hadn't seen their buildings.
    """

    kind: Literal["distribution"] = "distribution"
    name: HeadName
    of: HeadName
    family: str
    file: str
    unit: str
    knots: Annotated[tuple[float, ...], Field(min_length=2)]
    by_label: Annotated[tuple[LabelShares, ...], Field(min_length=2)]
    label_share: Annotated[float, Field(ge=0, le=1)]
    level: Annotated[float, Field(gt=0, lt=1)]
    mass: Annotated[float, Field(ge=0.5, le=1)]

    @model_validator(mode="after")
    def _is_a_distribution(self) -> "DistributionHead":
        if any(later <= before for before, later in pairwise(self.knots)):
            raise ValueError("knots don't ascend")
        for label in self.by_label:
            if len(label.shares) != len(self.knots):
                raise ValueError(f"{label.label} has {len(label.shares)} shares of the knots")
            if any(later < before for before, later in pairwise(label.shares)):
                raise ValueError(f"{label.label}: shares fall from one knot to the next")
            if label.shares[-1] != 1:
                raise ValueError(f"{label.label}: the share of the last knot is not 1")
        return self

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that have shares, in the order of the other head's."""
        return tuple(label.label for label in self.by_label)


class LabelPeriod(Record):
    """The first and the last year in which buildings of a label were commonly built."""

    label: str
    first: Year
    last: Year

    @model_validator(mode="after")
    def _lasts(self) -> "LabelPeriod":
        if self.first >= self.last:
            raise ValueError(f"{self.label}: {self.first} is not before {self.last}")
        return self


class PeriodsHead(Record):
    """A head that nothing was trained for: a year from the periods of another head's labels.

    It has no file. Its answers follow from the probabilities of the head `of` (scoring.periods): a
    mixture of the labels' periods. The interval holds `mass` of that mixture. Where the years of
    `known` training photos were there to check it, `held` of them lie within their intervals, made
    by models without those photos; where there were enough, `mass` was raised above `level` until
    the intervals hold the share `level` of them.
    """

    kind: Literal["periods"] = "periods"
    name: HeadName
    of: HeadName
    unit: str
    periods: Annotated[tuple[LabelPeriod, ...], Field(min_length=2)]
    level: Annotated[float, Field(gt=0, lt=1)]
    mass: Annotated[float, Field(gt=0, le=1)]
    known: Annotated[int, Field(ge=0)]
    held: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _no_more_than_there_is(self) -> "PeriodsHead":
        if self.mass < self.level:
            raise ValueError(f"mass {self.mass:g} is below the level {self.level:g}")
        if self.held > self.known:
            raise ValueError(f"{self.held} years are held of {self.known} known")
        return self

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that have a period."""
        return tuple(period.label for period in self.periods)

    @property
    def family(self) -> str:
        """What stands where a learned head names its model family."""
        return self.kind


class DecliningHead(Record):
    """A head that says whether the others' answers count; its file gives an input's strangeness.

    Stranger than `limit` is unfamiliar. Where the likeliest label of the head `of` is less probable
    than `least_probability`, it is none of these labels. Each of the two was set so that it
    declines at most the share `level` of photos like those learned from. `limit` lies as far above
    that as the `pictures` allow, which show something else: `pictures_declined` of
    `pictures_tried` are stranger.
    """

    kind: Literal["declining"] = "declining"
    name: HeadName
    of: HeadName
    family: str
    file: str
    level: Annotated[float, Field(gt=0, lt=1)]
    limit: Annotated[float, Field(gt=0)]
    least_probability: Annotated[float, Field(ge=0, le=1)]
    pictures: Digest
    pictures_tried: Annotated[int, Field(ge=1)]
    pictures_declined: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _no_more_than_tried(self) -> "DecliningHead":
        if self.pictures_declined > self.pictures_tried:
            raise ValueError(f"{self.pictures_declined} declined of {self.pictures_tried} tried")
        return self


DerivedHead = PeriodsHead | DistributionHead
"""A head whose answers follow from the probabilities of the labels of the head `of`."""
NumberHead = RegressionHead | DerivedHead
"""A head whose answer is a number with an interval."""
Head = Annotated[ClassificationHead | NumberHead | DecliningHead, Field(discriminator="kind")]


def head_files(heads: Iterable[Head]) -> tuple[str, ...]:
    """Return the files of heads. A head of periods has none: it follows from another's answers."""
    return tuple(head.file for head in heads if not isinstance(head, PeriodsHead))


class Metric(Record):
    """A number that training measured, and over what (`cross_validation` or a split's name)."""

    name: str
    value: float
    over: Literal["cross_validation", "validation", "holdout"]


class FamilyScore(Record):
    """How one family of a head, with its settings, did in grouped cross-validation."""

    head: HeadName
    family: str
    settings: dict[str, str]
    metrics: dict[str, float]
    chosen: bool


class GoldenPhoto(Record):
    """A photo that lies in the artifact, with the vector and the answers that it must give."""

    photo: Digest
    file: str
    vector: Digest
    answers: dict[HeadName, Answer]


class ModelManifest(Record):
    """The record at the root of an artifact. Its digest is the artifact's digest."""

    format: Literal[2] = 2
    name: ModelName
    files: tuple[ArtifactFile, ...]
    feature_schema: Digest
    data: Data
    code: Code
    environment: Digest
    params: Digest
    heads: Annotated[tuple[Head, ...], Field(min_length=1)]
    metrics: tuple[Metric, ...]
    comparison: tuple[FamilyScore, ...]
    golden_photos: Annotated[tuple[GoldenPhoto, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_only_its_files(self) -> "ModelManifest":
        paths = [file.path for file in self.files]
        named = {*head_files(self.heads), *(photo.file for photo in self.golden_photos)}
        names = [head.name for head in self.heads]
        if len(set(paths)) != len(paths):
            raise ValueError("a file stands twice")
        if len(set(names)) != len(names):
            raise ValueError("a head stands twice")
        if missing := sorted(named - set(paths)):
            raise ValueError(f"not among the files: {', '.join(missing)}")
        if stray := [p for p in self.golden_photos if set(p.answers) != set(names)]:
            raise ValueError(f"golden photo {stray[0].photo} doesn't answer for every head")
        return self

    @model_validator(mode="after")
    def _certifies_what_it_holds(self) -> "ModelManifest":
        """A certificate that names another photo or another label certifies nothing."""
        digests = {file.path: file.digest for file in self.files}
        for golden in self.golden_photos:
            if digests.get(golden.file) != golden.photo:
                raise ValueError(f"{golden.file} is not the golden photo {golden.photo}")
            for head in self.heads:
                if not _fits(head, golden.answers[head.name]):
                    raise ValueError(f"golden photo {golden.photo} answers what {head.name} can't")
        return self

    @model_validator(mode="after")
    def _derives_only_from_its_labels(self) -> "ModelManifest":
        """Labels in another order than the probabilities would be other labels."""
        labels = {h.name: h.labels for h in self.heads if isinstance(h, ClassificationHead)}
        for head in self.heads:
            if isinstance(head, DerivedHead) and head.labels != labels.get(head.of):
                raise ValueError(f"head {head.name}: its labels are not {head.of}'s labels")
            if isinstance(head, DecliningHead) and head.of not in labels:
                raise ValueError(f"head {head.name}: {head.of} is no head that names labels")
        return self

    @property
    def declining(self) -> DecliningHead | None:
        """The head that says whether the others' answers count; None where all of them do."""
        return next((head for head in self.heads if isinstance(head, DecliningHead)), None)

    def head(self, name: str) -> Head:
        """Return a head by its name; KeyError where there is none."""
        return {head.name: head for head in self.heads}[name]

    def origin(self, name: str) -> Origin:
        """Say where a head's answers come from; `off` where the model has no head of that name."""
        head = next((head for head in self.heads if head.name == name), None)
        if head is None:
            return "off"
        return "periods" if isinstance(head, PeriodsHead) else "learned"


def _fits(head: Head, answer: Answer) -> bool:
    if isinstance(head, ClassificationHead):
        return isinstance(answer, ClassificationAnswer) and sorted(
            item.label for item in answer.ranking
        ) == sorted(head.labels)
    wanted = DecliningAnswer if isinstance(head, DecliningHead) else RegressionAnswer
    return isinstance(answer, wanted)
