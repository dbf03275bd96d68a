"""Georgian and Colonial houses, and Spanish missions."""

import math

from samples.facades.canvas import Surface
from samples.facades.elements.openings import (
    Look,
    arcade,
    archivolt,
    door,
    outline,
    recess,
    window,
    window_row,
)
from samples.facades.elements.ornament import (
    balustrade,
    band,
    cornice,
    curve_line,
    pediment,
    pilaster,
    quoins,
    strut,
)
from samples.facades.elements.roofs import chimney, dormer, gable_front, gable_side, hip, pyramid
from samples.facades.elements.solids import column, steps
from samples.facades.site import Site


def _doorcase(site: Site, wall: Surface, u: float, high: float, rich: bool) -> None:
    """A door with a fanlight, pilasters and a small pediment."""
    trim = site.palette.trim
    for side in (-1, 1):
        pilaster(wall, u + side * 1.05, 0, high * 0.95, 0.34, trim, 0.25)
    door(site, wall, (u - 0.75, 0, u + 0.75, high * 0.72), surround=0.12)
    fan = (u - 0.75, high * 0.74, u + 0.75, high * 0.74 + 0.75)
    wall.poly(outline("round", (u - 0.9, high * 0.74, u + 0.9, high * 0.74 + 0.9)), trim)
    recess(wall, fan, "round", 0.1, site.palette.glass, 1)
    for k in range(1, 6):
        a = math.pi * k / 6
        strut(
            wall,
            (u, high * 0.74, u + 0.72 * math.cos(a), high * 0.74 + 0.72 * math.sin(a)),
            0.06,
            trim,
        )
    if rich:
        pediment(wall, (u - 1.5, high * 0.97, u + 1.5, high * 1.22), 0.6, trim)
    else:
        wall.box(u - 1.45, high * 0.96, u + 1.45, high * 1.03, 0.6, trim)


def georgian(site: Site) -> None:
    """A calm box: five or seven bays of sashes, fanlight door, hipped roof, two stacks."""
    dice, trim = site.dice, site.palette.trim
    bays, storeys = dice.pick((5, 5, 5, 7)), dice.pick((2, 2, 3))
    width, storey = bays * dice.between(2.3, 2.8), dice.between(3.0, 3.5)
    depth, height = width * dice.between(0.55, 0.8), storeys * storey + 0.9
    rise, parapet = dice.between(1.6, 3.2), dice.chance(0.3)
    stack = dice.between(1.6, 2.6)
    site.stand(width, height + rise + stack * 0.5, depth)
    for x in (-width * 0.48, width * 0.48 - 1.3):
        chimney(site, x, height * 0.9, -depth * 0.4, 1.3, rise + stack, 3)
    body = site.block(-width / 2, 0, 0, width, height, depth)
    surround, hood = dice.pick((0.0, 0.14)), dice.pick(("", "keystone", "flat"))
    look = Look(site.opening("rect"), 0.18, 3, 4, surround, hood=hood)
    for wall, span in body.walls:
        count = bays if wall is body.front else bays // 2
        for k in range(storeys):
            low, size = 0.9 + k * storey, storey * (0.66, 0.66, 0.44)[k]
            window_row(site, wall, (0, low, span, low + size), count, look, 0.4)
    u, bay = width / 2, width / bays
    body.front.rect(u - bay * 0.48, 0.5, u + bay * 0.48, 0.9 + storey * 0.85)
    _doorcase(site, body.front, u, 3.0, dice.chance(0.55))
    if dice.chance(0.6):
        quoins(body, trim)
    band(body, storey + 0.35, 0.25, trim)
    cornice(body, 0.6, 0.4, trim, dentils=True)
    hip(site, body, rise, 0.3, 0.5)
    if parapet:
        balustrade(body, 0.9, trim)
    elif dice.chance(0.5):
        for m in (-0.25, 0.0, 0.25):
            dormer(site, width * m - 0.7, height + 0.3, -0.8, 1.4)
    else:
        pediment(body.front, (u - bay * 1.5, height, u + bay * 1.5, height + bay * 0.9), 0.3, trim)
    steps(site.canvas, (-1.3, 1.3), 0.5, 0.0, 3, trim)


