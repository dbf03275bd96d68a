"""A scorer's scores over many photos, for someone who waits for them."""

import numpy as np
from numpy.typing import NDArray

from scoring import Scorer
from training.cluster.parallel import JoblibParallel

_ROWS = 64


def watched_scores(
    scorer: Scorer, vectors: NDArray[np.float32], parallel: JoblibParallel, what: str
) -> dict[str, NDArray[np.float64]]:
    """Return each head's scores for vectors (n, width), as `Scorer.scores`; `what` names it."""
    steps = [vectors[at : at + _ROWS] for at in range(0, len(vectors), _ROWS)] or [vectors]
    found = [scorer.scores(step) for step in parallel.watched(steps, what)]
    return {head.name: np.concatenate([one[head.name] for one in found]) for head in scorer.heads}
