"""Temples, villas, palaces: Greek Revival, Palladian, Baroque, Beaux-Arts."""

from samples.facades.canvas import Surface
from samples.facades.elements.openings import (
    Look,
    Rect,
    arcade,
    archivolt,
    door,
    window,
    window_row,
)
from samples.facades.elements.ornament import (
    balustrade,
    band,
    cornice,
    pediment,
    pilaster,
    statue,
)
from samples.facades.elements.roofs import gable_front, hip, plane
from samples.facades.elements.solids import DOME, column, drum, lathe, slab, steps
from samples.facades.geometry import Vec, tint
from samples.facades.site import Block, Site

# Walls taller than this, in metres, have two rows of windows.
TWO_ROWS = 8.5


def portico(site: Site, foot: Vec, size: Vec, count: int, order: str) -> None:
    """A temple front of columns, beam and pediment. Size is width, height, depth in metres."""
    (x, y, z), (width, height, depth) = foot, size
    canvas, trim = site.canvas, site.palette.trim
    beam, radius = height * 0.13, min(height * 0.055, width / count * 0.24)
    rise = width * 0.19
    back = canvas.front(x, y, z, trim)
    for k in range(count):
        u = radius * 1.5 + (width - 3 * radius) * k / (count - 1)
        column(back, u, 0, height - beam, radius, trim, depth - radius * 1.5, order)
    slab(canvas, (x, y + height - beam, z), (x + width, y + height, z + depth), trim)
    front = canvas.front(x, y, z + depth, trim)
    _entablature(front, width, height, beam, 2 * count)
    top, eaves = y + height, ((z - 2, z + depth), (z + depth, z - 2))
    peak, middle = top + rise, x + width / 2
    for (a, b), edge in zip(eaves, (x - 0.3, x + width + 0.3), strict=True):
        slope: list[Vec] = [(edge, top, a), (edge, top, b), (middle, peak, b), (middle, peak, a)]
        plane(canvas, slope, site.palette.roof)
    pediment(front, (-0.3, height, width + 0.3, height + rise), 0.3, trim)


def _entablature(front: Surface, width: float, height: float, beam: float, blocks: int) -> None:
    """Mouldings and triglyphs on a beam."""
    trim = front.colour
    front.box(-0.1, height - beam, width + 0.1, height - beam * 0.9, 0.08, trim)
    low, high, half = height - beam * 0.62, height - beam * 0.25, 0.2 * beam
    for k in range(blocks):
        u = width * (k + 0.5) / blocks
        front.rect(u - half, low, u + half, high, tint(trim, 0.86), 0.05)
    front.box(-0.35, height - beam * 0.16, width + 0.35, height, 0.35, trim)


def greek_revival(site: Site) -> None:
    """A temple: columns under a low pediment, plain walls, flat lintels."""
    dice, trim = site.dice, site.palette.trim
    width, height = dice.between(12, 20), dice.between(7, 11)
    depth, base = width * dice.between(0.9, 1.6), dice.between(0.4, 2.2)
    deep, wings = dice.between(2.4, 4.0), dice.chance(0.3)
    whole = dice.chance(0.7)
    front = width if whole else width * 0.6
    wing = width * 0.45 if wings else 0.0
    count = dice.pick((4, 6, 6, 8)) if whole else 4
    order = dice.pick(("doric", "doric", "ionic", "corinthian"))
    site.stand(width + 2 * wing, base + height * 1.05 + front * 0.2, depth)
    for x in (-width / 2 - wing, width / 2) if wings else ():
        side = site.block(x, 0, -depth * 0.3, wing, base + height * 0.7, depth * 0.5)
        look, row = Look(site.opening("rect"), surround=0.2, rows=3), base + height * 0.5
        window_row(site, side.front, (0, base + 1.0, wing, row), 2, look, 0.34)
        cornice(side, 0.9, 0.4, trim)
    stone = tint(trim, 0.9)
    site.block(-width / 2 - 0.3, 0, 0.3, width + 0.6, base, depth + 0.6, stone, "stone")
    body = site.block(-width / 2, base, 0, width, height, depth)
    _cella(site, body, count - 1)
    cornice(body, height * 0.13, 0.35, trim)
    if whole:
        gable_front(site, body, width * 0.18, 0.2)
    else:
        hip(site, body, width * 0.14, 0.2)
    portico(site, (-front / 2, base, 0), (front, height, deep), count, order)
    half = front * 0.5 if dice.chance(0.7) else front * 0.25
    flight = max(2, int(base / 0.3))
    steps(site.canvas, (-half, half), base, deep + 0.3, flight, tint(trim, 0.92))


