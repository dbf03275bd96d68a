"""Ancient Egyptian and Achaemenid monuments."""

from itertools import pairwise

from samples.facades.canvas import PLAIN, Surface
from samples.facades.elements.openings import recess
from samples.facades.elements.ornament import crenels, statue
from samples.facades.elements.roofs import plane
from samples.facades.elements.solids import column, lathe, slab
from samples.facades.geometry import Vec, tint
from samples.facades.site import Block, Site

_CAVETTO = ((0.0, 0.0), (0.06, 0.35), (0.25, 0.75), (0.6, 1.0))


def _cavetto(wall: Surface, u0: float, u1: float, v: float, height: float, site: Site) -> None:
    """A hollow flaring cornice over a roll."""
    colour = site.palette.trim
    wall.box(u0 - 0.1, v - 0.25, u1 + 0.1, v, 0.25, colour)
    for (a, low), (b, high) in pairwise(_CAVETTO):
        reach, out = height * 0.35, height * 0.8
        corners = [
            wall.at(u0 - a * reach, v + low * height, a * out),
            wall.at(u1 + a * reach, v + low * height, a * out),
            wall.at(u1 + b * reach, v + high * height, b * out),
            wall.at(u0 - b * reach, v + high * height, b * out),
        ]
        drawn = [corner for corner in corners if corner]
        if wall.facing and len(drawn) == 4:
            wall.canvas.fill(drawn, tint(colour, 1.05 - 0.3 * b), wall.light * (1 - 0.8 * b), 3)
    count = max(6, int((u1 - u0) / 0.7))
    for k in range(count):
        u = u0 + (u1 - u0) * (k + 0.5) / count
        wall.rect(u - 0.1, v + 0.05, u + 0.1, v + height * 0.6, tint(colour, 0.8), height * 0.1)


def _reliefs(
    site: Site, wall: Surface, u0: float, u1: float, v0: float, v1: float, rows: int
) -> None:
    """Registers of striding figures."""
    tone = tint(site.palette.wall, site.dice.pick((0.8, 0.86, 1.12)))
    if not wall.facing:
        return
    high = (v1 - v0) / rows
    count = max(2, int((u1 - u0) / (high * 0.6)))
    for j in range(rows):
        wall.rect(u0, v0 + high * j, u1, v0 + high * j + 0.08, tint(site.palette.wall, 0.75))
        for i in range(count):
            u = u0 + (u1 - u0) * (i + 0.5) / count
            statue(wall, u, v0 + high * (j + 0.1), high * 0.8, tone, 0.02)


def _pylon(site: Site, x: float, size: Vec, rows: int) -> None:
    """A battered tower; its faces lean inwards."""
    (width, height, depth), canvas, lean = size, site.canvas, 0.16
    a, b, c, d = x, x + width, 0.0, -depth
    i = height * lean
    colour, texture = site.palette.wall, site.palette.texture
    for feet, heads in (
        (((a, d), (a, c)), ((a + i, c - i * 0.5), (a + i, d + i * 0.5))),
        (((b, c), (b, d)), ((b - i, d + i * 0.5), (b - i, c - i * 0.5))),
        (((a, c), (b, c)), ((b - i, c - i * 0.5), (a + i, c - i * 0.5))),
    ):
        points: list[Vec] = [(p, 0.0, q) for p, q in feet] + [(p, height, q) for p, q in heads]
        plane(canvas, points, colour, texture)
    front = canvas.front(a, 0, -i * 0.25, colour)
    _reliefs(site, front, width * 0.14, width * 0.86, height * 0.08, height * 0.85, rows)
    top = Block(canvas, (a + i, height, -i * 0.5), (width - 2 * i, 1.4, depth - i), colour, "plain")
    for wall, span in top.walls:
        _cavetto(wall, 0, span, 0, height * 0.1, site)


