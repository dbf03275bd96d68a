"""Quality over the slices of a dimension, and all that their gaps are measured from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from artifacts.records.evaluation import Evaluation
from artifacts.records.evidence import Slice
from gate.measures.estimates import estimate
from gate.measures.frames import Points, frame_metrics
from gate.metrics import Masks, sliced_metric
from gate.resampling import Floats, Resampling
from scoring.metrics import known

_BLOCK = 64
"""Slices resampled at once: bounds memory where a dimension has a slice for every photo."""


@dataclass(frozen=True, eq=False)
class Dimension:
    """The slices of one dimension, sorted by name.

    `photos` and `groups` are counts, (slices,), and so are by head the photos of known truth
    (`measured`); `points` has the values that could be measured; `statistics` each metric in every
    resample, (resamples, slices).
    """

    name: str
    names: tuple[str, ...]
    photos: tuple[int, ...]
    groups: tuple[int, ...]
    measured: Mapping[str, tuple[int, ...]]
    points: Points
    statistics: Mapping[str, Floats]


def measure_dimension(evaluation: Evaluation, name: str, resampling: Resampling) -> Dimension:
    """Measure every metric in every slice of a dimension: values and resamples."""
    column = np.array(evaluation.slices[name], dtype=object).astype(str)
    names = np.unique(column)
    masks: Masks = column[:, None] == names
    points = frame_metrics(evaluation, name)
    return Dimension(
        name=name,
        names=tuple(names.tolist()),
        photos=tuple(masks.sum(axis=0).tolist()),
        groups=tuple(len(np.unique(resampling.group_of[within])) for within in masks.T),
        measured={
            head: tuple((masks & known(truths)[:, None]).sum(axis=0).tolist())
            for head, truths in _truths(evaluation)
        },
        points=points,
        statistics={
            metric: np.concatenate(list(_blocks(evaluation, metric, resampling, masks)), axis=1)
            for metric in points
        },
    )


def slices_of(dimension: Dimension, confidence: float) -> tuple[Slice, ...]:
    """Return the slices with an estimate of every metric that they have."""
    return tuple(
        Slice(
            dimension=dimension.name,
            name=name,
            photos=dimension.photos[column],
            groups=dimension.groups[column],
            metrics={
                metric: estimate(values[name], dimension.statistics[metric][:, column], confidence)
                for metric, values in dimension.points.items()
                if name in values
            },
        )
        for column, name in enumerate(dimension.names)
    )


def _truths(evaluation: Evaluation) -> Iterator[tuple[str, tuple[float | None, ...]]]:
    for classes in evaluation.classification:
        yield classes.head, classes.truths
    for numbers in evaluation.regression:
        yield numbers.head, numbers.truths


def _blocks(
    evaluation: Evaluation, metric: str, resampling: Resampling, masks: Masks
) -> Iterator[Floats]:
    for start in range(0, masks.shape[1], _BLOCK):
        found = sliced_metric(evaluation, metric, resampling, masks[:, start : start + _BLOCK])
        if found is not None:
            yield found
