"""How many pictures that show no building a model declines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from artifacts.records.evaluation import Evaluation
from artifacts.records.evidence import Estimate
from gate.measures.plan import MeasurementPlan
from gate.measures.slices import estimate
from gate.resampling import resample_groups
from scoring.metrics import shares

PICTURES: Final = 10
"""Pictures of each kind that a model is shown."""


@dataclass(frozen=True)
class DeclinedPicture:
    """What a picture shows, and whether the model declined it."""

    kind: str
    declined: bool


def measure_declined(
    evaluation: Evaluation, pictures: Sequence[DeclinedPicture], plan: MeasurementPlan
) -> dict[str, Estimate]:
    """Return the share of pictures that were declined, as a metric of the head that declines.

    Nothing without pictures or such a head. The interval is over resamples of whole kinds, for
    pictures of one kind are alike.
    """
    if not pictures or not evaluation.declining:
        return {}
    kinds = tuple(picture.kind for picture in pictures)
    declined = np.array([picture.declined for picture in pictures])
    everything = np.ones(len(pictures), dtype=bool)
    resampling = resample_groups(kinds, plan.resamples, plan.seed)
    found = shares(declined, everything, resampling, everything[:, None])[:, 0]
    name = f"{evaluation.declining[0].head}.others_declined"
    return {name: estimate(float(declined.mean()), found, plan.confidence)}
