"""The parameters of the pipeline, as params.yaml holds them."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from artifacts.records.manifest import ModelName
from artifacts.records.record import Part, Record

Share = Annotated[float, Field(gt=0, lt=1)]


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
    """What a dataset must have before anything is trained on it."""

    min_groups_per_label: Annotated[int, Field(ge=2)]
    min_labels: Annotated[int, Field(ge=2)]
    min_photos_with_year: Annotated[int, Field(ge=10)]


class Trees(Record):
    """A forest, bounded so that its ONNX file stays small: depth in levels, leaves a tree."""

    kind: Literal["extra_trees", "random_forest"]
    trees: Annotated[int, Field(ge=1, le=2000)]
    max_leaves: Annotated[int, Field(ge=2, le=4096)]
    min_leaf_photos: Annotated[int, Field(ge=1)]
    max_features: Annotated[float, Field(gt=0, le=1)] | Literal["sqrt"]


class Linear(Record):
    """Standardised features and a linear model; `strength` is the penalty, above 0."""

    kind: Literal["linear"]
    strength: Annotated[float, Field(gt=0)]


class Discriminant(Record):
    """Linear discriminant analysis; `shrinkage` of the covariance, 0 (none) to 1."""

    kind: Literal["discriminant"]
    shrinkage: Annotated[float, Field(ge=0, le=1)]


class LabelMeans(Part):
    """Each label's mean value, weighed by the label's probability.

    The probabilities are a discriminant's with this `shrinkage`. A label's mean counts as if
    `prior_photos` photos more had the mean of all.
    """

    kind: Literal["label_means"]
    shrinkage: Annotated[float, Field(ge=0, le=1)]
    prior_photos: Annotated[float, Field(gt=0)]


Family = Annotated[Trees | Linear | Discriminant, Field(discriminator="kind")]
ValueFamily = Annotated[Trees | Linear | LabelMeans, Field(discriminator="kind")]


class TrainParams(Record):
    """Families to compare, head by head, by grouped cross-validation."""

    folds: Annotated[int, Field(ge=2, le=10)]
    interval_level: Share
    classification: Annotated[tuple[Family, ...], Field(min_length=2)]
    regression: Annotated[tuple[ValueFamily, ...], Field(min_length=1)]


class PackageParams(Record):
    """What goes into the artifact beside the model."""

    golden_photos: Annotated[int, Field(ge=1, le=64)]


class Params(Record):
    """All of params.yaml."""

    model: ModelName
    seed: Annotated[int, Field(ge=0)]
    import_photos: ImportParams
    prepare: PrepareParams
    train: TrainParams
    package: PackageParams

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
