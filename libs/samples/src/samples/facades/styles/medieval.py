"""Gothic and Romanesque churches."""

from samples.facades.canvas import PLAIN, Surface
from samples.facades.elements.openings import (
    Look,
    Rect,
    archivolt,
    door,
    recess,
    window,
    window_row,
)
from samples.facades.elements.ornament import band, corbels, cornice, crenels, rose
from samples.facades.elements.roofs import gable_front, pyramid
from samples.facades.elements.solids import CONE, drum, lathe
from samples.facades.geometry import Vec, tint
from samples.facades.site import Block, Site


def _pinnacle(site: Site, foot: Vec, width: float, height: float) -> None:
    x, y, z = foot
    colour = tint(site.palette.wall, 1.05)
    block = site.block(x - width / 2, y, z + width / 2, width, height * 0.4, width, colour, "plain")
    pyramid(site, block, height * 0.6, width * 0.08, colour, "plain")


def _buttress(site: Site, wall: Surface, u: float, height: float, out: float, width: float) -> None:
    wall.box(u - width / 2, 0, u + width / 2, height * 0.55, out, None)
    wall.box(u - width / 2.4, height * 0.55, u + width / 2.4, height, out * 0.6, None)
    if wall.facing:
        _pinnacle(site, wall.world(u, height, out * 0.3), width * 0.8, height * 0.32)


def _portal(site: Site, wall: Surface, box: Rect, kind: str, rings: int) -> None:
    width = 0.14 * (box[2] - box[0])
    archivolt(wall, box, kind, rings, width, site.palette.trim)
    door(site, wall, box, kind, 0.0)
    recess(
        wall,
        (box[0], box[3] - 0.35 * (box[3] - box[1]), box[2], box[3]),
        kind,
        0.2,
        tint(site.palette.trim, 0.8),
        3,
    )


def _gablet(site: Site, wall: Surface, box: Rect) -> None:
    """A steep open gable over a portal."""
    u0, v0, u1, v1 = box
    shape = [(u0, v0), (u1, v0), ((u0 + u1) / 2, v1)]
    wall.shadow(shape, 0.4)
    wall.poly(shape, site.palette.trim, 0.3)
    m, h = (u0 + u1) / 2, v1 - v0
    wall.poly(
        [(u0 + 0.16 * (u1 - u0), v0), (u1 - 0.16 * (u1 - u0), v0), (m, v0 + 0.72 * h)],
        tint(site.palette.wall, 0.8),
        0.3,
    )


def _gothic_tower(site: Site, x: float, width: float, height: float, spire: float) -> Block:
    tower = site.block(x, 0, 0.6, width, height, width)
    kind = site.opening("pointed")
    for wall, span in tower.walls:
        for level, low in enumerate((0.3, 0.56, 0.76)):
            count = 1 if level == 0 else 2
            look = Look(kind, 0.5, 2, 3, surround=0.2, sill=False)
            window_row(
                site,
                wall,
                (span * 0.14, height * low, span * 0.86, height * (low + 0.19)),
                count,
                look,
                0.55,
            )
        for u in (0.0, span):
            _buttress(site, wall, u, height * 0.9, 0.6, width * 0.14)
    for v in (0.28, 0.53, 0.97):
        band(tower, height * v, 0.3, site.palette.trim, 0.15)
    if spire > 0:
        pyramid(site, tower, spire, 0.0, site.palette.roof if site.dice.chance(0.6) else None)
    else:
        crenels(tower.front, 0, width, height, width * 0.09, site.palette.trim)
    for u in (0.0, width):
        _pinnacle(site, (x + u, height, 0.5), width * 0.16, height * 0.2)
    return tower


