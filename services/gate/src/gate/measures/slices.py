"""Quality over all photos and slice by slice, with intervals, and the gaps between slices.

Every interval is over resampled building groups (resampling.py). Some slices the judge makes
itself, from photos and truths: no one else has a say in them. A dimension of the same name in the
photo manifest is replaced: whoever fills in that table could otherwise hide a bad slice by naming
it differently.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np

from artifacts.records.evaluation import UNKNOWN_SLICE, ClassificationOutcomes, Evaluation
from artifacts.records.evidence import Estimate, Slice, SliceGap
from artifacts.records.photos import PhotoManifest
from gate.resampling import interval
from judging.metric_names import limit_of
from scoring.metrics import (
    Floats,
    Masks,
    Resampling,
    countable,
    head_metric,
    heads_of,
    metric_names,
    metrics_of,
    resampled_metric,
)

Column = tuple[str, ...]
_BLOCK: Final = 64
"""Slices resampled at once: bounds memory where a dimension has a slice for every photo."""
ERA: Final = "era"
YEAR: Final = "year"
"""The unit of heads whose truths are cut into eras."""
ERAS: Final = (
    (1400, "before 1400"),
    (1700, "1400 to 1699"),
    (1850, "1700 to 1849"),
    (1920, "1850 to 1919"),
)
LATEST_ERA: Final = "1920 and later"
DARK_BELOW: Final = 0.35
BRIGHT_FROM: Final = 0.65
"""Mean brightness, 0 to 1: about one in twenty of ordinary day-light photos lies beyond each."""
RESOLUTIONS: Final = ((128, "under 128 px"), (256, "128 to 255 px"))
FINEST: Final = "256 px and more"


@dataclass(frozen=True)
class Traits:
    """What can be told of a photo without a model: mean brightness (0 to 1), shorter side (px)."""

    brightness: float
    shorter_side: int


def with_derived_slices(
    evaluation: Evaluation, manifest: PhotoManifest, traits: Sequence[Traits]
) -> Evaluation:
    """Return a holdout's evaluation with the judge's own slices; `traits` are in its order.

    One dimension by the true label of each classification head, named after the head, and one of
    its rare and common labels (`<head>_rarity`); one of eras for each head of years, named after
    it, or `era` where there is none; and `source`, `lighting` and `resolution`.
    """
    derived: dict[str, Column] = {}
    for classes in evaluation.classification:
        derived[classes.head] = _named(classes, classes.labels)
        derived[f"{classes.head}_rarity"] = _named(classes, _rarity(classes, manifest))
    for numbers in evaluation.regression:
        if numbers.unit == YEAR:
            derived[numbers.head] = tuple(map(_era, numbers.truths))
    # A model without a head of years is judged over the same eras as one that has it.
    years = {row.photo: row.year for row in manifest.rows}
    derived.setdefault(ERA, tuple(_era(years[photo]) for photo in evaluation.photos))
    sources = {row.photo: row.source for row in manifest.rows}
    derived["source"] = tuple(sources[photo] for photo in evaluation.photos)
    derived["lighting"] = tuple(
        "dark"
        if trait.brightness < DARK_BELOW
        else "normal"
        if trait.brightness < BRIGHT_FROM
        else "bright"
        for trait in traits
    )
    derived["resolution"] = tuple(
        next((name for end, name in RESOLUTIONS if trait.shorter_side < end), FINEST)
        for trait in traits
    )
    # Validated anew, so that a column of another length is found here.
    return Evaluation.model_validate(dict(evaluation) | {"slices": evaluation.slices | derived})


def _named(outcomes: ClassificationOutcomes, names: Sequence[str]) -> Column:
    """Name each photo by its true label's place among `names`."""
    return tuple(UNKNOWN_SLICE if truth is None else names[truth] for truth in outcomes.truths)


def _rarity(outcomes: ClassificationOutcomes, manifest: PhotoManifest) -> Column:
    """Say of each label whether it is rare: fewer building groups to train on than the median."""
    groups: dict[str, set[str]] = {label: set() for label in outcomes.labels}
    for row in manifest.of_split("train"):
        groups.setdefault(str(row.truth(outcomes.head)), set()).add(row.group)
    sizes = [len(groups[label]) for label in outcomes.labels]
    return tuple("rare" if size < median(sizes) else "common" for size in sizes)


def _era(year: float | None) -> str:
    if year is None:
        return UNKNOWN_SLICE
    return next((name for end, name in ERAS if year < end), LATEST_ERA)