def _obelisk(site: Site, x: float, z: float, height: float) -> None:
    half, tip = height * 0.045, height * 0.93
    colour = tint(site.palette.trim, 0.9)
    slab(
        site.canvas,
        (x - half * 1.6, 0, z - half * 1.6),
        (x + half * 1.6, height * 0.05, z + half * 1.6),
        colour,
    )
    ring = ((1.0, 0.05), (0.68, 0.93), (0.02, 1.0))
    for (r, h), (s, k) in pairwise(ring):
        for ax, az, bx, bz in ((-1, -1, -1, 1), (1, 1, 1, -1), (-1, 1, 1, 1)):
            quad: list[Vec] = [
                (x + ax * half * r, h * height, z + az * half * r),
                (x + bx * half * r, h * height, z + bz * half * r),
                (x + bx * half * s, k * height, z + bz * half * s),
                (x + ax * half * s, k * height, z + az * half * s),
            ]
            site.canvas.poly(quad, colour)
    face = site.canvas.front(x, 0, z + half * 0.9, colour)
    for k in range(9):
        v = tip * (0.12 + 0.09 * k)
        face.rect(-half * 0.3, v, half * 0.3, v + height * 0.04, tint(colour, 0.75))


def _temple(site: Site) -> None:
    dice = site.dice
    width, height, depth = dice.between(9, 13), dice.between(11, 16), dice.between(4, 6)
    gate, colossi, obelisks = dice.between(4, 6), dice.chance(0.6), dice.chance(0.6)
    total, rows = 2 * width + gate, dice.whole(2, 4)
    site.stand(total, height * 1.12, depth)
    site.block(-total * 0.4, 0, -depth, total * 0.8, height * 0.6, depth * 2)
    far, near = sorted((-total / 2, gate / 2), key=lambda x: -abs(site.canvas.camera.eye[0] - x))
    _pylon(site, far, (width, height, depth), rows)
    door = site.block(
        -gate / 2 - height * 0.04, 0, -0.6, gate + height * 0.08, height * 0.62, depth * 0.5
    )
    recess(door.front, (gate * 0.28, 0, gate * 0.78, height * 0.46), "rect", 1.0, (44, 38, 32), 3)
    _cavetto(door.front, 0, gate + height * 0.08, height * 0.62, height * 0.09, site)
    _pylon(site, near, (width, height, depth), rows)
    for side in (-1, 1):
        if colossi:
            _colossus(site, side * (gate / 2 + width * 0.3), height * 0.4)
        if obelisks and (side < 0 or dice.chance(0.7)):
            _obelisk(site, side * (gate / 2 + 1.2), 2.4, height * dice.between(0.9, 1.15))


def _colossus(site: Site, x: float, height: float) -> None:
    """A seated king."""
    colour, h = tint(site.palette.trim, 0.92), height
    slab(site.canvas, (x - h * 0.22, 0, 0.2), (x + h * 0.22, h * 0.42, 1.6), colour)
    slab(site.canvas, (x - h * 0.17, 0, 1.6), (x + h * 0.17, h * 0.44, 2.6), tint(colour, 1.05))
    slab(site.canvas, (x - h * 0.19, h * 0.42, 0.3), (x + h * 0.19, h * 0.8, 1.3), colour)
    face = site.canvas.front(x, 0, 1.35, colour)
    face.poly(
        [(-h * 0.15, h * 0.76), (h * 0.15, h * 0.76), (h * 0.09, h), (-h * 0.09, h)],
        tint(colour, 0.85),
    )
    face.rect(-h * 0.06, h * 0.8, h * 0.06, h * 0.94, tint(colour, 1.1), 0.05)


