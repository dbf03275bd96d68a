"""Sample photographs of buildings in 25 architectural styles, drawn by seed.

They let the project run without a download. The drawings show what makes a style recognisable by
structure; colours, light, weather, ground and camera are drawn without regard to the style.
"""

from training.facades.draw import Facade, draw_building, draw_facades
from training.facades.errors import FacadeError, UnknownStyle
from training.facades.history import SPANS, STYLES, Span
from training.facades.store import contact_sheet, write_facades

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
    "write_facades",
]
