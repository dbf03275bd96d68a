"""What measuring a model will cost, told from its first photos, before hours are spent on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from artifacts.policies.membership import HOLDOUT
from artifacts.records.photos import PhotoRow
from features import CORRUPTIONS, PhotoRefused
from gate.errors import TooSlow
from gate.measuring_resources import PHOTOS as TIMED
from gate.measuring_resources import Stopwatch
from scoring import Scorer

TRIED: Final = 3
"""Photos that are tried: the cheapest counts, for the first also pays for what is made once."""


@dataclass(frozen=True)
class Pace:
    """What measuring may cost in CPU seconds, and what is to be measured.

    `corrupted` is how many photos are made worse in every way, None where no evidence is measured
    but the holdout is scored alone. `cpu` says this process's CPU seconds so far.
    """

    cpu_seconds: float
    corrupted: int | None
    cpu: Stopwatch


@dataclass(frozen=True)
class Workload:
    """How many photos features are made of, and how many rows the heads score."""

    photos: int
    rows: int


def workload(pace: Pace, rows: Sequence[PhotoRow]) -> Workload:
    """Count the work over a photo manifest's rows."""
    holdout = sum(row.split == HOLDOUT for row in rows)
    if pace.corrupted is None:
        return Workload(holdout, holdout)
    worse = min(holdout, pace.corrupted) * len(CORRUPTIONS) + min(holdout, TIMED)
    return Workload(len(rows) + worse, holdout + worse)


def require_pace(
    pace: Pace, model: str, scorer: Scorer, photos: Sequence[bytes], work: Workload
) -> None:
    """Return if a model will be measured in time, told from a few photos; TooSlow.

    A photo that is refused tells nothing, and whoever looks at all of them names it.
    """
    features, heads = float("inf"), float("inf")
    for tried, photo in enumerate(photos, start=1):
        start = pace.cpu()
        try:
            vector = scorer.extractor.extract(photo)
        except PhotoRefused:
            return
        middle = pace.cpu()
        scorer.answers(vector[np.newaxis])
        features = min(features, middle - start)
        heads = min(heads, pace.cpu() - middle)
        needed = features * work.photos + heads * work.rows
        if needed > pace.cpu_seconds and (tried == len(photos) or needed > 10 * pace.cpu_seconds):
            raise TooSlow(
                model,
                f"features of a photo take {features:.3f} s of CPU and its heads {heads:.3f} s, "
                f"which comes to {needed / 60:.0f} minutes over {work.photos} photos and "
                f"{work.rows} rows; the policy allows {pace.cpu_seconds / 60:g} "
                "(measurement.max_cpu_minutes)",
            )
