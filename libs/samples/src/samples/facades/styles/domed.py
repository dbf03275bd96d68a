"""Byzantine and Russian Revival churches."""

from samples.facades.canvas import PLAIN, Surface
from samples.facades.elements.openings import (
    Look,
    archivolt,
    door,
    grown,
    outline,
    recess,
    window_row,
)
from samples.facades.elements.ornament import corbels, cornice, stripes
from samples.facades.elements.roofs import gable_front, pyramid
from samples.facades.elements.solids import CONE, DOME, ONION, SAUCER, drum, lathe, slab
from samples.facades.geometry import Colour, Vec, tint
from samples.facades.site import Block, Site


def _cross(site: Site, x: float, y: float, z: float, size: float) -> None:
    gold = (206, 176, 96)
    t = size * 0.07
    slab(site.canvas, (x - t, y, z - t), (x + t, y + size, z + t), gold)
    slab(
        site.canvas,
        (x - size * 0.28, y + size * 0.6, z - t),
        (x + size * 0.28, y + size * 0.6 + 2 * t, z + t),
        gold,
    )


def _saucer_dome(site: Site, centre: Vec, radius: float, drum_height: float, flat: bool) -> None:
    x, y, z = centre
    canvas = site.canvas
    drum(canvas, centre, radius, drum_height, site.palette.wall, 12)
    profile = SAUCER if flat else DOME
    lathe(canvas, (x, y + drum_height, z), profile, (radius * 1.06, radius), site.palette.roof)
    _cross(site, x, y + drum_height + radius * (0.6 if flat else 0.98), z, radius * 0.5)


def _arched_bay(site: Site, wall: Surface, box: tuple[float, float, float, float]) -> None:
    """A big blind arch with a group of windows in it."""
    u0, v0, u1, v1 = box
    archivolt(wall, box, "round", 3, 0.22, site.palette.trim)
    recess(wall, box, "round", 0.4, tint(site.palette.wall, 0.92), 3)
    look = Look(site.opening("round"), 0.3, 2, 3, 0.1, False)
    w, h = u1 - u0, v1 - v0
    window_row(
        site, wall, (u0 + 0.12 * w, v0 + 0.3 * h, u1 - 0.12 * w, v0 + 0.66 * h), 3, look, 0.7
    )
    recess(
        wall, (u0 + 0.38 * w, v0, u1 - 0.38 * w, v0 + 0.26 * h), "round", 0.4, site.palette.door, 3
    )


def byzantine(site: Site) -> None:
    """Domes on drums over a compact banded block, with groups of round arches."""
    dice, trim = site.dice, site.palette.trim
    width, height = dice.between(14, 22), dice.between(7, 10)
    depth, radius = width * dice.between(0.8, 1.1), width * dice.between(0.16, 0.26)
    flat, small, banded = dice.chance(0.6), dice.chance(0.65), dice.chance(0.75)
    upper, drum_height = height * dice.between(0.35, 0.6), radius * dice.between(0.5, 1.1)
    site.stand(width, height + upper + drum_height + radius * 1.3, depth)
    if small:
        for x, z in ((-0.36, -0.84), (-0.36, -0.16), (0.36, -0.84), (0.36, -0.16)):
            centre = (width * x, height, depth * z)
            _saucer_dome(site, centre, radius * 0.42, drum_height * 0.9, flat)
    arm = site.block(-width * 0.25, height, -depth * 0.12, width * 0.5, upper, depth * 0.76)
    for wall, span in arm.walls:
        row, look = (
            (span * 0.1, upper * 0.2, span * 0.9, upper * 0.85),
            Look("round", 0.3, 1, 2, 0.1, sill=False),
        )
        window_row(site, wall, row, 3, look, 0.5)
    if dice.chance(0.5):
        gable_front(site, arm, upper * 0.4, 0.2)
    cornice(arm, 0.5, 0.3, trim)
    _saucer_dome(site, (0, height + upper, -depth / 2), radius, drum_height, flat)
    body = site.block(-width / 2, 0, 0, width, height, depth)
    if banded:
        stripes(body, 0, height, dice.whole(6, 10), tint(trim, 0.85))
    _arched_walls(site, body, height, dice.pick((3, 3, 5)))
    if dice.chance(0.45):
        _narthex(site, width * 0.9, height)


