"""The reliability diagram (Niculescu-Mizil and Caruana, ICML 2005)."""

from typing import Any, Final

from pages.charts.data import Reliability
from pages.charts.style import ACCENT, BAD, MUTED, bare, percent, plot_area, size

WIDTH, HEIGHT = 430, 380
_SPLIT: Final = 282


def draw(figure: Any, data: Reliability) -> None:
    """Draw accuracy against confidence over how many photos each point stands for."""
    size(figure, WIDTH, HEIGHT)
    _draw_points(plot_area(figure, 52, 12, 16, HEIGHT - _SPLIT + 12), data)
    _draw_counts(plot_area(figure, 52, _SPLIT, 16, 42), data)


def _draw_points(axes: Any, data: Reliability) -> None:
    bare(axes)
    axes.grid()
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (3, 3)))
    axes.text(0.86, 0.8, "as said", color=MUTED, fontsize=9.5, va="top")
    for point in data.points:
        ends = [point.confidence, point.accuracy]
        axes.plot([point.confidence] * 2, ends, color=BAD, linewidth=5, alpha=0.25)
    axes.plot(
        [point.confidence for point in data.points],
        [point.accuracy for point in data.points],
        color=ACCENT, marker="o", markersize=6, linewidth=1.6,
    )  # fmt: skip
    _share_axis(axes)
    axes.set_ylim(0, 1.02)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.yaxis.set_major_formatter(percent)
    axes.tick_params(axis="y", labelsize=10)
    axes.tick_params(axis="x", labelbottom=False)
    axes.set_ylabel("right")


def _draw_counts(axes: Any, data: Reliability) -> None:
    bare(axes)
    places = [point.confidence for point in data.points]
    counts = [point.photos for point in data.points]
    axes.bar(places, counts, 0.035, color=ACCENT, alpha=0.75)
    for place, count in zip(places, counts, strict=True):
        axes.annotate(
            f"{count}", (place, count), (0, 3), textcoords="offset points", ha="center",
            color=MUTED, fontsize=9,
        )  # fmt: skip
    _share_axis(axes)
    axes.set_ylim(0, max(1, *counts, 1) * 1.35)
    axes.set_yticks([])
    axes.set_xlabel("probability of the answer")
    axes.set_ylabel("photos")


def _share_axis(axes: Any) -> None:
    axes.set_xlim(0, 1.02)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.xaxis.set_major_formatter(percent)
