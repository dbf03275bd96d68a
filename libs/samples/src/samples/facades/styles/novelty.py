"""Buildings in the shape of things."""

import math
from dataclasses import dataclass

from samples.facades.canvas import Surface
from samples.facades.elements.openings import (
    Look,
    disc,
    door,
    window,
)
from samples.facades.elements.ornament import curve_line
from samples.facades.elements.solids import lathe
from samples.facades.geometry import Colour, Point, tint
from samples.facades.site import Site

# How far from a hoop, in radii, the profile may swell.
REACH = 0.3
_TOYS: tuple[Colour, ...] = (
    (214, 180, 90),
    (170, 70, 60),
    (232, 226, 214),
    (120, 80, 56),
    (90, 130, 150),
    (196, 140, 90),
    (110, 140, 96),
)


def _eyes(surface: Surface, u: float, v: float, size: float) -> None:
    for share, paint in ((1.0, (238, 236, 228)), (0.5, (30, 30, 34))):
        r = size * share
        surface.poly(disc(u, v, r), paint, 0.1)


def _entrance(site: Site, x: float, z: float) -> None:
    """The door and windows that show it is a building after all."""
    face = site.canvas.front(x, 0, z, site.palette.wall)
    door(site, face, (-0.8, 0, 0.8, 2.2), "round", 0.2)
    for u in (-2.8, 1.6):
        window(site, face, (u, 0.9, u + 1.2, 2.1), Look("rect", 0.1, 2, 2, 0.12))


def _flat(site: Site, points: list[Point], z: float, depth: float, colour: Colour) -> Surface:
    """A cut-out shape with thickness, outline counter-clockwise."""
    for (a, b), (c, d) in zip(points, points[1:] + points[:1], strict=True):
        site.canvas.poly(
            [(a, b, z), (a, b, z - depth), (c, d, z - depth), (c, d, z)], tint(colour, 0.85)
        )
    front = site.canvas.front(0, 0, z, colour, "grain")
    front.poly(points)
    return front


def _curve(points: tuple[Point, ...], scale: float) -> list[Point]:
    """A closed smooth curve through the points, four steps a span (Catmull and Rom, 1974)."""
    out: list[Point] = []
    n = len(points)
    for k in range(n):
        span = [points[(k + j - 1) % n] for j in range(4)]
        across, upward = [p[0] for p in span], [p[1] for p in span]
        steps = (0.0, 0.25, 0.5, 0.75)
        out += [(scale * _spline(across, t), scale * _spline(upward, t)) for t in steps]
    return out


def _spline(x: list[float], t: float) -> float:
    return 0.5 * (
        2 * x[1]
        + (x[2] - x[0]) * t
        + (2 * x[0] - 5 * x[1] + 4 * x[2] - x[3]) * t**2
        + (3 * x[1] - x[0] - 3 * x[2] + x[3]) * t**3
    )


_DUCK: tuple[Point, ...] = (
    (-0.5, 0.0),
    (0.4, 0.0),
    (0.62, 0.2),
    (0.78, 0.5),
    (0.45, 0.42),
    (0.1, 0.42),
    (-0.12, 0.55),
    (-0.1, 0.8),
    (-0.3, 1.0),
    (-0.52, 0.85),
    (-0.52, 0.66),
    (-0.46, 0.5),
    (-0.62, 0.25),
)
_SHOE: tuple[Point, ...] = (
    (-0.8, 0.0),
    (0.5, 0.0),
    (0.55, 0.3),
    (0.52, 0.95),
    (0.1, 1.0),
    (0.0, 0.62),
    (-0.3, 0.42),
    (-0.75, 0.36),
    (-0.92, 0.15),
)
_FISH: tuple[Point, ...] = (
    (-0.7, 0.25),
    (-0.4, 0.05),
    (0.1, 0.0),
    (0.5, 0.2),
    (0.9, 0.0),
    (0.8, 0.35),
    (0.92, 0.7),
    (0.5, 0.45),
    (0.1, 0.66),
    (-0.4, 0.6),
)


