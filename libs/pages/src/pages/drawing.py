"""Charts as SVG, by matplotlib. Colours are stand-ins that the page's own take the place of."""

import io
import re
import warnings
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, Final

from markupsafe import escape

from pages.charts import (
    Bars,
    Chart,
    Curve,
    Curves,
    Heatmap,
    Histogram,
    IntervalRow,
    Intervals,
    Reference,
    Reliability,
)
from pages.text import shown

INK, MUTED, LINE, ACCENT, BAD, PAPER = (f"#{n:02d}{n:02d}{n:02d}" for n in range(1, 7))
"""Stand-ins: in the page each becomes a CSS variable, which is another in the dark."""

_VARIABLES: Final = dict(
    zip(
        (INK, MUTED, LINE, ACCENT, BAD, PAPER),
        ("--ink", "--muted", "--line", "--accent", "--bad", "--paper"),
        strict=True,
    )
)
_PIXEL: Final = 1 / 72
_LETTER: Final = 5.9
_MOST_LETTERS: Final = 26

RC: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",  # text stays text: small, sharp, and in the page's own font
    "text.parse_math": False,  # a $ in a label is a $
    "font.size": 11,
    "axes.labelsize": 10.5,
    "xtick.labelsize": 10,
    "ytick.labelsize": 11,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "axes.edgecolor": LINE,
    "axes.linewidth": 1,
    "grid.color": LINE,
    "grid.linewidth": 0.8,
    "xtick.major.pad": 6,
    "ytick.major.pad": 6,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "lines.solid_capstyle": "round",
}
_WIDTH: Final = 430
_MOST_TICKS: Final = 8
_LEGIBLE: Final = 0.55
"""Above this share a heatmap's cell is so dark that its number has the paper's colour."""
_CURVE_COLOURS: Final = (ACCENT, INK, MUTED)
_CURVE_STYLES: Final = ("-", (0, (4, 2)), (0, (1, 2)))
_NOTHING: Final = {"Date": None, "Creator": None, "Format": None, "Type": None}


def svg(chart: Chart, prefix: str) -> str:
    """Return a chart as an SVG element whose ids begin with `prefix`.

    The same chart gives the same bytes.
    """
    # matplotlib takes a second to import, and most of who import this draw nothing.
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    out = io.StringIO()
    with mpl.rc_context({**RC, "svg.hashsalt": prefix}), warnings.catch_warnings():
        # The page's fonts draw the letters, so those that matplotlib's own lack do no harm.
        warnings.filterwarnings("ignore", message="Glyph")
        figure = Figure()
        _DRAWN_BY[type(chart.drawing)](figure, chart.drawing)
        figure.savefig(out, format="svg", metadata=_NOTHING, transparent=True)
    return for_page(out.getvalue(), prefix, chart.alt)


def for_page(drawn: str, prefix: str, alt: str) -> str:
    """Turn matplotlib's SVG into one that can stand in a page beside others.

    Its colours become the page's, its ids are the chart's own, its fonts the page's; and the style
    sheet, which would hold for the whole page, goes.
    """
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r"<style.*?</style>|<metadata>.*?</metadata>", "", drawn, flags=re.DOTALL)
    # Tags alone are changed: a label may hold anything, also what looks like one of ours.
    drawn = re.sub(r"<[^>]*>", lambda tag: _adapted(tag[0], prefix), drawn)
    drawn = re.sub(r"\s*\n\s*", " ", drawn).replace("> <", "><")
    return _opened(drawn, alt)


def _adapted(tag: str, prefix: str) -> str:
    tag = re.sub(r"<g id=\"[^\"]*\">", "<g>", tag)
    tag = re.sub(r' id="([^"]*)"', rf' id="{prefix}-\1"', tag)
    tag = re.sub(r'(xlink:href="|url\()#', rf"\1#{prefix}-", tag)
    tag = re.sub(r"font-family: [^;\"]*;? ?", "", tag)
    tag = re.sub(r' transform="rotate\(-0 [^"]*\)"', "", tag)
    return re.sub("|".join(_VARIABLES), lambda found: f"var({_VARIABLES[found[0]]})", tag)


def _opened(drawn: str, alt: str) -> str:
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawn)
    if found is None:
        raise ValueError("matplotlib wrote an SVG without a viewBox")
    width = float(found[1])
    said = escape(shown(alt))
    opening = (
        f'<svg class="chart" role="img" aria-label="{said}" {found[0]} '
        f'style="max-width:{width:.0f}px" xmlns:xlink="http://www.w3.org/1999/xlink">'
    )
    return opening + drawn[drawn.index(">") + 1 :].strip()


def label(text: str) -> str:
    """Return a label that fits."""
    return shown(text, _MOST_LETTERS)


def room(texts: Iterator[str] | tuple[str, ...]) -> float:
    """Return the pixels that the longest of some labels takes."""
    return max((len(label(text)) for text in texts), default=0) * _LETTER


