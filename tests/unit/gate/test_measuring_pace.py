"""A model that would take too long is told from its first photos; one that is cheap is not."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from support.dataset_rows import dataset_rows

from features import CORRUPTIONS, NotAnImage
from gate.errors import TooSlow
from gate.measuring_cost import Pace, Workload, require_pace, workload

PHOTOS = (b"1", b"2", b"3")


class Clock:
    """CPU seconds that only go on when something is done."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def scorer(clock: Clock, features: Sequence[float], heads: Sequence[float]) -> Any:
    """A model that takes these seconds for the first, the second and the third photo."""
    made, answered = iter(features), iter(heads)

    def extract(_: bytes) -> np.ndarray:
        clock.now += next(made)
        return np.zeros(3, np.float32)

    def answers(_: np.ndarray) -> list[object]:
        clock.now += next(answered)
        return []

    return SimpleNamespace(extractor=SimpleNamespace(extract=extract), answers=answers)


def require(features: Sequence[float], heads: Sequence[float], budget: float) -> None:
    clock = Clock()
    work = Workload(photos=10, rows=100)
    made = scorer(clock, features, heads)
    require_pace(Pace(budget, None, clock), "model", made, PHOTOS, work)


def test_a_model_that_needs_just_what_is_allowed_is_measured():
    require([1.0] * 3, [0.5] * 3, budget=60)


def test_a_model_that_needs_more_is_too_slow_and_told_its_numbers():
    with pytest.raises(TooSlow, match="too slow to judge") as caught:
        require([1.0] * 3, [0.5] * 3, budget=59.9)
    for told in ("1.000 s of CPU", "0.500 s", "10 photos", "100 rows", "max_cpu_minutes"):
        assert told in caught.value.reason


def test_the_cheapest_of_the_photos_counts_for_the_first_pays_for_more():
    require([5.0, 1.0, 1.0], [5.0, 0.5, 0.5], budget=60)


def test_a_model_that_is_far_too_slow_is_refused_at_its_first_photo():
    with pytest.raises(TooSlow):
        require([1.0], [60.0], budget=60)


def test_a_photo_that_is_refused_tells_nothing():
    def refuse(_: bytes) -> np.ndarray:
        raise NotAnImage("it is none", "send another")

    made = SimpleNamespace(extractor=SimpleNamespace(extract=refuse))
    require_pace(Pace(0.0, None, Clock()), "model", made, PHOTOS, Workload(1, 1))  # type: ignore[arg-type]


def test_the_work_is_that_of_the_holdout_alone_where_no_evidence_is_asked_for():
    rows = dataset_rows(20).rows
    assert workload(Pace(1, None, Clock()), rows) == Workload(20, 20)


def test_the_work_of_evidence_is_all_photos_and_the_copies_made_worse():
    rows = dataset_rows(20).rows
    train = rows[0].model_copy(update={"split": "train", "group": "another"})
    worse = 10 * len(CORRUPTIONS) + 20
    assert workload(Pace(1, 10, Clock()), (*rows, train)) == Workload(21 + worse, 20 + worse)
