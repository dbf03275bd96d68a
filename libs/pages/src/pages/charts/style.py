"""How every chart looks: one set of colours, that the page's own take the place of."""

import re
from collections.abc import Iterator
from typing import Any, Final

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
    said = _escaped(shown(alt))
    opening = (
        f'<svg class="chart" role="img" aria-label="{said}" {found[0]} '
        f'style="max-width:{width:.0f}px" xmlns:xlink="http://www.w3.org/1999/xlink">'
    )
    return opening + drawn[drawn.index(">") + 1 :].strip()


def _escaped(text: str) -> str:
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(character, entity)
    return text