def _creature(site: Site) -> None:
    dice = site.dice
    shape, size = dice.pick((_DUCK, _DUCK, _SHOE, _FISH)), dice.between(7, 11)
    side = dice.pick((-1.0, 1.0))
    points = _curve(tuple((a * side, b) for a, b in (shape if side > 0 else shape[::-1])), size)
    paint = dice.pick(_TOYS)
    site.stand(size * 1.8, size * 1.02, size * 0.5)
    site.block(-size * 0.9, 0, 0.2, size * 1.8, 0.4, size * 0.5)
    front = _flat(site, points, 0, size * 0.45, paint)
    if shape is _DUCK:
        _eyes(front, -0.36 * side * size, 0.82 * size, size * 0.035)
        beak: list[Point] = [
            (-0.5 * side * size, 0.8 * size),
            (-0.78 * side * size, 0.74 * size),
            (-0.5 * side * size, 0.68 * size),
        ]
        front.poly(beak, (222, 140, 50), 0.05)
        wing = [
            (size * side * (0.1 + 0.3 * math.cos(0.6 * k)), size * (0.26 + 0.1 * math.sin(0.6 * k)))
            for k in range(11)
        ]
        curve_line(front, wing, size * 0.02, tint(paint, 0.7))
    elif shape is _FISH:
        _eyes(front, -0.5 * side * size, 0.38 * size, size * 0.04)
    else:
        for k in range(5):
            v = size * (0.5 + 0.1 * k)
            curve_line(
                front,
                [(0.05 * side * size, v), (0.25 * side * size, v + 0.06 * size)],
                0.14,
                tint(paint, 0.5),
            )
    _entrance(site, 0.15 * side * size, 0.05)


@dataclass(frozen=True)
class _Thing:
    """The profile of a round thing as (radius, height), and how it is painted."""

    profile: tuple[Point, ...]
    staves: bool = False
    hoops: bool = False


_BARREL = _Thing(
    ((0.8, 0), (0.95, 0.4), (1.0, 0.8), (0.95, 1.2), (0.8, 1.6), (0.0, 1.62)), True, True
)
_BODY: tuple[Point, ...] = (
    (0.6, 0),
    (0.9, 0.25),
    (1.0, 0.6),
    (0.9, 0.95),
    (0.55, 1.2),
    (0.5, 1.24),
)
_LID: tuple[Point, ...] = ((0.3, 1.35), (0.1, 1.4), (0.14, 1.52), (0.0, 1.6))
_TEAPOT = _Thing(_BODY + _LID)
_SHOULDER: tuple[Point, ...] = ((0.6, 0), (0.62, 0.1), (0.62, 1.3), (0.5, 1.6), (0.2, 1.85))
_NECK: tuple[Point, ...] = ((0.18, 2.5), (0.22, 2.52), (0.22, 2.65), (0, 2.66))
_BOTTLE = _Thing(_SHOULDER + _NECK)
_WEAVE: tuple[Point, ...] = ((0.75, 0), (0.85, 0.5), (0.95, 1.0), (1.02, 1.0), (1.02, 1.12))
_BASKET = _Thing((*_WEAVE, (0.9, 1.1), (0.0, 1.08)), True, True)
_CUP = _Thing(
    ((0.6, 0), (0.65, 0.05), (0.8, 0.7), (0.88, 1.3), (0.94, 1.32), (0.84, 1.3), (0.0, 1.28))
)
_WAFER: tuple[Point, ...] = ((0.05, 0), (0.35, 0.6), (0.75, 1.3), (0.85, 1.32), (0.85, 1.5))
_SCOOP: tuple[Point, ...] = ((0.75, 1.8), (0.5, 2.1), (0.2, 2.25), (0, 2.28))
_CONE = _Thing(_WAFER + _SCOOP, True, True)
_FLESH: tuple[Point, ...] = ((0.4, 0), (0.8, 0.25), (1.0, 0.7), (0.95, 1.1), (0.7, 1.5))
_STALK: tuple[Point, ...] = ((0.3, 1.7), (0.08, 1.68), (0.05, 1.95), (0, 1.96))
_FRUIT = _Thing(_FLESH + _STALK, True)
_SPOUT: tuple[Point, ...] = ((-1.3, 0.9), (-1.42, 1.25), (-1.55, 1.2), (-0.85, 0.8), (-0.8, 0.4))