def _cella(site: Site, body: Block, front_bays: int) -> None:
    """The walls behind the columns: tall windows, pilasters on the flanks, a door."""
    (width, height, _), look = body.size, Look(site.opening("rect"), 0.3, 2, 4, 0.18, hood="flat")
    rows, part = (2, 0.3) if height > TWO_ROWS else (1, 0.45)
    for wall, span in body.walls:
        bays = front_bays if wall is body.front else max(4, int(span / 3))
        for k in range(rows):
            low = height * (0.12 + 0.42 * k)
            window_row(site, wall, (0, low, span, low + height * part), bays, look, 0.36)
        if wall is not body.front:
            for k in range(bays + 1):
                pilaster(wall, span * k / bays, 0, height * 0.87, 0.7, site.palette.trim)
    door(site, body.front, (width / 2 - 0.9, 0, width / 2 + 0.9, height * 0.46), surround=0.4)


def _serliana(site: Site, wall: Surface, box: Rect) -> None:
    """An arch between two lower rectangles."""
    u0, v0, u1, v1 = box
    wide, spring = u1 - u0, v0 + (v1 - v0) * 0.66
    trim = site.palette.trim
    wall.rect(u0 - 0.25, v0, u1 + 0.25, spring + 0.35, trim)
    for a, b in ((0.03, 0.27), (0.73, 0.97)):
        window(
            site, wall, (u0 + a * wide, v0, u0 + b * wide, spring), Look(cols=1, rows=3, sill=False)
        )
    archivolt(wall, (u0 + 0.34 * wide, v0, u0 + 0.66 * wide, v1), "round", 2, 0.15, trim)
    window(
        site,
        wall,
        (u0 + 0.34 * wide, v0, u0 + 0.66 * wide, v1),
        Look("round", cols=2, rows=4, sill=False),
    )


def _villa_wall(
    site: Site, wall: Surface, span: float, base: float, height: float, bays: int
) -> None:
    look = Look(
        site.opening("rect"),
        0.3,
        2,
        3,
        0.2,
        True,
        hood=site.dice.pick(("triangle", "flat", "curve")),
    )
    window_row(site, wall, (0, base + height * 0.1, span, base + height * 0.48), bays, look, 0.34)
    window_row(
        site,
        wall,
        (0, base + height * 0.7, span, base + height * 0.88),
        bays,
        Look(site.opening("rect"), 0.25, 2, 2, 0.15),
        0.3,
    )
    window_row(
        site, wall, (0, base * 0.3, span, base * 0.75), bays, Look(cols=2, rows=1, sill=False), 0.28
    )


def palladian(site: Site) -> None:
    """A symmetrical villa: portico on a basement, serlianas, low hip, often a dome and wings."""
    dice, trim = site.dice, site.palette.trim
    width, height, base = dice.between(18, 24), dice.between(7.5, 10), dice.between(1.8, 3)
    depth, domed = width * dice.between(0.6, 0.9), dice.chance(0.8)
    wings, front = dice.chance(0.4), width * dice.between(0.36, 0.46)
    wing = width * 0.35 if wings else 0.0
    radius = width * dice.between(0.13, 0.17)
    bays, venetian = dice.pick((5, 7, 7)), dice.chance(0.75)
    order, count = dice.pick(("ionic", "ionic", "corinthian", "tuscan")), dice.pick((4, 4, 6))
    tall = base + height
    site.stand(width + 2 * wing, base + height * 1.25 + (radius * 1.4 if domed else 0), depth)
    for x in (-width / 2 - wing, width / 2) if wings else ():
        low = site.block(x, 0, -depth * 0.35, wing, base + height * 0.42, depth * 0.3)
        arcade(low.front, (0, 0, wing, (base + height * 0.42) * 0.8), 3, "round", 0.3, 2.0)
        balustrade(low, 0.8, trim)
    if domed:
        crown, foot = (radius * 1.05, radius * dice.between(0.6, 0.95)), tall + radius * 0.9
        drum(site.canvas, (0, tall, -depth / 2), radius, radius * 0.9, site.palette.wall, 10)
        lathe(site.canvas, (0, foot, -depth / 2), DOME, crown, site.palette.roof)
    body = site.block(-width / 2, 0, 0, width, tall, depth)
    for wall, span in body.walls:
        _villa_wall(site, wall, span, base, height, bays)
    if venetian:
        _serlianas(site, body.front, width, base, height)
    band(body, base - 0.15, 0.3, trim)
    cornice(body, 0.9, 0.5, trim, dice.chance(0.5))
    hip(site, body, height * 0.22, 0.3, 0.3)
    portico(site, (-front / 2, base, 0), (front, height * 0.92, 3.0), count, order)
    site.block(-front / 2, 0, 3.0, front, base, 3.0, texture="stone")
    steps(site.canvas, (-front * 0.36, front * 0.36), base, 3.0, 8, trim)
    if dice.chance(0.5):
        statue(body.front, width / 2, base + height * 0.94 + front * 0.19, 1.3, trim, 3.2)


def _serlianas(site: Site, wall: Surface, width: float, base: float, height: float) -> None:
    """One of them at each end of a front, in place of its windows."""
    low, high, half = base + height * 0.06, base + height * 0.58, width * 0.1
    for m in (0.16, 0.84):
        u = width * m
        wall.rect(u - half * 1.3, base + 0.4, u + half * 1.3, base + height * 0.62)
        _serliana(site, wall, (u - half, low, u + half, high))
