"""Charts as SVG, by matplotlib."""

import io
import warnings
from collections.abc import Callable
from typing import Any, Final

from pages.charts import bars, curves, heatmap, histogram, intervals, reliability
from pages.charts.data import (
    Bars,
    Chart,
    Curves,
    Heatmap,
    Histogram,
    Intervals,
    Reliability,
)
from pages.charts.style import RC, for_page

_DRAWN_BY: Final[dict[type, Callable[[Any, Any], None]]] = {
    Bars: bars.draw,
    Curves: curves.draw,
    Heatmap: heatmap.draw,
    Histogram: histogram.draw,
    Intervals: intervals.draw,
    Reliability: reliability.draw,
}
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
