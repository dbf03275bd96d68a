"""The plan of a measurement: what its numbers depend on beside model and photos, and its limits."""

from dataclasses import dataclass
from typing import Final

from artifacts.records.evidence import Method
from artifacts.records.record import Record
from judging.policy import Policy
from judging.rules.leakage import LeakageLimits

WITHIN_BITS: Final = 32
"""Photos this alike count as copies where a policy has no leakage rule: the import's own bound."""
PATIENCE: Final = 3
"""Times the CPU seconds that measuring may take in all, by the clock on the wall."""
WITHOUT_POLICY: Final = (600.0, 4096)
"""CPU seconds and MiB where no policy says more: nothing that comes of it can be allowed."""


class MeasurementPlan(Record):
    """Two-sided confidence, resamples and seed; sizes in photos; bits of 256.

    `min_photos` says for each dimension of slices how many photos a slice needs to enter its gap.
    """

    confidence: float
    resamples: int
    seed: int
    robustness_photos: int
    within_bits: int
    min_photos: dict[str, int]

    @classmethod
    def of(cls, policy: Policy) -> "MeasurementPlan":
        """Take from a policy what numbers depend on: another reason is no other plan."""
        settings, leakage = policy.measurement, policy.first(LeakageLimits)
        return cls(
            confidence=settings.confidence,
            resamples=settings.resamples,
            seed=settings.seed,
            robustness_photos=settings.robustness_photos,
            within_bits=leakage.within_bits if leakage else WITHIN_BITS,
            min_photos=policy.slices.sizes,
        )

    @property
    def method(self) -> Method:
        """How intervals are made."""
        return Method(confidence=self.confidence, resamples=self.resamples, seed=self.seed)


@dataclass(frozen=True)
class MeasuringLimits:
    """CPU seconds of all processes together, MiB of the largest, and copies made worse.

    CPU time follows from the model, the photos and the kind of machine, and not from what else runs
    there: a model that takes more of it is at fault. A clock on the wall that runs out before it is
    no fault of the model's: the machine was busy or stood still, and the matter stays undecided.
    """

    cpu_seconds: float
    memory_mib: int
    corrupted_photos: int = 0

    @classmethod
    def of(cls, policy: Policy | None) -> "MeasuringLimits":
        """Take them from a policy, or small ones without."""
        if policy is None:
            return cls(*WITHOUT_POLICY)
        settings = policy.measurement
        return cls(
            settings.max_cpu_minutes * 60, settings.max_memory_mib, settings.robustness_photos
        )

    @property
    def wall_seconds(self) -> float:
        """How long it may take by the clock on the wall."""
        return PATIENCE * self.cpu_seconds
