"""Counts by name, a row each."""

from typing import Any, Final

from pages.charts.data import Bars
from pages.charts.style import ACCENT, MUTED, bare, label, plot_area, room, size

WIDTH: Final = 430
ROW: Final = 19


def draw(figure: Any, data: Bars) -> None:
    """Draw a bar a row, its count at its end."""
    size(figure, WIDTH, ROW * max(1, len(data.rows)) + 12)
    axes = plot_area(figure, room(tuple(row.label for row in data.rows)) + 20, 4, 8, 8)
    bare(axes)
    counts = [row.count for row in data.rows]
    ends = [_end(row.count, row.remark) for row in data.rows]
    axes.barh(range(len(counts)), counts, height=0.62, color=ACCENT, alpha=0.75)
    for place, (count, end) in enumerate(zip(counts, ends, strict=True)):
        axes.annotate(
            end, (count, place), (5, 0), textcoords="offset points", va="center", color=MUTED,
            fontsize=10,
        )  # fmt: skip
    axes.set_ylim(max(1, len(counts)) - 0.5, -0.5)
    axes.set_yticks(range(len(counts)), [label(row.label) for row in data.rows])
    axes.set_xticks([])
    # Room for the longest number behind the longest bar.
    taken = (max(map(len, ends), default=0) * 6 + 10) / (WIDTH / 2)
    axes.set_xlim(0, max(1, *counts, 1) * (1 + taken))


def _end(count: int, remark: str) -> str:
    return label(f"{count:,} {remark}".rstrip())
