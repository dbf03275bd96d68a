"""What every setting of a policy is, and the settings that several rules read.

A rule's own settings stand in its module (rules/), where it judges by them.
"""

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from artifacts.policies.tiers import Id, Reason
from artifacts.records.record import Part

Share = Annotated[float, Field(ge=0, le=1)]
Confidence = Annotated[float, Field(ge=0.9, lt=1)]


def once(what: str, names: Iterable[str]) -> None:
    """Raise ValueError where a name stands twice: of two limits nobody knows which is meant."""
    if twice := sorted(name for name, times in Counter(names).items() if times > 1):
        raise ValueError(f"{what}: {', '.join(twice)} stands twice")


class Setting(Part):
    """A setting: `reason` says why it is as it is, for someone who wasn't there."""

    reason: Reason
    decided_on: date

    @property
    @abstractmethod
    def words(self) -> str:
        """What it asks for, as a sentence without its full stop: a page of the policy shows it."""

    @property
    def key(self) -> str:
        """What tells it from other entries of its rule, as its result's name ends."""
        return ""


class SliceSetting(Setting):
    """An entry of a rule about one dimension of slices, which `slices` must size."""

    dimension: Id

    @property
    def key(self) -> str:
        """Its dimension."""
        return self.dimension


class Measurement(Setting):
    """How evidence is measured: two-sided confidence of intervals, resamples, seed, photos.

    `max_cpu_minutes` of all processes together, and `max_memory_mib` of the largest, are the most
    that measuring one model may cost. A model that costs more is refused: it is too slow to judge.
    """

    confidence: Confidence
    resamples: Annotated[int, Field(ge=1000, le=20_000)]
    seed: Annotated[int, Field(ge=0)]
    robustness_photos: Annotated[int, Field(ge=20)]
    max_cpu_minutes: Annotated[float, Field(gt=0, le=480)]
    max_memory_mib: Annotated[int, Field(ge=1024, le=65_536)]

    @property
    def words(self) -> str:
        """How much is measured, and what it may cost."""
        return (
            f"intervals of {percent(self.confidence)} confidence from {self.resamples} resamples "
            f"of whole buildings, seed {self.seed}; robustness over at most "
            f"{self.robustness_photos} photos; at most {self.max_cpu_minutes:g} minutes of CPU "
            f"and {self.max_memory_mib} MiB a model"
        )


class RequiredSlices(SliceSetting):
    """Slices that must be there with so many photos; too few refuse, whatever the numbers say."""

    names: Annotated[tuple[str, ...], Field(min_length=1)]
    min_photos: Annotated[int, Field(ge=5)]

    @property
    def words(self) -> str:
        """Which slices, and how large."""
        return (
            f"of {self.dimension}: {', '.join(self.names)} must be there with at least "
            f"{self.min_photos} photos each"
        )


class OptionalSlices(SliceSetting):
    """Slices that are gated where they have so many photos, and only reported where not."""

    min_photos: Annotated[int, Field(ge=5)]

    @property
    def words(self) -> str:
        """From which size on."""
        return f"of {self.dimension}: slices with at least {self.min_photos} photos"


class Slices(Part):
    """Which slices are looked at. A dimension is either required or optional."""

    required: Annotated[tuple[RequiredSlices, ...], Field(min_length=1)]
    optional: tuple[OptionalSlices, ...]

    @model_validator(mode="after")
    def _each_dimension_once(self) -> "Slices":
        once("slices", (entry.dimension for entry in (*self.required, *self.optional)))
        return self

    def requires(self, dimension: str) -> bool:
        """Whether slices of a dimension must be there."""
        return dimension in {entry.dimension for entry in self.required}

    @property
    def sizes(self) -> dict[str, int]:
        """How many photos a slice needs to be gated, by dimension; others are not looked at."""
        required = {entry.dimension: entry.min_photos for entry in self.required}
        return required | {entry.dimension: entry.min_photos for entry in self.optional}


def percent(share: float) -> str:
    """Write a share with up to three digits behind the point: 95%, 97.500%."""
    return f"{share:.3%}".replace(".000%", "%")
