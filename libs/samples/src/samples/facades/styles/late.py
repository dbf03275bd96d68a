"""Deconstructivism and Postmodernism."""

from samples.facades.canvas import GLASS, Surface
from samples.facades.elements.glass import panes
from samples.facades.elements.openings import (
    Look,
    Rect,
    archivolt,
    disc,
    door,
    recess,
    window_row,
)
from samples.facades.elements.ornament import band, pediment, stripes
from samples.facades.elements.roofs import plane, pyramid
from samples.facades.elements.solids import column, slab
from samples.facades.geometry import Vec, blend, tint
from samples.facades.site import Site

# Height of a storey in metres.
_STOREY = 3.3


def _shard(site: Site, foot: Vec, size: Vec, lean: Vec, glassy: bool) -> None:
    """A leaning box: its top is shifted by lean (x, extra height on one side, z) and shrunk."""
    (x, y, z), (w, h, d) = foot, size
    a, b, c, e = (x, y, z), (x + w, y, z), (x + w, y, z - d), (x, y, z - d)
    lx, lift, lz = lean
    top = [
        (
            p[0] + lx + (0.12 * w if k in (0, 3) else -0.12 * w),
            y + h + (lift if k in (1, 2) else -lift),
            p[2] + lz,
        )
        for k, p in enumerate((a, b, c, e))
    ]
    base = site.palette.wall if site.dice.chance(0.6) else site.palette.trim
    paint = site.palette.glass if glassy else tint(base, site.dice.between(0.85, 1.15))
    texture = site.dice.pick(("panel", "panel", site.palette.texture))
    for p, q, r, s in ((e, a, top[0], top[3]), (b, c, top[2], top[1]), (a, b, top[1], top[0])):
        plane(site.canvas, [p, q, r, s], paint, texture)
    site.canvas.poly(top, tint(paint, 1.05))
    (_skewed_grid if glassy else _slashes)(site, (a, b, top[1], top[0]))


def _mix(a: Vec, b: Vec, share: float) -> Vec:
    return (
        a[0] + (b[0] - a[0]) * share,
        a[1] + (b[1] - a[1]) * share,
        a[2] + (b[2] - a[2]) * share + 0.02,
    )


def _slashes(site: Site, quad: tuple[Vec, Vec, Vec, Vec]) -> None:
    """Gashes of glass across a face."""
    a, b, c, d = quad
    dice = site.dice
    for _ in range(dice.whole(4, 8)):
        u, v, length = dice.between(0.05, 0.6), dice.between(0.1, 0.85), dice.between(0.15, 0.5)
        slope, thick, end = dice.near(0, 0.3), dice.between(0.02, 0.08), min(0.97, u + length)
        low0, low1, high0, high1 = _mix(a, b, u), _mix(a, b, end), _mix(d, c, u), _mix(d, c, end)
        tilt = max(0.05, min(0.9, v + slope))
        foot, head = [_mix(low0, high0, v), _mix(low1, high1, tilt)], _mix(low0, high0, v + thick)
        strip = [*foot, _mix(low1, high1, tilt + thick), head]
        site.canvas.poly(strip, site.palette.glass, GLASS)


def _skewed_grid(site: Site, quad: tuple[Vec, Vec, Vec, Vec]) -> None:
    """Leaning bars over a face of glass."""
    (a, b, c, d), poly, paint = quad, site.canvas.poly, site.palette.frame
    for k in range(1, 9):
        t = k / 9
        foot, head = (_mix(a, b, t - 0.01), _mix(a, b, t + 0.01)), (t + 0.07, t + 0.05)
        poly([*foot, _mix(d, c, head[0]), _mix(d, c, head[1])], paint)
        left, right = (t - 0.008, t + 0.008), (t * 0.9 - 0.008, t * 0.9 + 0.008)
        near, far = (
            (_mix(a, d, left[0]), _mix(b, c, right[0])),
            (_mix(b, c, right[1]), _mix(a, d, left[1])),
        )
        poly([*near, *far], paint)


def deconstructivism(site: Site) -> None:
    """Leaning, colliding volumes, sharp prows, slashed windows, stray fins."""
    dice = site.dice
    width, height, depth = dice.between(18, 24), dice.between(11, 15), dice.between(10, 14)
    site.stand(width, height * 1.25, depth)
    count = dice.whole(3, 6)
    slots = sorted(range(count), key=lambda _: dice.between(0, 1))
    for rank, k in enumerate(slots):
        w = width / count * dice.between(1.2, 2.0)
        x = -width / 2 + (width - w) * k / max(1, count - 1)
        h = height * dice.between(0.45, 1.0)
        z = -depth * 0.5 * (1 - rank / count)
        lean = (
            dice.pick((-1, 1)) * dice.between(0.1, 0.32) * h,
            dice.near(0, 0.18) * h,
            dice.near(0, 0.1) * h,
        )
        _shard(
            site, (x, dice.pick((0.0, 0.0, 1.5)), z), (w, h, depth * 0.45), lean, dice.chance(0.32)
        )
    for _ in range(dice.whole(1, 5)):
        x, z, reach = (
            dice.between(-0.5, 0.4) * width,
            dice.between(0.5, 2.0),
            dice.near(0, 0.3) * width,
        )
        tip = dice.between(0.6, 1.2) * height
        paint = dice.pick((site.palette.accent, site.palette.frame, site.palette.trim))
        fin: list[Vec] = [
            (x, 0, z),
            (x + dice.between(0.4, 2.0), 0, z),
            (x + reach + 0.3, tip, z - 1.5),
            (x + reach, tip, z - 1.5),
        ]
        site.canvas.poly(fin, paint)
    slab(site.canvas, (-1.4, 0, 0.0), (1.4, 2.6, 1.2), site.palette.glass)


