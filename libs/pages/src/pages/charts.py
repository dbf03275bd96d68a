"""What charts show, as plain values. `drawing` turns one into SVG; only that loads matplotlib."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Reference:
    """A line to hold values against: a floor, or the value over all. `bad` is on its wrong side."""

    value: float
    label: str
    limit: bool = False


@dataclass(frozen=True)
class IntervalRow:
    """A value and its interval; None where there is none. A faint row counts for less."""

    label: str
    value: float
    low: float | None
    high: float | None
    remark: str = ""
    faint: bool = False


@dataclass(frozen=True)
class Intervals:
    """Values with their intervals, a row each; shares (0 to 1) are shown as percentages."""

    rows: tuple[IntervalRow, ...]
    references: tuple[Reference, ...] = ()
    share: bool = True
    unit: str = ""


@dataclass(frozen=True)
class Counted:
    """A name and how many there are."""

    label: str
    count: int
    remark: str = ""


@dataclass(frozen=True)
class Bars:
    """Counts by name, a row each."""

    rows: tuple[Counted, ...]


@dataclass(frozen=True)
class Histogram:
    """Counts between `edges`, which are one more than `counts` and ascend."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    what: str
    named_edges: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: Iterable[float], edges: tuple[float, ...], what: str) -> "Histogram":
        """Count values between edges, in bins drawn equally wide, as far as any value lies.

        A value on an edge counts to its right; one outside the edges counts to the nearest bin.
        """
        last = len(edges) - 2
        found = Counter(min(max(bisect_right(edges, v) - 1, 0), last) for v in values)
        first, end = min(found, default=0), max(found, default=last)
        kept = edges[first : end + 2]
        counts = tuple(found[n] for n in range(first, end + 1))
        return cls(kept, counts, what, tuple(f"{edge:g}" for edge in kept))


@dataclass(frozen=True)
class Curve:
    """Shares (0 to 1) at the points of an axis, with their bounds; None where there is no value."""

    label: str
    values: tuple[float | None, ...]
    lows: tuple[float | None, ...]
    highs: tuple[float | None, ...]


@dataclass(frozen=True)
class Curves:
    """Curves over named points, first to last."""

    points: tuple[str, ...]
    what: str
    curves: tuple[Curve, ...]
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True)
class ReliabilityPoint:
    """Answers of about one stated probability: its mean, the share that is right, how many."""

    confidence: float
    accuracy: float
    photos: int


@dataclass(frozen=True)
class Reliability:
    """How often answers are right, against how probable they were said to be (both 0 to 1)."""

    points: tuple[ReliabilityPoint, ...]


@dataclass(frozen=True)
class Heatmap:
    """How often each label (row) was answered with each label (column)."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


Drawing = Intervals | Bars | Histogram | Curves | Reliability | Heatmap


@dataclass(frozen=True)
class Chart:
    """A drawing with its caption; `alt` tells in words what is seen, and `note` how to read it."""

    kind: ClassVar[str] = "chart"
    title: str
    alt: str
    drawing: Drawing
    note: str = ""

    @property
    def wide(self) -> bool:
        """Whether it needs the page's whole width."""
        return isinstance(self.drawing, Heatmap)
