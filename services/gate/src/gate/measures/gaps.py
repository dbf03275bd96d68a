"""How far the best and the worst slice of a dimension lie apart."""

from artifacts.records.evidence import SliceGap
from gate.measures.estimates import estimate
from gate.measures.slices import Dimension
from judging.metric_names import limit_of


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
