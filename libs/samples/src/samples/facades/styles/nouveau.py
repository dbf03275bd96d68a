"""Art Nouveau town houses."""

import math
from itertools import pairwise

from samples.facades.canvas import Surface
from samples.facades.elements.openings import (
    Look,
    Rect,
    grown,
    outline,
    window,
    window_row,
)
from samples.facades.elements.ornament import curve_line
from samples.facades.elements.roofs import mansard
from samples.facades.elements.solids import ONION, lathe
from samples.facades.geometry import Vec
from samples.facades.site import Block, Site


def _whips(site: Site, wall: Surface, box: Rect) -> None:
    """Whiplash tendrils around an opening."""
    u0, v0, u1, v1 = box
    wide, tall, paint = u1 - u0, v1 - v0, site.palette.accent
    for side, u in ((-1, u0), (1, u1)):
        curve = [
            (
                u + side * wide * (0.12 + 0.12 * math.sin(k * 0.75)),
                v0 - tall * 0.1 + tall * 1.2 * k / 10,
            )
            for k in range(11)
        ]
        curl = [
            (
                curve[-1][0] - side * wide * 0.2 * (1 - math.cos(k * 0.8)),
                curve[-1][1] + tall * 0.1 * math.sin(k * 0.8),
            )
            for k in range(1, 6)
        ]
        curve_line(wall, curve + curl, 0.14, paint, 0.05)


def _curved_balcony(site: Site, wall: Surface, u: float, v: float, half: float) -> None:
    """A bulging iron balcony."""
    dark = (54, 58, 54)
    edge = [
        (u + half * math.sin(a), 0.15 + half * 0.45 * math.cos(a))
        for a in (-1.5, -0.9, -0.3, 0.3, 0.9, 1.5)
    ]
    for (a, w), (b, x) in pairwise(edge):
        for low, high in ((v - 0.2, v), (v + 0.95, v + 1.08)):
            corners = [
                wall.at(a, low, w),
                wall.at(b, low, x),
                wall.at(b, high, x),
                wall.at(a, high, w),
            ]
            wall.canvas.fill(
                [c for c in corners if c], site.palette.trim if low < v else dark, wall.light, 3
            )
        for t in (0.0, 0.33, 0.66):
            p, q = a + (b - a) * t, w + (x - w) * t
            curve_line(
                wall,
                [(p, v), (p + 0.12, v + 0.4), (p - 0.05, v + 0.7), (p + 0.05, v + 1.0)],
                0.07,
                dark,
                q,
            )


def art_nouveau(site: Site) -> None:
    """A town house with whiplash tendrils, organic windows, bulging balconies, a wavy gable."""
    dice = site.dice
    bays, storeys = dice.whole(3, 5), dice.whole(3, 5)
    width, storey = bays * dice.between(2.5, 3.2), dice.between(3.2, 3.7)
    height, depth, kind = storeys * storey + 0.6, dice.between(9, 12), site.opening("whiplash")
    crown = dice.between(1.6, 3.4)
    site.stand(width, height + crown + 1.5, depth)
    body = site.block(-width / 2, 0, 0, width, height, depth)
    if dice.chance(0.5):
        mansard(site, body, crown * 0.9, 1.4)
    wall, big = body.front, dice.whole(0, bays - 1)
    for j in range(storeys):
        for i in range(bays):
            form = "circle" if i == big and j == storeys - 2 and dice.chance(0.4) else kind
            _flowing_bay(
                site, wall, (width / bays * i, storey * j, width / bays), storey, (form, i == big)
            )
        top = storey * (j + 0.97)
        wave = [(width * k / 24, top + 0.16 * math.sin(k * 1.05 + j)) for k in range(25)]
        curve_line(wall, wave, 0.2, site.palette.trim, 0.1)
    _wavy_crown(site, body, width, height, crown)
    look = Look(kind, 0.25, 2, 2, 0.15, sill=False)
    for face, span in body.walls[:-1]:
        for j in range(storeys):
            row = (0, storey * j + 0.9, span, storey * (j + 0.8))
            window_row(site, face, row, 3, look, 0.36)


def _flowing_bay(
    site: Site, wall: Surface, place: Vec, storey: float, form: tuple[str, bool]
) -> None:
    """One window with tendrils and perhaps a balcony; place is left, foot and width of the bay."""
    (left, foot, step), (kind, big), dice = place, form, site.dice
    wide = big or foot == 0
    half, u = step * (0.39 if wide else dice.pick((0.23, 0.25))), left + step / 2
    box = (u - half, foot + 0.9, u + half, foot + storey * 0.86)
    window(site, wall, box, Look(kind, 0.35, 3 if wide else 2, 2, 0.28, sill=False))
    if dice.chance(0.55) and foot:
        _whips(site, wall, box)
    if foot and (big or dice.chance(0.4)):
        _curved_balcony(site, wall, u, foot + 0.6, step * 0.45)


def _wavy_crown(site: Site, body: Block, width: float, height: float, crown: float) -> None:
    wall, dice = body.front, site.dice
    waves = dice.pick((1, 1, 2, 3))
    edge = [
        (
            width * k / 30,
            height + crown * (0.18 + 0.8 * abs(math.sin(math.pi * waves * k / 30)) ** 1.4),
        )
        for k in range(31)
    ]
    wall.poly([(0, height), (width, height), *reversed(edge)])
    curve_line(wall, edge, 0.32, site.palette.trim, 0.12)
    half = crown * 0.32
    middle = width * (0.5 if waves != 2 else 0.25)
    shape = outline(
        "circle", (middle - half, height + 0.1, middle + half, height + 0.1 + 1.6 * half)
    )
    wall.poly(grown(shape, 0.2), site.palette.trim)
    wall.poly(shape, site.palette.accent)
    if dice.chance(0.3):
        lathe(site.canvas, (width * 0.44, height, -1.2), ONION, (1.0, 1.0), site.palette.accent)
