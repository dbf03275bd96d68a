"""What a model's definition says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from features import Embedding, FeatureSchema


@dataclass(frozen=True)
class Period:
    """The first and the last year in which a label was commonly built, and where that is from."""

    first: int
    last: int
    source: str


@dataclass(frozen=True)
class RegressionTarget:
    """A head that gives a number: its name, its unit, and what every number lies `before`.

    `periods` hold the time of each label, by its name: what is answered by where too few photos
    have a year to learn from.
    """

    name: str
    unit: str
    before: int
    periods: Mapping[str, Period]


@dataclass(frozen=True)
class ClassificationTarget:
    """A head that names a label."""

    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class ModelDefinition:
    """A model: its name, its features, its heads, and how folders name its labels.

    `features` makes the feature schema with an embedding, which params.yaml chooses.
    """

    name: str
    features: Callable[[Embedding], FeatureSchema]
    classification: ClassificationTarget
    regression: RegressionTarget
    label_of_folder: Callable[[str], str | None]
    embedding: Embedding = "none"

    def schema(self) -> FeatureSchema:
        """Return the schema of the vectors that the model is trained on."""
        return self.features(self.embedding)