def _cottage(site: Site) -> None:
    dice = site.dice
    bays, storeys = dice.pick((3, 5, 5, 5)), dice.pick((1, 2, 2, 2))
    width, depth = bays * dice.between(2.2, 2.5), dice.between(6, 8)
    height, rise = storeys * 2.7 + 0.3, dice.between(2.6, 4.2)
    saltbox, garrison = dice.chance(0.2), dice.chance(0.3) and storeys > 1
    site.stand(width, height + rise + 1.0, depth)
    stacks = (-0.65,) if dice.chance(0.5) else (-width / 2 + 0.3, width / 2 - 1.6)
    for x in stacks:
        chimney(site, x, height + rise * 0.3, -depth * 0.42, 1.3, rise * 0.7 + 1.1, 0)
    body = site.block(-width / 2, 0, 0, width, height, depth)
    look = Look(site.opening("rect"), 0.12, 3, 4, 0.1, shutters=dice.chance(0.85))
    for wall, span in body.walls:
        count = bays if wall is body.front else 2
        for low in (0.9, 3.6)[:storeys]:
            window_row(site, wall, (0, low, span, low + 1.5), count, look, 0.4)
    gable_side(site, body, rise, 0.6 if saltbox else 0.25)
    if garrison:
        upper = site.block(-width / 2, 2.7, 0.6, width, height - 2.7, 0.6)
        window_row(site, upper.front, (0, 0.8, width, 2.2), bays, look, 0.4)
    _plain_door(site, body.front, width / 2, width / bays)
    if dice.chance(0.4):
        for m in (-0.28, 0.28):
            dormer(site, width * m - 0.65, height + 0.35, -0.7, 1.3)
    elif dice.chance(0.3):
        for x in (-1.2, 1.2):
            column(body.front, width / 2 + x, 0, 2.6, 0.14, site.palette.trim, 1.6, "tuscan")
        porch = site.block(-1.6, 2.6, 1.9, 3.2, 0.3, 1.9, site.palette.trim, "plain")
        gable_front(site, porch, 0.9, 0.1)


def _plain_door(site: Site, wall: Surface, u: float, bay: float) -> None:
    """A door between flat pilasters, in place of the windows there."""
    trim = site.palette.trim
    wall.rect(u - bay * 0.5, 0.2, u + bay * 0.5, 2.55)
    for side in (-0.8, 0.8):
        pilaster(wall, u + side, 0, 2.3, 0.24, trim)
    door(site, wall, (u - 0.55, 0.1, u + 0.55, 2.15), surround=0.1)
    wall.box(u - 1.1, 2.3, u + 1.1, 2.6, 0.4, trim)


def _mission(site: Site) -> None:
    dice = site.dice
    width, height, depth = dice.between(9, 13), dice.between(7, 9), dice.between(12, 18)
    tower, both, wing = dice.between(3, 4), dice.chance(0.4), dice.between(6, 12)
    rise = dice.between(1.0, 1.4) * height
    site.stand(width + tower * (1 + both) + (0 if both else wing), rise + 3, depth)
    shift = (tower - wing) / 2 if not both else 0.0
    left = -width / 2 + shift
    if not both:
        low = site.block(left + width, 0, -1.0, wing, 4.2, depth * 0.5)
        arcade(low.front, (0.3, 0, wing - 0.3, 3.2), max(2, int(wing / 2.4)), "round", 0.35, 2.0)
        gable_side(site, low, 1.6, 0.7)
    _espadana(site, site.block(left, 0, 0, width, height, depth).front, width, height)
    for x in (left - tower, left + width)[: 1 + both]:
        bell = site.block(x, 0, 0.4, tower, rise, tower)
        for wall, span in bell.walls:
            for low_edge, count in ((0.6, 1), (0.82, 2)):
                box = (0.3, rise * low_edge, span - 0.3, rise * (low_edge + 0.14))
                arcade(wall, box, count, "round", 0.4, 0.8)
        cornice(bell, 0.5, 0.35, site.palette.trim)
        pyramid(site, bell, tower * 0.6, 0.3)


# The curved gable of a mission from right to left, in widths and heights of the wall below.
_LOBES = ((1, 1.1), (0.82, 1.12), (0.72, 1.3), (0.5, 1.42), (0.28, 1.3), (0.18, 1.12), (0, 1.1))


def _espadana(site: Site, front: Surface, width: float, height: float) -> None:
    """The front of a mission church: curved gable, arched door, one window."""
    trim, m = site.palette.trim, width / 2
    lobes = [(width * a, height * b) for a, b in _LOBES]
    front.poly([(0, height), (width, height), *lobes])
    curve_line(front, lobes, 0.3, trim, 0.04)
    for u in (0.3, 0.7):
        pilaster(front, width * u, 0, height * 0.86, 0.6, trim)
    box = (m - 1.2, 0, m + 1.2, 3.8)
    archivolt(front, box, "round", 2, 0.3, trim)
    door(site, front, box, "round", 0.0)
    look = Look("round", 0.4, 2, 2, 0.25)
    window(site, front, (m - 0.7, height * 0.62, m + 0.7, height * 0.84), look)


def colonial(site: Site) -> None:
    """Clapboard, side gable, shutters and a central door; or a mission with arcade."""
    if site.dice.chance(0.82):
        _cottage(site)
    else:
        _mission(site)
