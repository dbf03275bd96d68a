"""Values with their intervals, a row each (a forest plot)."""

from typing import Any, Final

from pages.charts.data import IntervalRow, Intervals
from pages.charts.style import ACCENT, BAD, INK, LINE, MUTED, bare, label, percent, plot_area, size
from pages.charts.style import room as room_for

WIDTH: Final = 430
ROW: Final = 21
_FAINT: Final = 0.45


def draw(figure: Any, data: Intervals) -> None:
    """Draw a dot and a line a row, the references behind them."""
    head = 14 + 13 * len(data.references)
    size(figure, WIDTH, head + ROW * max(1, len(data.rows)) + 30)
    left = room_for(tuple(row.label for row in data.rows)) + 20
    right = room_for(tuple(row.remark for row in data.rows)) * 0.9 + 14
    axes = plot_area(figure, left, head, right, 28)
    for place, row in enumerate(data.rows):
        _draw_row(axes, place, row)
    for number, reference in enumerate(data.references):
        _draw_reference(axes, number, reference)
    _scale(axes, data)


def _draw_row(axes: Any, place: int, row: IntervalRow) -> None:
    opacity = _FAINT if row.faint else 1.0
    axes.axhline(place, color=LINE, linewidth=0.6, zorder=0)
    if row.low is not None and row.high is not None:
        axes.plot(
            [row.low, row.high], [place, place], color=ACCENT, linewidth=5, alpha=0.3 * opacity
        )
    filling = "none" if row.faint else ACCENT
    axes.plot([row.value], [place], "o", markersize=6, color=ACCENT, markerfacecolor=filling)
    if row.remark:
        place_of = axes.get_yaxis_transform()
        axes.text(
            1.02,
            place,
            label(row.remark),
            transform=place_of,
            va="center",
            color=MUTED,
            fontsize=9.5,
        )


def _draw_reference(axes: Any, number: int, reference: Any) -> None:
    colour, style = (BAD, "-") if reference.limit else (INK, (0, (3, 3)))
    axes.axvline(reference.value, color=colour, linewidth=1.1, linestyle=style, zorder=1)
    axes.annotate(
        label(reference.label),
        (reference.value, 1),
        xycoords=axes.get_xaxis_transform(),
        xytext=(0, 4 + 13 * number),
        textcoords="offset points",
        ha="center",
        fontsize=9.5,
        color=BAD if reference.limit else MUTED,
    )


def _scale(axes: Any, data: Intervals) -> None:
    bare(axes)
    axes.set_ylim(max(1, len(data.rows)) - 0.5, -0.5)
    axes.set_yticks(range(len(data.rows)), [label(row.label) for row in data.rows])
    axes.grid(axis="x")
    if data.share:
        axes.set_xlim(0, 1)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
        axes.xaxis.set_major_formatter(percent)
    else:
        axes.set_xlim(left=0)
        axes.margins(x=0.08)
        axes.set_xlabel(data.unit)