def _nave_front(site: Site, nave: Block, width: float, height: float, gable: float) -> None:
    kind, front, middle = site.opening("pointed"), nave.front, width / 2
    half = width * 0.17
    if site.dice.chance(0.72):
        rose(
            front,
            (middle, height * 0.74, width * 0.25),
            site.palette.trim,
            site.palette.glass,
            site.dice.pick((8, 12, 16)),
        )
    else:
        window(
            site,
            front,
            (middle - half * 1.4, height * 0.48, middle + half * 1.4, height * 1.05),
            Look(kind, 0.5, 4, 4, 0.35, False),
        )
    _portal(site, front, (middle - half, 0, middle + half, height * 0.36), kind, 4)
    if site.dice.chance(0.7):
        _gablet(
            site, front, (middle - half * 1.8, height * 0.34, middle + half * 1.8, height * 0.56)
        )
        _portal(site, front, (middle - half, 0, middle + half, height * 0.36), kind, 2)
    look = Look(kind, 0.3, 1, 1, 0.1, False)
    window_row(
        site,
        front,
        (middle - half * 0.7, height * 1.04, middle + half * 0.7, height + gable * 0.5),
        3,
        look,
        0.5,
    )


def gothic(site: Site) -> None:
    """A cathedral front: pointed arches, rose, buttresses, pinnacles, towers or a flank."""
    dice = site.dice
    width, height = dice.between(9, 13), dice.between(15, 22)
    towers = dice.pick((0, 1, 2, 2, 2))
    tower, rise = dice.between(5, 7), height * dice.between(1.1, 1.6)
    spire = dice.between(0.4, 1.0) * rise if dice.chance(0.6) else 0.0
    depth, gable = dice.between(18, 34), width * dice.between(0.7, 1.0)
    total = width + tower * towers
    canvas = site.stand(total + 2, max(height + gable, (rise + spire) * bool(towers)), depth)
    left = -total / 2 + (tower if towers else 0.0)
    nave = site.block(left, 0, 0, width, height, depth)
    for wall, span in nave.walls[:-1]:
        bays = max(4, int(span / 4.5))
        window_row(
            site,
            wall,
            (0, height * 0.2, span, height * 0.85),
            bays,
            Look(site.opening("pointed"), 0.5, 3, 4, 0.2, False),
            0.5,
        )
        for k in range(bays + 1):
            _buttress(site, wall, span * k / bays, height * 0.9, 1.6, 0.9)
    gable_front(site, nave, gable, 0.2, site.palette.trim)
    _nave_front(site, nave, width, height, gable)
    cornice(nave, 0.5, 0.3, site.palette.trim, at=height * 0.44)
    for u in (0.0, width) if not towers else ():
        _buttress(site, nave.front, u, height, 1.2, 1.3)
    _pinnacle(site, (left + width / 2, height + gable, -0.2), 0.7, 2.6)
    places = ((-total / 2,), (-total / 2, left + width))[towers == 2] if towers else ()
    far_first = sorted(places, key=lambda x: -abs(canvas.camera.eye[0] - x))
    for x in far_first:
        _gothic_tower(site, x, tower, rise, spire)


def _round_tower(site: Site, x: float, radius: float, height: float, slope: float) -> None:
    z = -radius
    canvas, colour = site.canvas, site.palette.wall
    lathe(
        canvas,
        (x, 0, z),
        ((1.08, 0), (1.0, 0.08), (1.0, 1.0)),
        (radius, height * 0.75),
        colour,
        segments=18,
    )
    drum(canvas, (x, height * 0.75, z), radius, height * 0.25, colour, 8)
    lathe(
        canvas,
        (x, height, z),
        CONE,
        (radius * 1.1, radius * (0.4 + 0.5 * slope)),
        site.palette.roof,
    )


