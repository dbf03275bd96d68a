"""Buildings drawn by seed: the same seed, style and number always give the same photos."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from samples.facades.canvas import Canvas
from samples.facades.dice import Dice
from samples.facades.errors import UnknownStyle
from samples.facades.geometry import Vec, aim
from samples.facades.history import SPANS, STYLES
from samples.facades.mood import Mood, draw_mood
from samples.facades.palette import Palette, mix_palette
from samples.facades.render import develop, expose
from samples.facades.scene import dress, lay_ground, raise_neighbours
from samples.facades.site import Site
from samples.facades.styles import RULES

# Real buildings mix styles: this share has windows or materials of a neighbouring style.
MIXED_SHARE = 0.25


@dataclass(frozen=True)
class Facade:
    """One drawn photo of a building; `year` is negative for BC, sizes are in pixels."""

    photo: bytes
    style: str
    building: str
    view: int
    year: int
    region: str
    lighting: str
    width: int
    height: int


@dataclass(frozen=True)
class _Plan:
    """What is the same in every view of a building."""

    seed: np.random.SeedSequence
    palette: Palette
    borrowed: str
    year: int
    region: str
    views: int


def _seed(seed: int, style: str, number: int) -> np.random.SeedSequence:
    name = int.from_bytes(hashlib.sha256(style.encode()).digest()[:8], "big")
    return np.random.SeedSequence((seed, name, number))


def _plan(seed: int, style: str, number: int, views: tuple[int, int]) -> _Plan:
    choices, design = _seed(seed, style, number).spawn(2)
    dice, rule, span = Dice(choices), RULES[style], SPANS[style]
    neighbour = RULES[dice.pick(rule.neighbours)] if dice.chance(MIXED_SHARE) else None
    materials = neighbour.materials if neighbour and dice.chance(0.5) else rule.materials
    return _Plan(
        seed=design,
        palette=mix_palette(dice, materials),
        borrowed=neighbour.opening if neighbour else "",
        year=dice.whole(span.first, span.last),
        region=dice.pick(span.regions),
        views=dice.whole(*views),
    )


def _fresh(seed: np.random.SeedSequence) -> np.random.SeedSequence:
    return np.random.SeedSequence(entropy=seed.entropy, spawn_key=seed.spawn_key)


def _photograph(style: str, plan: _Plan, mood: Mood, around: Dice) -> bytes:
    extents: list[Vec] = []

    def begin(extent: Vec) -> Canvas:
        size = (mood.size[0] * 2, mood.size[1] * 2)
        canvas = Canvas(aim(mood.pose, extent, size), mood.sun, size)
        lay_ground(canvas, mood, extent, around)
        raise_neighbours(canvas, mood, extent, around)
        extents.append(extent)
        return canvas

    site = Site(
        dice=Dice(_fresh(plan.seed)),
        palette=plan.palette,
        begin=begin,
        lamps=Dice(around.branch()),
        lit_share=mood.lit_share,
        borrowed=plan.borrowed,
    )
    RULES[style].draw(site)
    dress(site.canvas, mood, extents[0], around)
    return expose(develop(site.canvas, mood, around), mood, around)


def draw_building(
    style: str, number: int, seed: int, views: tuple[int, int] = (1, 3)
) -> tuple[Facade, ...]:
    """All views of building `number` (from 0) of a style.

    Needs nothing but its arguments, so buildings can be drawn in parallel processes.
    Raises UnknownStyle if the style is not one of STYLES.
    """
    if style not in SPANS:
        raise UnknownStyle(style)
    plan = _plan(seed, style, number, views)
    root = _seed(seed, style, number)
    facades = []
    for view in range(plan.views):
        around = Dice(np.random.SeedSequence(entropy=root.entropy, spawn_key=(1000 + view,)))
        mood = draw_mood(around)
        facades.append(
            Facade(
                photo=_photograph(style, plan, mood, around),
                style=style,
                building=f"{style}-{number:04d}",
                view=view,
                year=plan.year,
                region=plan.region,
                lighting=mood.lighting,
                width=mood.size[0],
                height=mood.size[1],
            )
        )
    return tuple(facades)


def draw_facades(
    buildings_per_style: int,
    seed: int,
    views: tuple[int, int] = (1, 3),
    styles: Sequence[str] = STYLES,
) -> Iterator[Facade]:
    """Photos of `buildings_per_style` buildings of each style, style by style.

    `views` is the least and the most photos of a building. A larger count adds buildings and
    leaves the photos of the earlier ones equal byte for byte on one machine.
    """
    for style in styles:
        for number in range(buildings_per_style):
            yield from draw_building(style, number, seed, views)
