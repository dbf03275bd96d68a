"""What an artifact costs to open and to ask, on one thread, with nothing running beside."""

from collections.abc import Callable, Sequence
from statistics import median
from typing import Final

import numpy as np

from artifacts.folder import ModelArtifact
from artifacts.records.evidence import Resources
from scoring import Scorer

Stopwatch = Callable[[], float]
"""Seconds since some moment, never going back."""

LOADS: Final = 3
PHOTOS: Final = 100
_WARM_UP: Final = 5
_MILLISECONDS: Final = 1000


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
