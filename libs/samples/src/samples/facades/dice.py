"""A seeded source of choices."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Dice:
    """Choices drawn from one numpy generator; equal seeds give equal choices."""

    def __init__(self, seed: np.random.SeedSequence) -> None:
        """Start from a seed sequence of its own."""
        self._seed = seed
        self.generator = np.random.Generator(np.random.PCG64(seed))

    def between(self, low: float, high: float) -> float:
        """Uniform float in [low, high)."""
        return low + (high - low) * float(self.generator.random())

    def whole(self, low: int, high: int) -> int:
        """Uniform int in [low, high], both ends included."""
        return low + int(self.generator.random() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return float(self.generator.random()) < probability

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, each as likely as the others."""
        return options[int(self.generator.random() * len(options))]

    def near(self, mean: float, spread: float) -> float:
        """Normal around mean, cut at two spreads."""
        return mean + spread * max(-2.0, min(2.0, float(self.generator.standard_normal())))

    def branch(self) -> np.random.SeedSequence:
        """A seed for further dice, independent of these."""
        return self._seed.spawn(1)[0]
