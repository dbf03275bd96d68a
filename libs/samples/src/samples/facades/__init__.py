"""Sample photographs of buildings in 25 architectural styles, drawn by seed.

They let the project run without a download. The drawings show what makes a style recognisable by
structure; colours, light, weather, ground and camera are drawn without regard to the style.
"""

from samples.facades.draw import Facade, draw_building, draw_facades
from samples.facades.errors import FacadeError, UnknownStyle
from samples.facades.history import SPANS, STYLES, Span
from samples.facades.store import contact_sheet, draw_folder, write_facades

__all__ = [
    "SPANS",
    "STYLES",
    "Facade",
    "FacadeError",
    "Span",
    "UnknownStyle",
    "contact_sheet",
    "draw_building",
    "draw_facades",
    "draw_folder",
    "write_facades",
]
