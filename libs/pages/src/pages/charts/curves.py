"""Shares over named points."""

from typing import Any, Final

from pages.charts.data import Curve, Curves
from pages.charts.style import ACCENT, BAD, INK, MUTED, bare, label, percent, plot_area, size

WIDTH, HEIGHT = 300, 190
_COLOURS: Final = (ACCENT, INK, MUTED)
_STYLES: Final = ("-", (0, (4, 2)), (0, (1, 2)))


def draw(figure: Any, data: Curves) -> None:
    """Draw each curve with its bounds as a band."""
    size(figure, WIDTH, HEIGHT)
    axes = plot_area(figure, 44, 14, 12, 44)
    bare(axes)
    axes.grid(axis="y")
    for number, curve in enumerate(data.curves):
        _draw_curve(axes, number, curve)
    for reference in data.references:
        axes.axhline(reference.value, color=BAD, linewidth=1.1)
        axes.annotate(
            label(reference.label), (1, reference.value), (0, -11), color=BAD, fontsize=9.5,
            xycoords=axes.get_yaxis_transform(), textcoords="offset points", ha="right",
        )  # fmt: skip
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.yaxis.set_major_formatter(percent)
    axes.tick_params(axis="y", labelsize=10)
    axes.set_xlim(-0.15, len(data.points) - 0.85)
    axes.set_xticks(range(len(data.points)), [label(point) for point in data.points])
    axes.set_xlabel(data.what)


def _draw_curve(axes: Any, number: int, curve: Curve) -> None:
    seen = [i for i, value in enumerate(curve.values) if value is not None]
    colour, style = _COLOURS[number % len(_COLOURS)], _STYLES[number % len(_STYLES)]
    bounded = [i for i in seen if curve.lows[i] is not None and curve.highs[i] is not None]
    lows, highs = ([bounds[i] for i in bounded] for bounds in (curve.lows, curve.highs))
    axes.fill_between(bounded, lows, highs, color=colour, alpha=0.18, linewidth=0)
    values = [curve.values[i] for i in seen]
    axes.plot(seen, values, color=colour, linestyle=style, marker="o", markersize=5, linewidth=2)