def _arched_walls(site: Site, body: Block, height: float, bays: int) -> None:
    """Blind arches, the middle one highest, under a corbel table."""
    for wall, span in body.walls:
        for k in range(bays):
            a, b = span * (k + 0.12) / bays, span * (k + 0.88) / bays
            _arched_bay(site, wall, (a, 0, b, height * (0.92 if k == bays // 2 else 0.8)))
        corbels(wall, 0, span, height, 0.6, site.palette.trim)


def _narthex(site: Site, width: float, height: float) -> None:
    """A porch of five arches."""
    porch = site.block(-width / 2, 0, 3.0, width, height * 0.5, 3.0)
    for k in range(5):
        box = (width * (k + 0.2) / 5, 0, width * (k + 0.8) / 5, height * 0.38)
        archivolt(porch.front, box, "round", 1, 0.2, site.palette.trim)
        recess(porch.front, box, "round", 1.2, (50, 46, 44), PLAIN)
    cornice(porch, 0.4, 0.25, site.palette.roof)


def _onion(
    site: Site, x: float, y: float, z: float, radius: float, neck: float, paint: Colour
) -> None:
    canvas = site.canvas
    drum(canvas, (x, y, z), radius * 0.72, neck, site.palette.trim, 8)
    striped = tint(paint, 0.72) if site.dice.chance(0.45) else None
    lathe(canvas, (x, y + neck, z), ONION, (radius, radius), paint, striped, 20)
    _cross(site, x, y + neck + radius * 2.3, z, radius * 0.9)


def _kokoshniks(
    site: Site, wall: Surface, span: float, v: float, count: int, w: float = 0.0
) -> None:
    step = span / count
    for k in range(count):
        shape = outline("kokoshnik", (step * (k + 0.06), v, step * (k + 0.94), v + step * 0.85))
        wall.poly(shape, site.palette.trim, w)
        wall.poly([(u, b) for u, b in grown(shape, -step * 0.12)], tint(site.palette.wall, 0.9), w)
        wall.poly([(u, b) for u, b in grown(shape, -step * 0.24)], site.palette.trim, w)


def _tent(site: Site, x: float, z: float, width: float, base: float, height: float) -> None:
    shaft = site.block(x - width / 2, base, z + width / 2, width, height * 0.42, width)
    for wall, span in shaft.walls:
        window_row(
            site,
            wall,
            (0, height * 0.08, span, height * 0.34),
            2,
            Look("round", 0.4, 1, 1, 0.2, False),
            0.5,
        )
        _kokoshniks(site, wall, span, height * 0.38, 3, 0.15)
    pyramid(site, shaft, height * 0.85, 0.0)
    _onion(site, x, base + height * 1.22, z, width * 0.16, width * 0.2, site.palette.accent)


def russian_revival(site: Site) -> None:
    """Onion domes on tall drums, kokoshnik gables, tent roofs and dense brick ornament."""
    dice = site.dice
    width, height = dice.between(12, 18), dice.between(8, 12)
    depth, radius, storeys = width * 0.8, width * dice.between(0.11, 0.15), dice.whole(2, 3)
    tented, neck = dice.chance(0.5), dice.between(0.2, 0.4) * height
    tall = height + (height * 1.9 if tented else neck * 1.6 + radius * 4.8)
    site.stand(width, tall, depth)
    paint = dice.pick((site.palette.accent, site.palette.roof, (200, 172, 96)))
    corners = [(x, z) for z in (-0.82, -0.18) for x in (-0.33, 0.33)]
    for x, z in corners[:2]:
        _onion(site, width * x, height, depth * z, radius * 0.8, neck, paint)
    if tented:
        _tent(site, 0, -depth / 2, width * 0.34, height, height * 1.25)
    else:
        _onion(site, 0, height, -depth / 2, radius * 1.45, neck * 1.6, paint)
    for x, z in corners[2:]:
        _onion(site, width * x, height, depth * z, radius * 0.8, neck, paint)
    body = site.block(-width / 2, 0, 0, width, height, depth)
    for wall, span in body.walls:
        for k in range(storeys):
            _rich_storey(site, wall, span, (height * k / storeys, height / storeys))
    _kokoshniks(site, body.front, width, height, dice.whole(3, 6), 0.1)
    for wall, span in body.walls[:-1]:
        _kokoshniks(site, wall, span, height, 3, 0.1)
    _porch(site, width, height)


def _rich_storey(site: Site, wall: Surface, span: float, level: tuple[float, float]) -> None:
    """Hooded windows between stout half columns, under a ledge. Level is foot and height."""
    (foot, tall), trim = level, site.palette.trim
    low, high, bays = foot + 0.25 * tall, foot + 0.82 * tall, max(3, int(span / 2.8))
    look = Look(site.opening("round"), 0.4, 1, 2, 0.28, hood="triangle" if foot else "")
    window_row(site, wall, (0, low, span, high), bays, look, 0.38)
    wall.box(0, foot + 0.97 * tall, span, foot + tall + 0.2, 0.25, trim)
    for j in range(bays + 1):
        u = span * j / bays
        wall.box(u - 0.22, low - 0.6, u + 0.22, high + 0.4, 0.25, trim)


def _porch(site: Site, width: float, height: float) -> None:
    porch = site.block(-width * 0.14, 0, 2.6, width * 0.28, height * 0.36, 2.6)
    door(site, porch.front, (width * 0.07, 0, width * 0.21, height * 0.28), "round")
    _kokoshniks(site, porch.front, width * 0.28, height * 0.36, 1, 0.1)
    lathe(
        site.canvas, (0, height * 0.42, 1.3), CONE, (width * 0.1, width * 0.05), site.palette.roof
    )