def _square_tower(
    site: Site, x: float, width: float, height: float, levels: int, slope: float
) -> None:
    tower = site.block(x, 0, 0.4, width, height, width)
    for wall, span in tower.walls:
        for k in range(1, levels):
            low, high = height * k / levels, height * (k + 0.72) / levels
            look = Look(site.opening("round"), 0.5, 1, 1, 0.12, False)
            window_row(
                site,
                wall,
                (span * 0.12, low + 0.3, span * 0.88, high),
                max(1, k - 1 + levels // 4),
                look,
                0.55,
            )
            corbels(wall, 0, span, height * (k + 0.98) / levels, 0.55, site.palette.wall)
        for u in (0.0, span):
            wall.box(u - 0.45, 0, u + 0.45, height * 0.97, 0.16)
    pyramid(site, tower, width * slope, 0.25)


def romanesque(site: Site) -> None:
    """Thick walls with small round arches, corbel tables, blind arcades and squat towers."""
    dice = site.dice
    width, height = dice.between(10, 15), dice.between(9, 13)
    depth, gable, apse = dice.between(14, 24), width * dice.between(0.25, 0.42), dice.chance(0.3)
    tower, rise = dice.between(4, 5.5), height * dice.between(1.35, 1.9)
    towers = dice.pick((0, 1, 1, 2, 2))
    total = width + towers * tower
    canvas = site.stand(total + 1, max(height + gable, rise * 1.2 * bool(towers)), depth)
    left = -total / 2 + (tower if towers else 0)
    turret, levels, slope = dice.chance(0.25), dice.whole(3, 5), dice.between(0.3, 1.3)
    places = (-total / 2, left + width)[:towers]
    for x in sorted(places, key=lambda x: -abs(canvas.camera.eye[0] - x)):
        if turret:
            _round_tower(site, x + tower / 2, tower / 2, rise, slope)
        else:
            _square_tower(site, x, tower, rise, levels, slope)
    nave = site.block(left, 0, 0, width, height, depth)
    _thick_walls(site, nave, height)
    gable_front(site, nave, gable, 0.25)
    _romanesque_front(site, nave, width, height)
    if apse:
        middle, roof = left + width / 2, (width * 0.32, width * 0.08)
        drum(canvas, (middle, 0, 1.0), width * 0.3, height * 0.62, site.palette.wall, 7)
        lathe(canvas, (middle, height * 0.62, 1.0), CONE, roof, site.palette.roof)


def _thick_walls(site: Site, nave: Block, height: float) -> None:
    """Flat buttresses, a corbel table, and small windows in the flanks."""
    look = Look(site.opening("round"), 0.7, 1, 1, 0.15, sill=False)
    for wall, span in nave.walls:
        corbels(wall, 0, span, height * 0.98, 0.7, tint(site.palette.wall, 1.08))
        count = max(3, int(span / 3.2))
        for k in range(count + 1):
            wall.box(span * k / count - 0.35, 0, span * k / count + 0.35, height * 0.92, 0.2)
        if wall is not nave.front:
            window_row(site, wall, (0, height * 0.45, span, height * 0.75), count, look, 0.32)


def _romanesque_front(site: Site, nave: Block, width: float, height: float) -> None:
    dice, front, middle = site.dice, nave.front, width / 2
    half, kind = width * dice.between(0.1, 0.14), site.opening("round")
    _portal(site, front, (middle - half, 0, middle + half, height * 0.42), "round", 5)
    if dice.chance(0.6):
        row, look = (
            (width * 0.1, height * 0.6, width * 0.9, height * 0.8),
            Look(kind, 0.8, 1, 1, 0.1, sill=False),
        )
        window_row(site, front, row, dice.pick((5, 7, 9)), look, 0.6)
    else:
        row, look = (
            (width * 0.05, height * 0.55, width * 0.95, height * 0.8),
            Look(kind, 0.8, 1, 2, 0.3, sill=False),
        )
        window_row(site, front, row, 3, look, 0.3)
    if dice.chance(0.35):
        wheel = (middle, height * 0.98, width * 0.09)
        rose(front, wheel, site.palette.trim, site.palette.glass, 8)
    for u in (width * 0.22, width * 0.78):
        box = (u - half * 0.7, 0.8, u + half * 0.7, height * 0.36)
        archivolt(front, box, "round", 2, 0.25, site.palette.trim)
        recess(front, box, "round", 0.3, tint(site.palette.wall, 0.9), PLAIN)
