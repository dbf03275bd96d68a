"""A confusion table: truth by row, answer by column."""

from typing import Any, Final

from pages.charts.data import Heatmap
from pages.charts.style import ACCENT, BAD, INK, LINE, PAPER, label, plot_area, room, size

WIDTH: Final = 900
_LEGIBLE: Final = 0.55
"""Above this share a cell is so dark that its number has the paper's colour."""


def draw(figure: Any, data: Heatmap) -> None:
    """Draw what is right in one colour, what is wrong in another, by share of the row."""
    count = len(data.labels)
    margin = room(data.labels) + 20
    side = min(40.0, (WIDTH - margin - 16) / count)
    size(figure, margin + side * count + 16, margin + side * count + 28)
    axes = plot_area(figure, margin, margin + 12, 16, 16)
    for row, counts in enumerate(data.counts):
        for column, photos in enumerate(counts):
            if photos:
                _draw_cell(axes, row, column, photos, photos / sum(counts))
    axes.set_xlim(-0.5, count - 0.5)
    axes.set_ylim(count - 0.5, -0.5)
    axes.set_xticks(range(count), [label(name) for name in data.labels], rotation=90)
    axes.set_yticks(range(count), [label(name) for name in data.labels])
    axes.xaxis.tick_top()
    axes.tick_params(colors=INK)
    axes.set_xticks([n - 0.5 for n in range(count + 1)], minor=True)
    axes.set_yticks([n - 0.5 for n in range(count + 1)], minor=True)
    axes.grid(which="minor", color=LINE, linewidth=0.6)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _draw_cell(axes: Any, row: int, column: int, photos: int, share: float) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - as in drawing.py

    colour = ACCENT if row == column else BAD
    # The strongest confusion rarely passes a third of its row; what is right mostly does.
    strength = share if row == column else min(1.0, 2 * share)
    opacity = 0.08 + 0.92 * strength
    axes.add_patch(
        Rectangle((column - 0.5, row - 0.5), 1, 1, color=colour, alpha=opacity, linewidth=0)
    )
    ink = PAPER if opacity > _LEGIBLE else INK
    axes.text(column, row, f"{photos}", ha="center", va="center", fontsize=9, color=ink)
