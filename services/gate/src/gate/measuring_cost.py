"""What a model costs: to open and to ask, and to measure whole, told from its first photos.

What measuring will cost is told before hours are spent on it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np

from artifacts.folder import ModelArtifact
from artifacts.policies.membership import HOLDOUT
from artifacts.records.evidence import Resources
from artifacts.records.photos import PhotoRow
from features import CORRUPTIONS, PhotoRefused
from gate.errors import TooSlow
from scoring import Scorer

Stopwatch = Callable[[], float]
"""Seconds since some moment, never going back."""

LOADS: Final = 3
PHOTOS: Final = 100
_WARM_UP: Final = 5
_MILLISECONDS: Final = 1000
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
    worse = min(holdout, pace.corrupted) * len(CORRUPTIONS) + min(holdout, PHOTOS)
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


def choose_timed(photos: Sequence[str]) -> tuple[str, ...]:
    """Take up to a hundred photos, evenly spread over all."""
    places = np.linspace(0, len(photos) - 1, min(PHOTOS, len(photos))).astype(int)
    return tuple(photos[i] for i in places)


def measure_resources(
    artifact: ModelArtifact, photos: Sequence[bytes], stopwatch: Stopwatch
) -> Resources:
    """Time opening the artifact, and the way from a photo's bytes to answers, one at a time.

    At least one photo. Loading is the median of three: the first finds out besides whether the
    files are safe to open. Raises what opening, reading and answering raise.
    """
    loads = [_timed(lambda: Scorer.of(artifact), stopwatch) for _ in range(LOADS)]
    scorer = Scorer.of(artifact)

    def answer(photo: bytes) -> None:
        scorer.answers(scorer.extractor.extract(photo)[np.newaxis])

    for photo in photos[:_WARM_UP]:
        answer(photo)
    times = [_timed(lambda: answer(photo), stopwatch) for photo in photos]  # noqa: B023 - run at once
    return Resources(
        size_bytes=sum(file.size_bytes for file in artifact.manifest.files),
        load_seconds=median(loads),
        photos_timed=len(times),
        latency_median_ms=median(times) * _MILLISECONDS,
        latency_p95_ms=float(np.quantile(times, 0.95, method="higher")) * _MILLISECONDS,
    )


def _timed(action: Callable[[], object], stopwatch: Stopwatch) -> float:
    start = stopwatch()
    action()
    return stopwatch() - start
