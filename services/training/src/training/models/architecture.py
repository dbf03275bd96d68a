"""The model `architecture`: 25 styles and the year of a building."""

import re
import unicodedata

from features import architecture_schema
from training.models.definition import ClassificationTarget, ModelDefinition, RegressionTarget
from training.models.periods import STYLE_PERIODS

STYLES = (
    "achaemenid",
    "american_craftsman",
    "american_foursquare",
    "ancient_egyptian",
    "art_deco",
    "art_nouveau",
    "baroque",
    "bauhaus",
    "beaux_arts",
    "byzantine",
    "chicago_school",
    "colonial",
    "deconstructivism",
    "edwardian",
    "georgian",
    "gothic",
    "greek_revival",
    "international",
    "novelty",
    "palladian",
    "postmodern",
    "queen_anne",
    "romanesque",
    "russian_revival",
    "tudor_revival",
)

REFERENCE_YEAR = 2030
"""Photos of years from here on are refused; later than any building that stands by then."""


def style_of_folder(folder: str) -> str | None:
    """Return the style that a folder's name stands for, or None.

    The public 25-style data sets write "Ancient Egyptian architecture", "American craftsman
    style", "Beaux-Arts architecture"; ours is `ancient_egyptian`. A number before it ("01 Gothic"),
    an accent and several such endings say nothing else.
    """
    letters = unicodedata.normalize("NFKD", folder.lower())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = re.sub(r"[^a-z0-9]+", "_", bare).strip("_")
    plain = re.sub(
        r"^\d+_|(_(architecture|style|movement|buildings?|photos?|images?))+$", "", words
    )
    return plain if plain in STYLES else None


ARCHITECTURE = ModelDefinition(
    name="architecture",
    features=architecture_schema,
    classification=ClassificationTarget(name="style", labels=STYLES),
    regression=RegressionTarget(
        name="era",
        unit="year",
        before=REFERENCE_YEAR,
        periods=STYLE_PERIODS,
    ),
    label_of_folder=style_of_folder,
)
