"""What a model's definition says."""

from collections.abc import Callable
from dataclasses import dataclass

from artifacts.records.manifest import LinearScale, LogAgeScale
from features import FeatureSchema


@dataclass(frozen=True)
class RegressionTarget:
    """A head that gives a number: its name, unit, and the scale it is learned on."""

    name: str
    unit: str
    scale: LinearScale | LogAgeScale


@dataclass(frozen=True)
class ClassificationTarget:
    """A head that names a label."""

    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class ModelDefinition:
    """A model: its name, its feature schema, its heads, and how folders name its labels."""

    name: str
    schema: Callable[[], FeatureSchema]
    classification: ClassificationTarget
    regression: RegressionTarget
    label_of_folder: Callable[[str], str | None]
