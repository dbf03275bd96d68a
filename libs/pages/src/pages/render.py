"""A page as one HTML file that asks for nothing else."""

import itertools
from collections.abc import Callable
from typing import Final

import jinja2
from markupsafe import Markup

from pages.charts import Chart
from pages.content import Page
from pages.drawing import svg
from pages.text import shown


def _visible(value: object) -> object:
    """Keep hidden characters out of every value; what is HTML already was seen to before."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


_ENVIRONMENT: Final = jinja2.Environment(
    loader=jinja2.PackageLoader("pages"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    finalize=_visible,
)


def render(page: Page) -> str:
    """Return a page as HTML. The same page gives the same bytes."""
    template = _ENVIRONMENT.get_template("page.html")
    return template.render(page=page, draw=_drawing())


def _drawing() -> Callable[[Chart], Markup]:
    """Return what draws charts, each with ids that no other chart of the page has."""
    numbers = itertools.count(1)
    return lambda chart: Markup(svg(chart, f"c{next(numbers)}"))  # noqa: S704 - our own drawing