def _turned(site: Site) -> None:
    dice = site.dice
    thing = dice.pick((_BARREL, _TEAPOT, _BOTTLE, _BASKET, _CUP, _CONE, _FRUIT))
    size, paint = dice.between(4.5, 6.5), dice.pick(_TOYS)
    tall, handled = max(h for _, h in thing.profile) * size, thing in (_TEAPOT, _CUP)
    wide = size * (3.1 if handled else 2.0)
    canvas = site.stand(wide, tall * (1.35 if thing is _BASKET else 1.0), size * 1.6)
    z = -size * 0.9
    plate = canvas.front(0, 0, z, paint)
    if handled:
        turns: tuple[float, ...] = (0.0, 0.5, 1.0, 1.57, 2.1, 2.6, 3.1)
        bow = [(size * (0.8 + 0.55 * math.sin(a)), size * (0.7 - 0.4 * math.cos(a))) for a in turns]
        curve_line(plate, bow, size * 0.14, tint(paint, 0.9), 0.0)
    if thing is _TEAPOT:
        plate.poly([(size * a, size * b) for a, b in _SPOUT], tint(paint, 0.95))
    if thing is _BASKET:
        turns = tuple(math.pi * k / 12 for k in range(13))
        bow = [(size * 0.95 * math.cos(a), size * (1.05 + 0.45 * math.sin(a))) for a in turns]
        curve_line(plate, bow, size * 0.09, tint(paint, 0.8), 0.0)
    staves = tint(paint, 0.8) if thing.staves else None
    lathe(canvas, (0, 0, z), thing.profile, (size, size), paint, staves, 40)
    for level in range(1, 6) if thing.hoops else ():
        _hoop(site, thing.profile, level * tall / 6, size, tint(paint, 0.6))
    _entrance(site, 0, z + size * 0.82)


def _hoop(site: Site, profile: tuple[Point, ...], y: float, size: float, paint: Colour) -> None:
    r = 1.01 * max((p[0] for p in profile if abs(p[1] - y / size) < REACH), default=0.5)
    lathe(site.canvas, (0, y, -size * 0.9), ((r, 0), (r, 0.06)), (size, size), paint, segments=24)


def _snack(site: Site) -> None:
    """A stand shaped like a hot dog."""
    dice = site.dice
    length, radius = dice.between(12, 16), dice.between(2.2, 3.0)
    site.stand(length, radius * 3.4, radius * 2)
    site.block(-length * 0.4, 0, 0, length * 0.8, radius * 1.2, radius * 2)
    ring = [(math.cos(a), math.sin(a)) for a in [math.pi * k / 8 for k in range(17)]]
    for lift, size, reach, paint in (
        (1.2, 1.0, 0.44, (214, 168, 104)),
        (1.9, 0.6, 0.5, (168, 70, 52)),
        (1.1, 0.8, 0.42, (226, 184, 120)),
    ):
        bend = [
            (
                reach * length * (1 - 0.12 * s * s) * (1 if c > 0 else -1) * min(1.0, abs(c) * 1.6),
                radius * (lift + size * 0.75 * s + 0.55),
            )
            for c, s in ring[:-1]
        ]
        _flat(site, bend, radius * (0.5 - lift * 0.2), radius, paint)
    front = site.canvas.front(0, 0, radius * 0.6, (230, 190, 60))
    wave = [
        (length * (-0.42 + 0.84 * k / 26), radius * (2.75 + 0.16 * math.sin(k * 1.3)))
        for k in range(27)
    ]
    curve_line(front, wave, radius * 0.12, (232, 196, 70), 0.1)
    _entrance(site, 0, 0.1)


def novelty(site: Site) -> None:
    """A building in the shape of a thing: duck, shoe, fish, teapot, barrel, basket, hot dog."""
    draw = site.dice.pick((_creature, _creature, *[_turned] * 5, _snack))
    draw(site)
