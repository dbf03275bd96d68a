"""When and where each style was built: spans of years (negative is BC) and regions."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """First and last year of a style and the regions it is found in."""

    first: int
    last: int
    regions: tuple[str, ...]


_NORTH_AMERICA = ("north_america",)
_EUROPE = ("western_europe", "southern_europe", "central_europe")

SPANS: dict[str, Span] = {
    "achaemenid": Span(-550, -330, ("middle_east", "central_asia")),
    "american_craftsman": Span(1895, 1935, _NORTH_AMERICA),
    "american_foursquare": Span(1893, 1935, _NORTH_AMERICA),
    "ancient_egyptian": Span(-2700, -30, ("north_africa",)),
    "art_deco": Span(1919, 1942, ("north_america", "western_europe", "south_asia", "oceania")),
    "art_nouveau": Span(
        1890, 1914, ("western_europe", "central_europe", "southern_europe", "eastern_europe")
    ),
    "baroque": Span(
        1600, 1770, ("southern_europe", "central_europe", "western_europe", "latin_america")
    ),
    "bauhaus": Span(1911, 1938, ("central_europe", "middle_east", "western_europe")),
    "beaux_arts": Span(1865, 1930, ("north_america", "western_europe", "latin_america")),
    "byzantine": Span(330, 1453, ("southern_europe", "middle_east", "eastern_europe")),
    "chicago_school": Span(1879, 1915, _NORTH_AMERICA),
    "colonial": Span(1560, 1830, ("north_america", "latin_america")),
    "deconstructivism": Span(1978, 2020, (*_EUROPE, "north_america", "east_asia")),
    "edwardian": Span(1900, 1915, ("british_isles", "oceania", "north_america")),
    "georgian": Span(1714, 1837, ("british_isles", "north_america")),
    "gothic": Span(1140, 1540, (*_EUROPE, "british_isles")),
    "greek_revival": Span(1800, 1865, ("north_america", "british_isles", "central_europe")),
    "international": Span(1922, 1978, (*_EUROPE, "north_america", "latin_america")),
    "novelty": Span(1881, 2015, ("north_america", "east_asia", "oceania", "central_europe")),
    "palladian": Span(1540, 1790, ("southern_europe", "british_isles", "north_america")),
    "postmodern": Span(1964, 2005, (*_EUROPE, "north_america", "east_asia")),
    "queen_anne": Span(1876, 1912, ("north_america", "british_isles", "oceania")),
    "romanesque": Span(950, 1220, _EUROPE),
    "russian_revival": Span(1826, 1917, ("eastern_europe", "central_asia")),
    "tudor_revival": Span(1860, 1940, ("british_isles", "north_america")),
}

STYLES: tuple[str, ...] = tuple(SPANS)
