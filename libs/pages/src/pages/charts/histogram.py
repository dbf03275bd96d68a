"""Counts between edges."""

from itertools import pairwise
from typing import Any, Final

from pages.charts.data import Histogram
from pages.charts.style import ACCENT, PAPER, bare, label, plot_area, size

WIDTH, HEIGHT = 430, 210
_MOST_TICKS: Final = 8


def draw(figure: Any, data: Histogram) -> None:
    """Draw a bar a bin. Bins with named edges are equally wide, whatever they span."""
    size(figure, WIDTH, HEIGHT)
    axes = plot_area(figure, 44, 10, 14, 42)
    bare(axes)
    named = bool(data.named_edges)
    edges = [float(n) for n in range(len(data.edges))] if named else list(data.edges)
    widths = [right - left for left, right in pairwise(edges)]
    axes.bar(
        edges[:-1], data.counts, widths, align="edge", color=ACCENT, alpha=0.75, edgecolor=PAPER,
        linewidth=1,
    )  # fmt: skip
    axes.grid(axis="y")
    axes.tick_params(axis="y", labelsize=10)
    axes.yaxis.get_major_locator().set_params(integer=True, nbins=5)
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(bottom=0, top=max(1, max(data.counts, default=0)) * 1.08)
    if named:
        step = -(-len(edges) // (_MOST_TICKS + 2))
        axes.set_xticks(edges[::step], [label(name) for name in data.named_edges[::step]])
    else:
        axes.locator_params(axis="x", nbins=_MOST_TICKS)
        axes.xaxis.set_major_formatter("{x:.0f}")
    axes.set_xlabel(data.what)
