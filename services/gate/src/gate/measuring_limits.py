"""What measuring one model may cost, and whose fault it is where it costs more."""

from dataclasses import dataclass
from typing import Final

from judging.policy import Policy

PATIENCE: Final = 3
"""Times the CPU seconds that measuring may take in all, by the clock on the wall."""
WITHOUT_POLICY: Final = (600.0, 4096)
"""CPU seconds and MiB where no policy says more: nothing that comes of it can be allowed."""


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
