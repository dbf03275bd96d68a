"""Edwardian and Tudor Revival houses."""

from samples.facades.canvas import Surface
from samples.facades.elements.openings import (
    Look,
    Rect,
    door,
    window,
    window_row,
)
from samples.facades.elements.ornament import (
    balustrade,
    band,
    cornice,
    stripes,
    strut,
)
from samples.facades.elements.roofs import chimney, gable_front, gable_side, hip
from samples.facades.elements.solids import column, slab
from samples.facades.geometry import Colour, tint
from samples.facades.site import Block, Site

_TIMBER: tuple[Colour, ...] = ((62, 46, 36), (48, 42, 38), (96, 72, 52))
_PLASTER: tuple[Colour, ...] = ((226, 216, 192), (208, 190, 156), (232, 228, 218))
# Height of a ground floor in metres, and how many gables fill a whole front.
_LOWER, MANY_GABLES = 2.9, 3


def _bay(site: Site, x: float, size: tuple[float, float], storeys: int, kind: str) -> Block:
    """A boxy bay window over some storeys; size is width and height."""
    width, height = size
    bay, look = site.block(x, 0, 1.2, width, height, 1.2), Look(kind, 0.15, 1, 2, 0.12)
    for k in range(storeys):
        low, high = height * (k + 0.28) / storeys, height * (k + 0.86) / storeys
        for wall, span in bay.walls:
            count = 3 if wall is bay.front else 1
            window_row(site, wall, (0.15, low, span - 0.15, high), count, look, 0.72)
    return bay


def edwardian(site: Site) -> None:
    """Brick with stone bands, two-storey bays under gables, tall stacks, a painted porch."""
    dice, pale = site.dice, tint(site.palette.trim, 0.96)
    width, depth, storeys = dice.between(8, 14), dice.between(8, 11), dice.pick((2, 2, 3))
    height, rise = storeys * 3.2 + 0.4, dice.between(2.4, 3.6)
    twin, wide = dice.chance(0.45), width * dice.between(0.28, 0.36)
    kind = site.opening(dice.pick(("rect", "segment")))
    site.stand(width, height + rise + 1.4, depth)
    for x in (-width / 2, width / 2 - 1.5):
        chimney(site, x, height, -depth * 0.35, 1.5, rise + 1.2, 4)
    body = site.block(-width / 2, 0, 0, width, height, depth)
    if dice.chance(0.4):
        stripes(body, 0.8, height, dice.whole(4, 7), pale)
    for k in range(1, storeys + 1):
        band(body, k * 3.2 - 0.3, 0.35, pale)
    for wall, span in body.walls:
        for k in range(storeys):
            look = Look(kind, 0.18, 2, 2, 0.18, hood=dice.pick(("keystone", "flat")))
            row = (0, 1.0 + 3.2 * k, span, 2.7 + 3.2 * k)
            window_row(site, wall, row, max(3, int(span / 2.4)), look, 0.38)
    if dice.chance(0.5):
        hip(site, body, rise, 0.4, 0.6)
    else:
        gable_side(site, body, rise, 0.3)
    spots = (-width / 2 + 0.3, width / 2 - wide - 0.3)
    chosen = spots if twin else spots[:1] if dice.chance(0.5) else spots[1:]
    for x in chosen:
        bay = _bay(site, x, (wide, 6.4 if storeys > 2 else height), 2, kind)
        _bay_top(site, bay, wide, pale)
    shift = 0.0 if twin else wide * (0.5 if chosen[0] < 0 else -0.5)
    _edwardian_porch(site, body, width, shift)


def _bay_top(site: Site, bay: Block, wide: float, pale: Colour) -> None:
    """A gable with a small window, or a parapet."""
    top = bay.size[1]
    if site.dice.chance(0.75):
        gable_front(site, bay, wide * site.dice.between(0.5, 0.7), 0.35)
        box = (wide * 0.38, top + 0.2, wide * 0.62, top + wide * 0.26)
        window(site, bay.front, box, Look("rect", 0.1, 1, 1, 0.1))
    else:
        cornice(bay, 0.4, 0.3, pale)
        balustrade(bay, 0.6, pale)


def _edwardian_porch(site: Site, body: Block, width: float, shift: float) -> None:
    u, trim = width / 2 + shift, site.palette.trim
    body.front.rect(u - 1.1, 0.2, u + 1.1, 2.85)
    door(site, body.front, (u - 0.6, 0.1, u + 0.6, 2.4), "segment", 0.15)
    for side in (-1, 1):
        column(body.front, u + side * 1.2, 0, 2.7, 0.13, trim, 1.3, "tuscan")
    slab(site.canvas, (shift - 1.6, 2.7, 0), (shift + 1.6, 3.0, 1.6), trim)


