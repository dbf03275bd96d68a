"""The plan of a measurement: all that its numbers depend on besides model, photos and code."""

from typing import Final

from artifacts.records.evidence import Method
from artifacts.records.record import Record
from judging.policy import Policy

WITHIN_BITS: Final = 32
"""Photos this alike count as copies where a policy has no leakage rule: the import's own bound."""


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
        settings, leakage = policy.measurement, policy.rules.leakage
        required = {entry.dimension: entry.min_photos for entry in policy.slices.required}
        optional = {entry.dimension: entry.min_photos for entry in policy.slices.optional}
        return cls(
            confidence=settings.confidence,
            resamples=settings.resamples,
            seed=settings.seed,
            robustness_photos=settings.robustness_photos,
            within_bits=leakage.within_bits if leakage else WITHIN_BITS,
            min_photos=required | optional,
        )

    @property
    def method(self) -> Method:
        """How intervals are made."""
        return Method(confidence=self.confidence, resamples=self.resamples, seed=self.seed)