def size(figure: Any, width: float, height: float) -> None:
    """Make a figure so many pixels large."""
    figure.set_size_inches(width * _PIXEL, height * _PIXEL)


def plot_area(figure: Any, left: float, top: float, right: float, bottom: float) -> Any:
    """Return axes that leave so many pixels free on each side."""
    width, height = (side / _PIXEL for side in figure.get_size_inches())
    across = 1 - (left + right) / width
    up = 1 - (top + bottom) / height
    return figure.add_axes((left / width, bottom / height, across, up))


def bare(axes: Any) -> None:
    """Take the frame off."""
    for spine in axes.spines.values():
        spine.set_visible(False)


def percent(value: float, _: object = None) -> str:
    """Write a share as a percentage."""
    return f"{100 * value:.0f} %"


def _draw_bars(figure: Any, data: Bars) -> None:
    """Draw a bar a row, its count at its end."""
    size(figure, _WIDTH, 19 * max(1, len(data.rows)) + 12)
    axes = plot_area(figure, room(tuple(row.label for row in data.rows)) + 20, 4, 8, 8)
    bare(axes)
    counts = [row.count for row in data.rows]
    ends = [label(f"{row.count:,} {row.remark}".rstrip()) for row in data.rows]
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
    taken = (max(map(len, ends), default=0) * 6 + 10) / (_WIDTH / 2)
    axes.set_xlim(0, max(1, *counts, 1) * (1 + taken))


def _draw_curves(figure: Any, data: Curves) -> None:
    """Draw each curve with its bounds as a band."""
    size(figure, 300, 190)
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
    colour, style = (
        _CURVE_COLOURS[number % len(_CURVE_COLOURS)],
        _CURVE_STYLES[number % len(_CURVE_STYLES)],
    )
    bounded = [i for i in seen if curve.lows[i] is not None and curve.highs[i] is not None]
    lows, highs = ([bounds[i] for i in bounded] for bounds in (curve.lows, curve.highs))
    axes.fill_between(bounded, lows, highs, color=colour, alpha=0.18, linewidth=0)
    values = [curve.values[i] for i in seen]
    axes.plot(seen, values, color=colour, linestyle=style, marker="o", markersize=5, linewidth=2)


def _draw_heatmap(figure: Any, data: Heatmap) -> None:
    """Draw what is right in one colour, what is wrong in another, by share of the row."""
    count = len(data.labels)
    margin = room(data.labels) + 20
    side = min(40.0, (900 - margin - 16) / count)
    size(figure, margin + side * count + 16, margin + side * count + 28)
    axes = plot_area(figure, margin, margin + 12, 16, 16)
    for row, counts in enumerate(data.counts):
        for column, photos in enumerate(counts):
            if photos:
                _draw_heatmap_cell(axes, row, column, photos, photos / sum(counts))
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


def _draw_heatmap_cell(axes: Any, row: int, column: int, photos: int, share: float) -> None:
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


def _draw_histogram(figure: Any, data: Histogram) -> None:
    """Draw a bar a bin. Bins with named edges are equally wide, whatever they span."""
    size(figure, _WIDTH, 210)
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


def _draw_intervals(figure: Any, data: Intervals) -> None:
    """Draw a dot and a line a row, the references behind them."""
    head = 14 + 13 * len(data.references)
    size(figure, _WIDTH, head + 21 * max(1, len(data.rows)) + 30)
    left = room(tuple(row.label for row in data.rows)) + 20
    right = room(tuple(row.remark for row in data.rows)) * 0.9 + 14
    axes = plot_area(figure, left, head, right, 28)
    for place, row in enumerate(data.rows):
        _draw_interval(axes, place, row)
    for number, reference in enumerate(data.references):
        _draw_reference(axes, number, reference)
    _scale_intervals(axes, data)


def _draw_interval(axes: Any, place: int, row: IntervalRow) -> None:
    opacity = 0.45 if row.faint else 1.0
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


def _draw_reference(axes: Any, number: int, reference: Reference) -> None:
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


def _scale_intervals(axes: Any, data: Intervals) -> None:
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


def _draw_reliability(figure: Any, data: Reliability) -> None:
    """Draw accuracy against confidence over how many photos each point stands for."""
    size(figure, _WIDTH, 380)
    _draw_accuracies(plot_area(figure, 52, 12, 16, 110), data)
    _draw_counts(plot_area(figure, 52, 282, 16, 42), data)


def _draw_accuracies(axes: Any, data: Reliability) -> None:
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


_DRAWN_BY: Final[dict[type, Callable[[Any, Any], None]]] = {
    Bars: _draw_bars,
    Curves: _draw_curves,
    Heatmap: _draw_heatmap,
    Histogram: _draw_histogram,
    Intervals: _draw_intervals,
    Reliability: _draw_reliability,
}
