"""What charts show, as plain values. `drawing` turns one into SVG; only that loads matplotlib."""

from pages.charts.data import (
    Bars,
    Chart,
    Counted,
    Curve,
    Curves,
    Heatmap,
    Histogram,
    IntervalRow,
    Intervals,
    Reference,
    Reliability,
    ReliabilityPoint,
)

__all__ = [
    "Bars",
    "Chart",
    "Counted",
    "Curve",
    "Curves",
    "Heatmap",
    "Histogram",
    "IntervalRow",
    "Intervals",
    "Reference",
    "Reliability",
    "ReliabilityPoint",
]
