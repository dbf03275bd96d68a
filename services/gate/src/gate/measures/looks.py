"""What the judge saw of the photos of a split, in the photo manifest's order."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.scorer import Vectors


@dataclass(frozen=True)
class Traits:
    """What can be told of a photo without a model: mean brightness (0 to 1), shorter side (px)."""

    brightness: float
    shorter_side: int


@dataclass(frozen=True, eq=False)
class Looks:
    """A split's photos by digest; vectors (n, width), difference hashes (n, 32 bytes), traits."""

    photos: tuple[str, ...]
    vectors: Vectors
    fingerprints: NDArray[np.uint8]
    traits: tuple[Traits, ...]