def _hypostyle(site: Site) -> None:
    dice = site.dice
    count, height = dice.pick((5, 7, 7, 9)), dice.between(8, 11)
    radius = dice.between(0.75, 1.0)
    width = count * radius * dice.between(3.2, 3.8)
    depth = width * 0.6
    site.stand(width + 2, height * 1.35, depth)
    body = site.block(-width / 2, 0, -2.4, width, height, depth, tint(site.palette.wall, 0.9))
    _reliefs(site, body.front, 0.5, width - 0.5, 0.5, height * 0.8, 3)
    recess(
        body.front,
        (width / 2 - 1.4, 0, width / 2 + 1.4, height * 0.7),
        "rect",
        2.0,
        (40, 36, 32),
        3,
    )
    step = width / count
    for k in range(count + 1):
        column(body.front, step * k, 0, height * 0.9, radius, site.palette.trim, 1.4, "lotus")
        if 0 < k < count and dice.chance(0.5):
            body.front.box(
                step * k + radius, 0, step * (k + 1) - radius, height * 0.4, 0.4, None, 1.0
            ) if k != count // 2 else None
    beam = site.block(
        -width / 2 - radius, height * 0.9, 0.3, width + 2 * radius, height * 0.14, depth
    )
    for wall, span in beam.walls:
        _cavetto(wall, 0, span, height * 0.14, height * 0.13, site)


def _pyramids(site: Site) -> None:
    dice = site.dice
    base = dice.between(26, 40)
    height = base * dice.between(0.5, 0.66)
    stepped, extra = dice.chance(0.3), dice.chance(0.7)
    site.stand(base * 1.1, height, base)
    if extra:
        small = site.block(base * dice.pick((-0.8, 0.4)), 0, -base, base * 0.5, 0.1, base * 0.5)
        _slopes(site, small, height * 0.5)
    if stepped:
        for k in range(6):
            w = base * (1 - k / 6.6)
            site.block(-w / 2, height * k / 6, -(base - w) / 2, w, height / 6, w)
    else:
        _slopes(site, site.block(-base / 2, 0, 0, base, 0.05, base), height)
    if dice.chance(0.5):
        gate = site.block(-base * 0.12, 0, 3.0, base * 0.24, height * 0.2, 3.0)
        recess(
            gate.front, (base * 0.09, 0, base * 0.15, height * 0.13), "rect", 1.0, (44, 38, 32), 3
        )
        _cavetto(gate.front, 0, base * 0.24, height * 0.2, height * 0.05, site)


def _slopes(site: Site, block: Block, height: float) -> None:
    (x, y, z), (w, _, d) = block.foot, block.size
    tip = (x + w / 2, y + height, z - d / 2)
    for a, b in (((x, z - d), (x, z)), ((x + w, z), (x + w, z - d)), ((x, z), (x + w, z))):
        plane(
            site.canvas,
            [(a[0], 0.0, a[1]), (b[0], 0.0, b[1]), tip],
            site.palette.wall,
            site.palette.texture,
        )


def ancient_egyptian(site: Site) -> None:
    """Pylons with reliefs, colossi and obelisks; or a columned hall; or pyramids."""
    site.dice.pick((_temple, _temple, _hypostyle, _hypostyle, _pyramids))(site)


def _bull_column(
    site: Site, wall: Surface, u: float, height: float, radius: float, out: float
) -> None:
    """A slender fluted column with a bell base and a double bull capital."""
    colour, front = site.palette.trim, out + radius
    column(wall, u, 0, height, radius, colour, out, "slim")
    bell = ((2.0, 0), (1.9, 0.6), (1.3, 1.5), (1.0, 1.8))
    lathe(site.canvas, wall.world(u, 0, out), bell, (radius, radius), tint(colour, 0.9))
    for k in (-0.5, 0.0, 0.5):
        flute = u + radius * k
        wall.rect(flute - 0.04, radius * 2, flute + 0.04, height * 0.84, tint(colour, 0.78), front)
    r, low = radius * 1.1, height * 0.88
    for side in (-1, 1):
        tone = tint(colour, 1.0 if side < 0 else 0.9)
        wall.poly([(u + side * a * r, low + b * r) for a, b in _BULL], tone, front)
        wall.poly([(u + side * a * r, low + b * r) for a, b in _HORN], colour, front)


# Half of a double bull and its horn, in radii from the foot of the capital.
_BULL = ((0, 0), (2.2, 0.1), (2.6, 1.1), (2.1, 1.9), (1.4, 1.6), (0, 1.2))
_HORN = ((1.7, 1.7), (2.0, 1.8), (2.1, 2.5))


