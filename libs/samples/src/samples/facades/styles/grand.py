"""Baroque and Beaux-Arts monuments."""

from samples.facades.canvas import Surface
from samples.facades.elements.openings import Look, Rect, archivolt, door, recess, window_row
from samples.facades.elements.ornament import (
    balustrade,
    cornice,
    pediment,
    pilaster,
    statue,
    urn,
    volute,
)
from samples.facades.elements.roofs import mansard
from samples.facades.elements.solids import BAROQUE, DOME, column, drum, lathe, slab, steps
from samples.facades.geometry import Vec, tint
from samples.facades.site import Block, Site

# Fronts wider than this, in metres, have five bays.
FIVE_BAYS = 17.0


def _baroque_storey(site: Site, wall: Surface, box: Rect, bays: int) -> None:
    """Paired half columns with a window or niche in each bay."""
    u0, v0, u1, v1 = box
    step, trim = (u1 - u0) / bays, site.palette.trim
    look = Look(
        site.opening("segment"),
        0.35,
        2,
        3,
        0.25,
        True,
        hood=site.dice.pick(("curve", "curve", "triangle")),
    )
    window_row(site, wall, (u0, v0 + (v1 - v0) * 0.22, u1, v0 + (v1 - v0) * 0.6), bays, look, 0.32)
    for k in range(bays):
        u = u0 + step * (k + 0.5)
        hole = (u - step * 0.12, v0 + (v1 - v0) * 0.76, u + step * 0.12, v0 + (v1 - v0) * 0.88)
        recess(wall, hole, "circle", 0.2, site.palette.glass, 1)
    for k in range(bays + 1):
        for shift in (-0.1, 0.1):
            u = u0 + step * k + step * shift
            column(wall, u, v0, v1, step * 0.055, trim, step * 0.06, "corinthian")
    wall.box(u0 - 0.2, v1, u1 + 0.2, v1 + 0.5, 0.4, trim)
    wall.box(u0 - 0.4, v1 + 0.5, u1 + 0.4, v1 + 0.85, 0.9, trim)


def baroque(site: Site) -> None:
    """A church front: paired columns in two storeys, volutes, curved gables, dome or towers."""
    dice, trim = site.dice, site.palette.trim
    width, lower, upper = dice.between(15, 19), dice.between(7.5, 9), dice.between(5.5, 7)
    depth, towers, domed = dice.between(16, 22), dice.chance(0.35), dice.chance(0.8)
    kind, middle = dice.pick(("curve", "curve", "broken")), width * dice.between(0.5, 0.6)
    tower, tall = width * 0.24, lower + upper + 2.0
    top = tall + (width * 0.75 if towers else middle * 0.4)
    wide = width + (2 * tower if towers else 0)
    site.stand(wide, max(top, tall + (width * 0.62 if domed else 0)), depth)
    site.block(-width * 0.42, 0, -1.0, width * 0.84, lower + upper * 0.7, depth)
    if domed:
        _crossing(site, width * 0.21, lower + upper * 0.9, -depth * 0.45)
    for x in (-width / 2 - tower, width / 2) if towers else ():
        _baroque_tower(site, x, tower, tall, width)
    body = site.block(-width / 2, 0, 0, width, lower + 0.85, 2.0)
    front, m, bays = body.front, width / 2, 5 if width > FIVE_BAYS else 3
    _baroque_storey(site, front, (width * 0.06, 0.6, width * 0.94, lower), bays)
    door(site, front, (m - 1.2, 0, m + 1.2, lower * 0.52), "round", 0.4)
    pediment(front, (m - 2.2, lower * 0.58, m + 2.2, lower * 0.78), 0.5, trim, kind)
    for side in (-1, 1):
        urn(front, m + side * width * 0.46, lower + 0.85, 1.8, trim, 0.2)
    _upper_storey(site, (middle, lower + 0.85, upper), (width - middle) / 2, kind)
    steps(site.canvas, (-width * 0.4, width * 0.4), 0.6, 0.2, 3, trim)


def _crossing(site: Site, radius: float, base: float, z: float) -> None:
    """A ribbed dome with a lantern."""
    canvas, roof = site.canvas, site.palette.roof
    lantern = ((0.2, 0), (0.2, 0.4), (0.25, 0.42), (0.02, 0.8))
    ribs, crown = tint(roof, 0.8), (radius * 1.08, radius * 1.15)
    drum(canvas, (0, base, z), radius, radius * 0.9, site.palette.wall, 10)
    lathe(canvas, (0, base + radius * 0.9, z), DOME, crown, roof, ribs)
    lathe(canvas, (0, base + radius * 2.0, z), lantern, (radius, radius), site.palette.trim)


def _upper_storey(site: Site, place: Vec, reach: float, kind: str) -> None:
    """The narrow storey between volutes. Place is its width, foot and height."""
    (width, foot, height), trim = place, site.palette.trim
    top, rise = height + 0.85, width * 0.28
    front = site.block(-width / 2, foot, 0, width, top, 1.5).front
    _baroque_storey(site, front, (width * 0.08, 0.2, width * 0.92, height), 3)
    for side, u in ((-1, 0.0), (1, width)):
        volute(front, u, 0, reach, side, trim)
    box = (-0.2, top, width + 0.2, top + rise)
    pediment(front, box, 0.5, trim, kind, site.palette.wall)
    statue(front, width / 2, top + width * 0.27, 1.8, trim, 0.3)