def _timbers(wall: Surface, box: Rect, dark: Colour) -> None:
    """Posts, rails and braces on plaster."""
    u0, v0, u1, v1 = box
    count = max(3, int((u1 - u0) / 0.9))
    step = (u1 - u0) / count
    for k in range(count + 1):
        strut(wall, (u0 + k * step, v0, u0 + k * step, v1), 0.2, dark)
    for v in (v0, (v0 + v1) / 2, v1):
        strut(wall, (u0, v, u1, v), 0.22, dark)
    for k in range(0, count, max(1, count - 1)):
        a, b = u0 + k * step, u0 + (k + 1) * step
        strut(wall, (a, v0, b, (v0 + v1) / 2) if k == 0 else (b, v0, a, (v0 + v1) / 2), 0.18, dark)


def _timber_gable(site: Site, block: Block, rise: float, paints: tuple[Colour, Colour]) -> None:
    dark, plaster = paints
    width, height = block.size[0], block.size[1]
    gable_front(site, block, rise, 0.45, dark)
    front = block.front
    front.poly([(0.3, height), (width - 0.3, height), (width / 2, height + rise * 0.92)], plaster)
    count = max(5, int(width / 0.8)) | 1
    for k in range(1, count):
        u = width * k / count
        top = height + rise * 0.92 * (1 - abs(2 * k / count - 1))
        strut(front, (u, height, u, top), 0.18, dark)
    strut(front, (0, height, width, height), 0.28, dark)
    for side in (0.25, 0.75):
        strut(front, (width * side, height, width / 2, height + rise * 0.5), 0.16, dark)
    window(
        site,
        front,
        (width * 0.38, height + rise * 0.16, width * 0.62, height + rise * 0.42),
        Look("rect", 0.12, 3, 2, 0.1),
    )


def tudor_revival(site: Site) -> None:
    """Half timber over brick or stone, steep gables, rows of leaded casements, tall chimneys."""
    dice = site.dice
    width, depth, upper = dice.between(11, 17), dice.between(7, 9), dice.between(2.3, 2.8)
    height, rise = _LOWER + upper, dice.between(3.6, 5.2)
    paints = (dice.pick(_TIMBER), dice.pick(_PLASTER))
    gables, look = dice.pick((1, 2, 2, 3)), Look(site.opening("rect"), 0.12, 4, 2, 0.1)
    site.stand(width, height + rise + 1.6, depth)
    chimney(site, dice.between(-0.4, 0.3) * width, height + 1.0, -depth * 0.45, 1.4, rise + 0.8, 3)
    body = site.block(-width / 2, 0, 0, width, height, depth)
    _framing(body, height, paints)
    for wall, span in body.walls:
        for low in (0.9, _LOWER + 0.8):
            window_row(site, wall, (0, low, span, low + 1.35), max(2, int(span / 3.2)), look, 0.55)
    gable_side(site, body, rise, 0.4, paints[0])
    spots = {1: (dice.pick((-0.42, 0.12)),), 2: (-0.46, 0.14), 3: (-0.48, -0.14, 0.2)}[gables]
    share, entry = (0.28, 0.45) if gables == MANY_GABLES else (0.32, 0.55)
    for m in spots:
        wide = width * share * dice.between(0.85, 1.15)
        jut = site.block(width * m, 0, dice.between(0.8, 2.0), wide, height, depth * 0.5)
        _framing(jut, height, paints)
        for low in (0.8, _LOWER + 0.75):
            row = (wide * 0.12, low, wide * 0.88, low + 1.4)
            window_row(site, jut.front, row, 1, Look(look.kind, 0.14, 5, 2, 0.12), 0.85)
        _timber_gable(site, jut, wide * dice.between(0.75, 1.0), paints)
    u = width * entry
    door(site, body.front, (u - 0.65, 0, u + 0.65, 2.3), "tudor", 0.25)
    if dice.chance(0.6):
        chimney(site, width * dice.pick((-0.05, 0.44)), 0, 0.8, 1.7, height + rise * 0.9, 2)


def _framing(block: Block, height: float, paints: tuple[Colour, Colour]) -> None:
    """Plaster and timbers on the upper storey."""
    dark, plaster = paints
    for wall, span in block.walls:
        wall.rect(0, _LOWER, span, height, plaster)
        _timbers(wall, (0, _LOWER, span, height), dark)