def _terrace(site: Site, width: float, height: float, z: float) -> None:
    """A platform with processional reliefs, crenellated edge and double stairs."""
    platform = site.block(-width / 2, 0, z, width, height, z + 14)
    crenels(platform.front, 0, width, height, height * 0.22, site.palette.trim, True)
    _reliefs(
        site,
        platform.front,
        width * 0.04,
        width * 0.96,
        height * 0.08,
        height * 0.85,
        1 if height < 2.2 else 2,
    )
    half, run = width * 0.12, width * 0.28
    flight = 9
    for side in (-1, 1):
        for k in range(flight):
            x = side * (half + run * (1 - k / flight))
            low, high = sorted((x, x - side * run / flight))
            top = height * (k + 1) / flight
            slab(site.canvas, (low, 0, z), (high, top, z + 1.5), site.palette.wall)
            slab(
                site.canvas,
                (low + 0.1, top, z + 1.1),
                (high - 0.1, top + 0.35, z + 1.5),
                site.palette.trim,
            )
    panel = site.block(-half, 0, z + 1.5, 2 * half, height, 1.5)
    _reliefs(site, panel.front, 0.2, 2 * half - 0.2, height * 0.1, height * 0.9, 1)


def achaemenid(site: Site) -> None:
    """A columned hall on a terrace: bull capitals, reliefs, double stairs, stepped battlements."""
    dice, trim = site.dice, site.palette.trim
    count, height = dice.pick((5, 6, 6, 8)), dice.between(9, 13)
    step, base = dice.between(2.8, 3.6), dice.between(1.6, 3.0)
    width, ruined = count * step, dice.chance(0.45)
    wide, out = width * dice.between(1.15, 1.4), 4.0
    site.stand(wide, base + height * (1.0 if ruined else 1.18), 14)
    _terrace(site, wide, base, out)
    if ruined:
        _ruins(site, count, step, base, height)
    else:
        _hall(site, (count, step), base, height, (wide - width) * 0.5)
    for row in (-1.6, 2.0):
        face = site.canvas.front(-width / 2, base, row - 1.0, trim)
        for k in range(count):
            tall = height * (dice.between(0.35, 0.8) if ruined and dice.chance(0.25) else 1.0)
            _bull_column(site, face, step * (k + 0.5), tall, 0.42, 1.0)
    if not ruined:
        beam = site.block(-width / 2 - 0.6, base + height, 2.4, width + 1.2, height * 0.1, 12)
        crenels(beam.front, 0, width + 1.2, height * 0.1, height * 0.09, trim, stepped=True)


def _hall(site: Site, bays: tuple[int, float], base: float, height: float, wing: float) -> None:
    """The wall behind the columns and the corner towers beside them."""
    (count, step), dark = bays, tint(site.palette.wall, 0.85)
    width = count * step
    hall = site.block(-width / 2, base, -2, width, height * 0.92, 10, dark)
    for k in range(1, count, 2):
        box = (step * (k + 0.2), 0, step * (k + 0.8), height * 0.5)
        recess(hall.front, box, "rect", 0.8, (46, 40, 34), PLAIN)
    for x in (-width / 2 - wing, width / 2):
        tower = site.block(x, base, -1, wing, height * 0.75, 6)
        crenels(tower.front, 0, wing, height * 0.75, 0.8, site.palette.trim, stepped=True)


def _ruins(site: Site, count: int, step: float, base: float, height: float) -> None:
    """Gateways left standing."""
    left, dark = -count * step / 2, tint(site.palette.wall, 0.45)
    for k in range(0, count, 2):
        tall = height * site.dice.between(0.3, 0.5)
        gate = site.block(left + step * k, base, -4, step, tall, 1.2)
        recess(gate.front, (step * 0.25, 0, step * 0.75, tall * 0.75), "rect", 0.6, dark, PLAIN)
        _cavetto(gate.front, 0, step, tall, 0.7, site)