def _baroque_tower(site: Site, x: float, width: float, tall: float, scale: float) -> None:
    tower = site.block(x, 0, 0.3, width, tall + scale * 0.2, width)
    for wall, span in tower.walls:
        for low, high in ((0.2, 0.38), (0.5, 0.66), (0.78, 0.94)):
            window_row(
                site,
                wall,
                (0, tall * low, span, tall * high),
                1,
                Look("round", 0.4, 1, 1, 0.3, True, hood="curve"),
                0.42,
            )
        for u in (0.12, 0.88):
            pilaster(wall, span * u, tall * 0.02, tall, span * 0.12, site.palette.trim, 0.25)
    cornice(tower, 0.8, 0.6, site.palette.trim, at=tall * 0.72)
    cornice(tower, 0.8, 0.6, site.palette.trim)
    half = width * 0.52
    lathe(
        site.canvas,
        (x + width / 2, tall + scale * 0.2, 0.3 - width / 2),
        BAROQUE,
        (half, half * 0.95),
        site.palette.accent,
    )


def beaux_arts(site: Site) -> None:
    """A long palace: arches between paired columns, attic with sculpture, balustrade, stairs."""
    dice, trim = site.dice, site.palette.trim
    width, base, height = dice.between(26, 36), dice.between(2.0, 3.2), dice.between(8, 10.5)
    attic, depth, arches = dice.between(2.2, 3.4), width * 0.5, dice.pick((3, 3, 5))
    middle = width * dice.between(0.42, 0.55)
    roof, out = dice.pick(("mansard", "flat", "flat", "dome")), 1.8
    tall = base + height + attic
    site.stand(width, tall + {"mansard": 4.0, "flat": 2.4, "dome": middle * 0.4}[roof], depth)
    if roof == "dome":
        crown = (middle * 0.3, middle * 0.32)
        lathe(site.canvas, (0, tall, -depth * 0.4), DOME, crown, site.palette.roof)
    body = site.block(-width / 2, 0, 0, width, base + height + 0.9, depth)
    for wall, span in body.walls:
        _palace_wall(site, wall, span, (base, height), 9 if wall is body.front else 6)
    cornice(body, 1.0, 0.7, trim, dentils=True)
    balustrade(body, 1.2, trim)
    if roof == "mansard":
        mansard(site, body, 3.6, 1.6)
    hall = site.block(-middle / 2, 0, out, middle, tall, out + depth * 0.5)
    _triumphal(site, hall, middle, (base, height, attic), arches)
    half = middle * 0.55
    steps(site.canvas, (-half, half), base, out + 0.8, 9, tint(trim, 0.95))
    for x in (-middle * 0.6, middle * 0.57):
        slab(site.canvas, (x, 0, out), (x + 1.2, base * 0.8, out + 4.4), trim)


def _palace_wall(
    site: Site, wall: Surface, span: float, levels: tuple[float, float], bays: int
) -> None:
    """A rusticated foot, tall hooded windows, small ones above, pilasters between."""
    base, height = levels
    wall.rect(0, 0, span, base, tint(site.palette.wall, 0.88), kind=wall.kind)
    hood = site.dice.pick(("triangle", "curve", "keystone"))
    tall, small = (
        Look(site.opening("rect"), 0.4, 2, 3, 0.22, hood=hood),
        Look(surround=0.15, depth=0.3),
    )
    row = (0, base + height * 0.12, span, base + height * 0.52)
    window_row(site, wall, row, bays, tall, 0.36)
    row = (0, base + height * 0.68, span, base + height * 0.85)
    window_row(site, wall, row, bays, small, 0.3)
    for k in range(bays + 1):
        pilaster(wall, span * k / bays, base, base + height, 0.7, site.palette.trim)


def _triumphal(site: Site, hall: Block, width: float, levels: Vec, arches: int) -> None:
    base, height, attic = levels
    front, trim, step = hall.front, site.palette.trim, width / arches
    for k in range(arches):
        box = (step * (k + 0.26), base, step * (k + 0.74), base + height * 0.78)
        archivolt(front, box, "round", 2, 0.3, trim)
        recess(front, box, "round", 1.2, site.palette.glass, 1)
        u = step * (k + 0.5)
        front.box(u - 0.3, base + height * 0.76, u + 0.3, base + height * 0.9, 0.3, trim)
    for k in range(arches + 1):
        for shift in (-0.11, 0.11):
            u = (
                min(max(step * (k + shift), step * 0.1), width - step * 0.1)
                if 0 < k < arches
                else step * k + step * (0.08 if k == 0 else -0.08) + step * shift * 0.8
            )
            column(front, u, base, base + height * 0.97, step * 0.065, trim, 0.7, "corinthian")
        statue(front, step * k, base + height + 0.9, attic * 0.85, trim, 1.0)
    front.box(-0.2, base + height * 0.97, width + 0.2, base + height + 0.3, 1.2, trim)
    front.box(-0.5, base + height + 0.3, width + 0.5, base + height + 0.9, 1.7, trim)
    cornice(hall, 0.7, 0.5, trim)
    m, top = width / 2, base + height + attic
    for u, size in ((m, 2.6), (m - 1.3, 1.7), (m + 1.3, 1.7), (0.7, 1.8), (width - 0.7, 1.8)):
        statue(front, u, top, size, site.palette.accent if size > 2 else trim, 0.2)