def estimate(value: float, statistics: Floats, confidence: float) -> Estimate:
    """Put a value and the percentile interval of its resampled statistics together."""
    low, high = interval(statistics, confidence) or (None, None)
    return Estimate(value=value, low=low, high=high)


def measure_metrics(
    evaluation: Evaluation, resampling: Resampling, confidence: float
) -> dict[str, Estimate]:
    """Return every metric that can be measured, by its name `<head>.<metric>`."""
    found: dict[str, Estimate] = {}
    for metric, value in metrics_of(evaluation).items():
        statistics = resampled_metric(evaluation, metric, resampling)
        if statistics is not None:
            found[metric] = estimate(value, statistics, confidence)
    return found


@dataclass(frozen=True, eq=False)
class Dimension:
    """The slices of one dimension, sorted by name.

    `photos` and `groups` are counts, (slices,), and so are by head the photos of known truth
    (`measured`); `points` has, by metric and slice, the values that could be measured; `statistics`
    each metric in every resample, (resamples, slices).
    """

    name: str
    names: tuple[str, ...]
    photos: tuple[int, ...]
    groups: tuple[int, ...]
    measured: Mapping[str, tuple[int, ...]]
    points: Mapping[str, Mapping[str, float]]
    statistics: Mapping[str, Floats]


def measure_dimension(evaluation: Evaluation, name: str, resampling: Resampling) -> Dimension:
    """Measure every metric in every slice of a dimension: values and resamples."""
    column = np.array(evaluation.slices[name], dtype=object).astype(str)
    names = np.unique(column)
    masks: Masks = column[:, None] == names
    blocks = [masks[:, start : start + _BLOCK] for start in range(0, len(names), _BLOCK)]
    whole = Resampling.of_photos(len(column))
    measured: dict[str, tuple[int, ...]] = {}
    points: dict[str, dict[str, float]] = {}
    statistics: dict[str, Floats] = {}
    for outcomes in heads_of(evaluation):
        counts = (masks & countable(outcomes)[:, None]).sum(axis=0)
        measured[outcomes.head] = tuple(counts.tolist())
        for metric in metric_names(outcomes) if counts.any() else ():
            values, resampled = (
                np.concatenate(
                    [head_metric(outcomes, metric, of, block) for block in blocks], axis=1
                )
                for of in (whole, resampling)
            )
            full = f"{outcomes.head}.{metric}"
            there = zip(names.tolist(), values[0].tolist(), counts, strict=True)
            points[full] = {slice_: value for slice_, value, count in there if count}
            statistics[full] = resampled
    return Dimension(
        name=name,
        names=tuple(names.tolist()),
        photos=tuple(masks.sum(axis=0).tolist()),
        groups=tuple(len(np.unique(resampling.group_of[within])) for within in masks.T),
        measured=measured,
        points=points,
        statistics=statistics,
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


def gaps_of(dimension: Dimension, min_photos: int, confidence: float) -> tuple[SliceGap, ...]:
    """Return each metric's gap over the slices in which at least `min_photos` photos have a truth.

    Two such slices are needed. The interval is that of the difference between the two that the
    value is of, over the very same resamples. Best and worst were picked from the same photos, so a
    gap between slices that are truly alike is above 0 as well, and the more so the more and the
    smaller they are: judging it errs towards refusing.
    """
    found = (_gap(dimension, metric, min_photos, confidence) for metric in dimension.points)
    return tuple(gap for gap in found if gap is not None)


def _gap(dimension: Dimension, metric: str, min_photos: int, confidence: float) -> SliceGap | None:
    counts = dimension.measured[metric.partition(".")[0]]
    large = {name: i for i, name in enumerate(dimension.names) if counts[i] >= min_photos}
    points = {name: v for name, v in dimension.points[metric].items() if name in large}
    if len(points) < 2:  # noqa: PLR2004 - a gap is between two
        return None
    sign = 1 if limit_of(metric) == "at_least" else -1
    best = max(sorted(points), key=lambda name: sign * points[name])
    worst = min(sorted(points), key=lambda name: sign * points[name])
    statistics = dimension.statistics[metric]
    differences = sign * (statistics[:, large[best]] - statistics[:, large[worst]])
    return SliceGap(
        dimension=dimension.name,
        metric=metric,
        best=best,
        worst=worst,
        min_photos=min_photos,
        gap=estimate(sign * (points[best] - points[worst]), differences, confidence),
    )