def postmodern(site: Site) -> None:
    """Outsized classical quotations: broken pediment, giant arch and columns, bands of colour."""
    dice, accent = site.dice, site.palette.accent
    width, storeys = dice.between(12, 18), dice.whole(3, 9)
    height, depth = storeys * _STOREY, dice.between(9, 13)
    crown = dice.pick(("broken", "broken", "triangle", "curve", "pyramid"))
    top, tall_base = width * dice.between(0.22, 0.34), dice.chance(0.5)
    base = _STOREY * (2.0 if tall_base else 1.2)
    site.stand(width, height + top + 0.5, depth)
    body = site.block(-width / 2, 0, 0, width, height, depth)
    if dice.chance(0.55):
        stripes(body, base, height, dice.whole(3, 7), blend(site.palette.wall, accent, 0.6))
    look, square = Look(site.opening("rect"), 0.2, 2, 2, 0.0, sill=False), dice.between(0.5, 0.62)
    for wall, span in body.walls:
        for k in range(2 if tall_base else 1, storeys):
            row = (span * 0.05, _STOREY * k + 0.8, span * 0.95, _STOREY * k + 2.3)
            window_row(site, wall, row, max(3, int(span / 2.6)), look, square)
    half = width * dice.between(0.14, 0.22)
    _giant_feature(site, body.front, (width / 2 - half, base, width / 2 + half, height), storeys)
    band(body, height - 0.5, 0.5, accent, 0.3)
    _postmodern_crown(site, body.front, (width, height, top), crown)
    _giant_order(site, body.front, width / 2, half, base)


def _giant_feature(site: Site, wall: Surface, box: Rect, storeys: int) -> None:
    """A sheet of glass or an arch as tall as the house, perhaps with an outsized keystone."""
    u0, v0, u1, top = box
    feature, accent = site.dice.pick(("arch", "glass", "keystone")), site.palette.accent
    if feature == "glass":
        panes(site, wall, (u0, v0, u1, top * 0.88), (6, storeys * 2), 0.1)
        return
    arch = (u0, v0, u1, top * 0.86)
    archivolt(wall, arch, "round", 2, 0.5, accent)
    recess(wall, arch, "round", 0.6, site.palette.glass, GLASS)
    if feature == "keystone":
        m, half = (u0 + u1) / 2, (u1 - u0) / 2
        low, high = ((m - half * 0.4, top * 0.6), (m + half * 0.4, top * 0.6)), top * 0.95
        wall.poly([*low, (m + half * 0.8, high), (m - half * 0.8, high)], accent, 0.3)


def _giant_order(site: Site, wall: Surface, middle: float, half: float, base: float) -> None:
    """Fat columns under a slab before the door."""
    dice, trim = site.dice, site.palette.trim
    count, radius = dice.pick((2, 2, 4)), min(0.9, half * 0.3)
    paint, order = dice.pick((site.palette.accent, trim)), dice.pick(("doric", "ionic"))
    for k in range(count):
        u = middle + half * 3 * (k / (count - 1) - 0.5)
        column(wall, u, 0, base, radius, paint, 1.2, order)
    wall.box(middle - half * 1.9, base, middle + half * 1.9, base + 0.7, 2.0, trim)
    door(site, wall, (middle - 1.0, 0, middle + 1.0, 2.6), surround=0.2)


def _postmodern_crown(site: Site, front: Surface, size: Vec, crown: str) -> None:
    (width, height, top), m = size, size[0] / 2
    paint, accent = site.palette.trim, site.palette.accent
    if crown == "broken":
        gap = width * 0.1
        for a, b in ((0.0, m - gap), (width, m + gap)):
            inner = a + (b - a) * 0.3
            front.poly([(a, height), (b, height), (b, height + top * 0.8)], paint)
            front.poly([(inner, height + 0.3), (b, height + 0.3), (b, height + top * 0.55)], accent)
        front.poly(disc(m, height + gap * 0.9, gap * 0.9), accent)
    elif crown == "pyramid":
        x, y, z = front.origin
        for share in (0.0, 0.7):
            box = site.block(x + width * share, y + height, z, width * 0.3, 1.0, width * 0.3)
            pyramid(site, box, top * 0.8, 0.2)
    else:
        pediment(front, (0, height, width, height + top), 0.4, paint, crown, accent)
        eye = disc(m, height + top * 0.48, top * 0.2)
        front.poly(eye, site.palette.glass, 0.42, kind=GLASS)
