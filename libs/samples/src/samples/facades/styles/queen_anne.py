"""Queen Anne houses."""

import math

from samples.facades.elements.openings import Look, door, window, window_row
from samples.facades.elements.ornament import band, curve_line, strut
from samples.facades.elements.porches import front_porch
from samples.facades.elements.roofs import chimney, gable_front, gable_side, hip
from samples.facades.elements.solids import CONE, drum, lathe, slab
from samples.facades.geometry import Vec, tint
from samples.facades.site import Block, Site


def _turret(site: Site, x: float, z: float, radius: float, height: float) -> None:
    """A round corner tower with windows and a witch's hat."""
    canvas, wall = site.canvas, site.palette.wall
    drum(canvas, (x, 0, z), radius, height, wall)
    for level in range(int(height / 3.0)):
        base = 3.0 * level + 1.2
        lathe(
            canvas,
            (x, base - 0.75, z),
            ((1.03, 0), (1.03, 0.18)),
            (radius, 1.0),
            site.palette.trim,
            segments=20,
        )
        _ring(site, (x, base, z), radius)
    lathe(
        canvas,
        (x, height, z),
        ((1.12, -0.02), (1.16, 0.08), *((a * 1.12, b + 0.08) for a, b in CONE)),
        (radius, radius * site.dice.between(0.8, 1.1)),
        site.palette.roof,
        tint(site.palette.roof, 0.9),
        20,
    )
    slab(
        canvas,
        (x - 0.05, height + radius * 2.2, z - 0.05),
        (x + 0.05, height + radius * 3.2, z + 0.05),
        site.palette.trim,
    )


def _ring(site: Site, centre: tuple[float, float, float], radius: float) -> None:
    x, y, z = centre
    for k in range(12):
        a = math.pi * 2 * k / 12
        s, c = math.sin(a), math.cos(a)
        half = radius * 0.17
        face = site.canvas.surface(
            (x + radius * s - half * c, y, z + radius * c + half * s),
            (c, 0.0, -s),
            (0.0, 1.0, 0.0),
            site.palette.wall,
        )
        if face.eye[2] > radius * 0.25:
            window(site, face, (0, 0, 2 * half, 1.5), Look("rect", 0.08, 1, 2, 0.1))


def _fish_gable(site: Site, block: Block, rise: float) -> None:
    """A front gable of fish-scale shingles with a fretted bargeboard."""
    (width, height, _), (x, y, z), trim = block.size, block.foot, site.palette.trim
    gable_front(site, block, rise, 0.45)
    scales = site.canvas.front(x, y, z + 0.03, site.palette.accent, "scale")
    scales.poly([(0.2, height), (width - 0.2, height), (width / 2, height + rise * 0.95)])
    row = (width * 0.3, height + rise * 0.14, width * 0.7, height + rise * 0.42)
    window_row(site, scales, row, 2, Look("rect", 0.1, 1, 2, 0.1), 0.7)
    tip, front = height + rise, block.front
    tie = tip - rise * 0.24
    strut(front, (width / 2, tip - rise * 0.3, width / 2, tip + 0.6), 0.14, trim, 0.5)
    strut(front, (width * 0.38, tie, width * 0.62, tie), 0.14, trim, 0.5)
    drop = ((0.4, 0.24), (0.46, 0.14), (0.5, 0.08), (0.54, 0.14), (0.6, 0.24))
    curve_line(front, [(width * a, tip - rise * b) for a, b in drop], 0.1, trim, 0.5)


def queen_anne(site: Site) -> None:
    """An asymmetrical house: corner turret, fish-scale gable, bay window, wrapping porch."""
    dice, trim = site.dice, site.palette.trim
    width, depth, height = dice.between(9, 12), dice.between(8, 10), dice.between(6.2, 7.2)
    rise, radius, out = dice.between(3.2, 4.6), dice.between(1.5, 2.1), 2.2
    side, turret = dice.pick((-1, 1)), dice.chance(0.82)
    tower = height + dice.between(0.6, 2.4)
    site.stand(width + 2.5, max(height + rise + 1.2, (tower + radius * 2.6) * turret), depth + out)
    chimney(site, width * 0.18 * side, height, -depth * 0.6, 1.0, rise + 1.4, 2)
    body = site.block(-width / 2, 0, -out, width, height, depth)
    look = Look(site.opening("rect"), 0.12, 1, 2, 0.14, hood="flat")
    for wall, span in body.walls:
        for low in (1.2, 4.2):
            window_row(site, wall, (0, low, span, low + 1.6), max(3, int(span / 2.4)), look, 0.36)
    band(body, 3.2, 0.3, trim)
    if dice.chance(0.6):
        hip(site, body, rise, 0.4, 0.15)
    else:
        gable_side(site, body, rise, 0.4)
    wide = width * dice.between(0.36, 0.46)
    x = -side * width * 0.27 - wide / 2
    _gabled_bay(site, (x, -out + 1.4), (wide, height, depth * 0.5))
    u = width * 0.5 + side * width * 0.06
    door(site, body.front, (u - 0.55, 0.5, u + 0.55, 2.7))
    start, across = -width / 2 - 0.4, width + 0.8
    if dice.chance(0.5):
        right = x + wide - 0.4
        start, across = (start, x - 0.2 - start) if side < 0 else (right, width / 2 + 0.4 - right)
    if turret:
        _turret(site, side * (width / 2 - radius * 0.3), -out - radius * 0.2, radius, tower)
    front_porch(site, (start, max(4.0, across)), out, 2.5, "slim")


def _gabled_bay(site: Site, place: tuple[float, float], size: Vec) -> None:
    """The wing under the fish-scale gable; place is x and z."""
    (x, z), (wide, height, depth) = place, size
    bay, look = (
        site.block(x, 0, z, wide, height, depth),
        Look(site.opening("rect"), 0.12, 1, 2, 0.14),
    )
    for wall, span in bay.walls:
        for low in (1.1, 4.1):
            window_row(site, wall, (0.1, low, min(span, wide) - 0.1, low + 1.8), 3, look, 0.66)
        wall.box(0, 3.1, span, 3.45, 0.12, site.palette.trim)
    _fish_gable(site, bay, wide * site.dice.between(0.6, 0.85))
