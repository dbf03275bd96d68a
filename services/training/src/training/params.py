"""The parameters of the pipeline, as params.yaml holds them."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, model_validator

from artifacts.records.manifest import HeadName, ModelName, spelled_off
from artifacts.records.record import Part, Record
from features import Embedding

Share = Annotated[float, Field(gt=0, lt=1)]
HeadChoice = Annotated[Literal["auto", "learned", "periods", "off"], BeforeValidator(spelled_off)]
"""Where a head's answers should come from; `auto`: learned where enough photos have a year."""


class ImportParams(Record):
    """How photos are taken in. Shares are of photos, 0 to 1; fingerprints have 256 bits."""

    max_bad_share: Annotated[float, Field(ge=0, le=1)]
    near_duplicate_bits: Annotated[int, Field(ge=0, le=64)]
    validation_share: Share
    holdout_share: Share

    @model_validator(mode="after")
    def _leave_some_to_train(self) -> "ImportParams":
        if self.validation_share + self.holdout_share >= 1:
            raise ValueError("validation_share and holdout_share leave nothing to train on")
        return self


class PrepareParams(Record):
    """What a dataset must have before anything is trained on it.

    With fewer photos of a year than `min_photos_with_year` none of them teaches a head its years.
    `heads` says of each head where its answers should come from; of one that isn't named that is
    decided by the photos (`auto`).
    """

    min_groups_per_label: Annotated[int, Field(ge=2)]
    min_labels: Annotated[int, Field(ge=2)]
    min_photos_with_year: Annotated[int, Field(ge=10)]
    heads: dict[HeadName, HeadChoice] = Field(default_factory=dict)


class FeatureParams(Record):
    """What vectors are made of, beside what is computed by hand.

    `embedding` is a network that someone else trained, on photos of anything.
    """

    embedding: Embedding = "none"


class FamilyParams(Record):
    """What all families share: they are named by `kind`, and have settings."""

    kind: str

    def settings(self) -> dict[str, str]:
        """Return everything but the kind, as text."""
        found = self.model_dump(mode="json", exclude={"kind"})
        return {name: str(value) for name, value in found.items()}


class Trees(FamilyParams):
    """A forest, bounded so that its ONNX file stays small: depth in levels, leaves a tree."""

    kind: Literal["extra_trees", "random_forest"]
    trees: Annotated[int, Field(ge=1, le=2000)]
    max_leaves: Annotated[int, Field(ge=2, le=4096)]
    min_leaf_photos: Annotated[int, Field(ge=1)]
    max_features: Annotated[float, Field(gt=0, le=1)] | Literal["sqrt"]


class Linear(FamilyParams):
    """Standardised features and a linear model; `strength` is the penalty, above 0."""

    kind: Literal["linear"]
    strength: Annotated[float, Field(gt=0)]


class Discriminant(FamilyParams):
    """Linear discriminant analysis; `shrinkage` of the covariance, 0 (none) to 1."""

    kind: Literal["discriminant"]
    shrinkage: Annotated[float, Field(ge=0, le=1)]


class NearestNeighbours(FamilyParams):
    """The labels of the `neighbours` nearest photos; features are told apart in `levels` levels."""

    kind: Literal["nearest_neighbours"]
    neighbours: Annotated[int, Field(ge=1, le=200)]
    levels: Annotated[int, Field(ge=2, le=16)]


class Kernel(FamilyParams):
    """Regularised least squares with a Gaussian kernel.

    `width` above 0: the larger, the nearer a photo must be to count; `ridge` above 0, the penalty.
    `components` are kept of the features; `hand_made` is the weight of the hand-made features where
    there are learned ones, whose weights add up to 1. `balance` is 0 where each photo's error
    weighs alike, up to 1, where rare labels weigh most. Of more than `max_photos` photos that many
    are remembered: a fit takes 8 bytes for each pair of them.
    """

    kind: Literal["kernel"]
    components: Annotated[int, Field(ge=2, le=2048)]
    width: Annotated[float, Field(gt=0)]
    ridge: Annotated[float, Field(gt=0)]
    hand_made: Annotated[float, Field(ge=0)]
    balance: Annotated[float, Field(ge=0, le=1)] = 0.0
    max_photos: Annotated[int, Field(ge=50, le=20_000)] = 6500


Family = Annotated[
    Trees | Linear | Discriminant | NearestNeighbours | Kernel, Field(discriminator="kind")
]
_FAMILY: TypeAdapter[Family] = TypeAdapter(Family)
ValueFamily = Annotated[Trees | Linear | Kernel, Field(discriminator="kind")]


class Span(Part):
    """A range that is searched, both ends within; `log`: evenly on a logarithmic scale."""

    low: float
    high: float
    log: bool = False

    @model_validator(mode="after")
    def _has_a_length(self) -> "Span":
        if self.low >= self.high:
            raise ValueError(f"low {self.low:g} is not below high {self.high:g}")
        if self.log and self.low <= 0:
            raise ValueError("a logarithmic range starts above 0")
        return self


class IntSpan(Span):
    """A range of whole numbers."""

    low: int
    high: int


