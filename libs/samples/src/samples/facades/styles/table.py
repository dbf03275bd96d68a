"""The table of styles."""

from collections.abc import Callable
from dataclasses import dataclass

from samples.facades.site import Site
from samples.facades.styles import (
    ancient,
    british,
    classical,
    domed,
    grand,
    houses,
    late,
    medieval,
    modern,
    nouveau,
    novelty,
    queen_anne,
    suburban,
    towers,
)


@dataclass(frozen=True)
class Rule:
    """How a style is drawn: its function, walls, usual window outline and styles it mixes with."""

    draw: Callable[[Site], None]
    materials: tuple[str, ...]
    opening: str
    neighbours: tuple[str, ...]


_MASONRY = ("stone", "stone", "plaster", "brick", "rubble")
_HOUSE = ("brick", "clapboard", "plaster", "stone")
_SMOOTH = ("plaster", "stone", "stone", "brick")
_MODERN = ("concrete", "plaster", "panel", "stone", "brick")

RULES: dict[str, Rule] = {
    "achaemenid": Rule(
        ancient.achaemenid, ("stone", "rubble", "plaster"), "rect", ("ancient_egyptian",)
    ),
    "american_craftsman": Rule(
        suburban.american_craftsman,
        ("clapboard", "clapboard", "plaster", "brick", "rubble"),
        "rect",
        ("american_foursquare", "queen_anne"),
    ),
    "american_foursquare": Rule(
        suburban.american_foursquare, _HOUSE, "rect", ("american_craftsman", "colonial")
    ),
    "ancient_egyptian": Rule(
        ancient.ancient_egyptian, ("stone", "rubble", "plaster"), "rect", ("achaemenid",)
    ),
    "art_deco": Rule(
        towers.art_deco,
        ("stone", "concrete", "plaster", "brick"),
        "rect",
        ("chicago_school", "international"),
    ),
    "art_nouveau": Rule(nouveau.art_nouveau, _SMOOTH, "whiplash", ("beaux_arts", "edwardian")),
    "baroque": Rule(grand.baroque, _SMOOTH, "segment", ("palladian", "beaux_arts")),
    "bauhaus": Rule(
        modern.bauhaus, ("plaster", "plaster", "concrete", "brick"), "rect", ("international",)
    ),
    "beaux_arts": Rule(grand.beaux_arts, _SMOOTH, "round", ("baroque", "greek_revival")),
    "byzantine": Rule(domed.byzantine, _MASONRY, "round", ("romanesque", "russian_revival")),
    "chicago_school": Rule(
        towers.chicago_school, ("brick", "stone", "concrete"), "rect", ("art_deco", "beaux_arts")
    ),
    "colonial": Rule(houses.colonial, _HOUSE, "rect", ("georgian", "greek_revival")),
    "deconstructivism": Rule(
        late.deconstructivism, _MODERN, "rect", ("postmodern", "international")
    ),
    "edwardian": Rule(
        british.edwardian,
        ("brick", "brick", "stone", "plaster"),
        "segment",
        ("queen_anne", "tudor_revival"),
    ),
    "georgian": Rule(
        houses.georgian, ("brick", "brick", "stone", "plaster"), "rect", ("palladian", "colonial")
    ),
    "gothic": Rule(medieval.gothic, _MASONRY, "pointed", ("romanesque",)),
    "greek_revival": Rule(
        classical.greek_revival,
        ("stone", "plaster", "clapboard", "brick"),
        "rect",
        ("palladian", "colonial"),
    ),
    "international": Rule(modern.international, _MODERN, "rect", ("bauhaus", "postmodern")),
    "novelty": Rule(novelty.novelty, _MODERN, "rect", ("postmodern", "deconstructivism")),
    "palladian": Rule(
        classical.palladian, _SMOOTH, "rect", ("georgian", "greek_revival", "baroque")
    ),
    "postmodern": Rule(late.postmodern, _MODERN, "round", ("deconstructivism", "international")),
    "queen_anne": Rule(
        queen_anne.queen_anne,
        ("clapboard", "clapboard", "brick", "plaster"),
        "rect",
        ("american_foursquare", "tudor_revival"),
    ),
    "romanesque": Rule(medieval.romanesque, _MASONRY, "round", ("byzantine", "gothic")),
    "russian_revival": Rule(domed.russian_revival, _MASONRY, "kokoshnik", ("byzantine",)),
    "tudor_revival": Rule(
        british.tudor_revival,
        ("plaster", "plaster", "brick", "stone"),
        "rect",
        ("queen_anne", "edwardian"),
    ),
}