class Space(Part):
    """A family whose settings are fixed, each, or searched within a span."""

    kind: str

    def spans(self) -> dict[str, Span]:
        """Return what is searched, by the setting's name."""
        found = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: value for name, value in found.items() if isinstance(value, Span)}

    def family(self, values: Mapping[str, float]) -> "Family":
        """Return the family with these values where the space has spans; ValidationError."""
        fixed = self.model_dump(mode="json", exclude=set(self.spans()))
        return _FAMILY.validate_python(fixed | dict(values))

    def holds(self, family: "Family") -> bool:
        """Say whether the family could have been found here."""
        if family.kind != self.kind:
            return False
        values = {name: getattr(family, name) for name in self.spans()}
        if not all(isinstance(value, int | float) for value in values.values()):
            return False
        within = all(span.low <= values[name] <= span.high for name, span in self.spans().items())
        return within and self.family(values) == family

    @model_validator(mode="after")
    def _is_bounded_by_families(self) -> "Space":
        if not self.spans():
            raise ValueError("nothing is searched: give a setting as low and high")
        self.family({name: span.low for name, span in self.spans().items()})
        self.family({name: span.high for name, span in self.spans().items()})
        return self


class TreesSpace(Space):
    """Forests."""

    kind: Literal["extra_trees", "random_forest"]
    trees: int | IntSpan
    max_leaves: int | IntSpan
    min_leaf_photos: int | IntSpan
    max_features: float | Literal["sqrt"] | Span


class LinearSpace(Space):
    """Linear models."""

    kind: Literal["linear"]
    strength: Span


class DiscriminantSpace(Space):
    """Discriminants."""

    kind: Literal["discriminant"]
    shrinkage: Span


class NearestNeighboursSpace(Space):
    """Nearest neighbours."""

    kind: Literal["nearest_neighbours"]
    neighbours: int | IntSpan
    levels: int | IntSpan


class KernelSpace(Space):
    """Kernel machines."""

    kind: Literal["kernel"]
    components: int | IntSpan
    width: float | Span
    ridge: float | Span
    hand_made: float | Span
    balance: float | Span = 0.0
    max_photos: int = 6500


AnySpace = Annotated[
    TreesSpace | LinearSpace | DiscriminantSpace | NearestNeighboursSpace | KernelSpace,
    Field(discriminator="kind"),
]


class SearchParams(Record):
    """How far is searched beyond the families that are always compared, and where.

    `trials` counts those families as well, so that it bounds the work; at most that many, or as
    many as are always compared.
    """

    trials: Annotated[int, Field(ge=0, le=1000)]
    families: Annotated[tuple[AnySpace, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_kind_once(self) -> "SearchParams":
        kinds = [space.kind for space in self.families]
        if twice := sorted({kind for kind in kinds if kinds.count(kind) > 1}):
            raise ValueError(f"searched twice: {', '.join(twice)}")
        return self


class DecliningParams(Record):
    """When the model should not answer.

    For being strange, and for no likely label, at most the share `level` of buildings each is
    declined. `pictures` of each kind that shows no building are drawn to set the limit by.
    """

    level: Share
    pictures: Annotated[int, Field(ge=1, le=100)]


class DistributionParams(Record):
    """How a head of numbers is learned from photos whose number is known.

    At most so many `knots` part the known numbers. A photo's distribution counts `label_share` from
    the numbers of its likely labels, the rest from what a family of `regression` learns of the
    photo itself. A label's numbers count as if `prior_photos` photos more had those of all.
    """

    knots: Annotated[int, Field(ge=2, le=256)] = 65
    label_share: Annotated[float, Field(ge=0, le=1)] = 0.5
    prior_photos: Annotated[float, Field(gt=0)] = 3


class TrainParams(Record):
    """Families to compare, head by head, by grouped cross-validation.

    Levels are of conformal intervals and prediction sets. What `search` finds is compared with the
    families of `classification`. A model without `declining` answers whatever it is shown.
    """

    folds: Annotated[int, Field(ge=2, le=10)]
    interval_level: Share
    set_level: Share
    classification: Annotated[tuple[Family, ...], Field(min_length=2)]
    search: SearchParams
    regression: Annotated[tuple[ValueFamily, ...], Field(min_length=1)]
    distribution: DistributionParams = DistributionParams()
    declining: DecliningParams | None = None


class PackageParams(Record):
    """What goes into the artifact beside the model."""

    golden_photos: Annotated[int, Field(ge=1, le=64)]


class Params(Record):
    """All of params.yaml."""

    model: ModelName
    seed: Annotated[int, Field(ge=0)]
    import_photos: ImportParams
    prepare: PrepareParams
    features: FeatureParams = FeatureParams()
    train: TrainParams
    package: PackageParams

    def choice(self, head: str) -> HeadChoice:
        """Return where a head's answers should come from."""
        return self.prepare.heads.get(head, "auto")

    def flat(self) -> dict[str, str]:
        """Return every parameter by its dotted name, for the tracker."""
        return dict(_flatten(self.model_dump(mode="json"), ""))


def _flatten(value: object, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flatten(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _flatten(inner, f"{name}.{index}")
    else:
        yield name, str(value)
