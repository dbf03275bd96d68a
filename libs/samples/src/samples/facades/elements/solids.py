"""Solids in the world: boxes, bodies of revolution, columns."""

import math
from collections.abc import Sequence
from itertools import pairwise

from samples.facades.canvas import PLAIN, Canvas, Surface
from samples.facades.geometry import Colour, Point, Vec, tint, unit

Profile = Sequence[Point]

ONION: Profile = (
    (0.8, 0),
    (1.0, 0.18),
    (1.08, 0.4),
    (1.0, 0.68),
    (0.76, 0.98),
    (0.44, 1.28),
    (0.18, 1.6),
    (0.05, 2.0),
    (0.02, 2.5),
)
DOME: Profile = (
    (1.0, 0),
    (0.98, 0.2),
    (0.9, 0.43),
    (0.77, 0.64),
    (0.56, 0.83),
    (0.3, 0.95),
    (0.03, 1.0),
)
SAUCER: Profile = ((1.0, 0), (0.92, 0.2), (0.74, 0.4), (0.5, 0.53), (0.25, 0.6), (0.02, 0.63))
CONE: Profile = ((1.0, 0), (0.66, 0.8), (0.33, 1.7), (0.02, 2.6))
BAROQUE: Profile = (
    (1.0, 0),
    (1.02, 0.25),
    (0.93, 0.6),
    (0.74, 0.9),
    (0.5, 1.1),
    (0.34, 1.2),
    (0.3, 1.35),
    (0.3, 1.6),
    (0.36, 1.62),
    (0.2, 1.9),
    (0.03, 2.3),
)


def lathe(
    canvas: Canvas,
    centre: Vec,
    profile: Profile,
    scale: Point,
    colour: Colour,
    bands: Colour | None = None,
    segments: int = 18,
) -> None:
    """A body of revolution about the vertical through `centre`; the profile is (radius, height)."""
    x, y, z = centre
    eye = canvas.camera.eye
    facing = math.atan2(eye[0] - x, eye[2] - z)
    half = segments // 2
    angles = [facing + math.pi * 1.06 * (k / half - 0.5) for k in range(half + 1)]
    turns = [(math.sin(a), math.cos(a)) for a in angles]
    rings = [
        [
            canvas.camera.project((x + r * scale[0] * s, y + h * scale[1], z + r * scale[0] * c))
            for s, c in turns
        ]
        for r, h in profile
    ]
    for j in range(len(profile) - 1):
        (r0, h0), (r1, h1) = profile[j], profile[j + 1]
        rise, run = (h1 - h0) * scale[1], (r0 - r1) * scale[0]
        for k in range(half):
            sine, cosine = turns[k][0] + turns[k + 1][0], turns[k][1] + turns[k + 1][1]
            normal = unit((sine * rise / 2, run, cosine * rise / 2))
            corners = (rings[j][k], rings[j][k + 1], rings[j + 1][k + 1], rings[j + 1][k])
            drawn = [corner for corner in corners if corner is not None]
            if len(drawn) == 4:
                paint = bands if bands and k % 2 else colour
                canvas.fill(drawn, paint, canvas.lit(normal), PLAIN)


def drum(
    canvas: Canvas,
    centre: Vec,
    radius: float,
    height: float,
    colour: Colour,
    openings: int = 0,
    kind: str = "round",
) -> None:
    """An upright cylinder with a ring of dark arched openings."""
    lathe(canvas, centre, ((1.0, 0), (1.0, 1.0)), (radius, height), colour, segments=20)
    x, y, z = centre
    for k in range(openings):
        angle = 2 * math.pi * (k + 0.5) / openings
        sine, cosine = math.sin(angle), math.cos(angle)
        width = 2 * math.pi * radius / openings * 0.42
        origin = (x + radius * sine - width / 2 * cosine, y, z + radius * cosine + width / 2 * sine)
        surface = canvas.surface(origin, (cosine, 0.0, -sine), (0.0, 1.0, 0.0), colour)
        if surface.eye[2] > 0.15 * radius:
            _slot(surface, width, height, kind)
    lathe(
        canvas,
        (x, y + height * 0.94, z),
        ((1.0, 0), (1.08, 0.03), (1.08, 0.08)),
        (radius, height),
        tint(colour, 1.08),
        segments=20,
    )


def _slot(surface: Surface, width: float, height: float, kind: str) -> None:
    if kind == "round":
        top = [
            (
                width / 2 + width / 2 * math.cos(math.pi * k / 6),
                0.68 * height + width / 2 * math.sin(math.pi * k / 6),
            )
            for k in range(7)
        ]
    else:
        top = [(width, 0.85 * height), (0, 0.85 * height)]
    surface.poly([(0, 0.2 * height), (width, 0.2 * height), *top], (48, 50, 56), 0.02, 0.2)


def column(
    surface: Surface,
    u: float,
    v0: float,
    v1: float,
    radius: float,
    colour: Colour,
    w: float = 0.0,
    order: str = "doric",
) -> None:
    """A round column before the surface, its axis at distance w: base, shaft and capital."""
    if not surface.facing:
        return
    cap = radius * (0.8 if order in ("doric", "tuscan") else 1.7)
    surface.shadow(((u - radius, v0), (u + radius, v0), (u + radius, v1), (u - radius, v1)), w)
    foot = v0 + 0.5 * radius
    top = v1 - cap
    _shaft(surface, u, foot, top, radius, colour, w, 4 if order == "slim" else 6)
    out = radius * 1.3
    surface.box(u - out, v0, u + out, foot, 2 * out, colour, w - out)
    _capital(surface, (u, top, v1), radius, colour, w, order)


def _shaft(
    surface: Surface,
    u: float,
    v0: float,
    v1: float,
    radius: float,
    colour: Colour,
    w: float,
    strips: int,
) -> None:
    facing = math.atan2(surface.eye[0] - u, surface.eye[2] - w)
    turns = [facing + math.pi * (k / strips - 0.5) for k in range(strips + 1)]
    slim = 0.84
    for a, b in pairwise(turns):
        corners = [
            surface.at(u + r * math.sin(t), v, w + r * math.cos(t))
            for t, v, r in (
                (a, v0, radius),
                (b, v0, radius),
                (b, v1, radius * slim),
                (a, v1, radius * slim),
            )
        ]
        drawn = [corner for corner in corners if corner is not None]
        if len(drawn) == 4:
            middle = (a + b) / 2
            sine, cosine = math.sin(middle), math.cos(middle)
            normal = (
                surface.u[0] * sine + surface.normal[0] * cosine,
                surface.u[1] * sine + surface.normal[1] * cosine,
                surface.u[2] * sine + surface.normal[2] * cosine,
            )
            surface.canvas.fill(drawn, colour, surface.canvas.lit(normal), PLAIN)


def _capital(
    surface: Surface, place: Vec, radius: float, colour: Colour, w: float, order: str
) -> None:
    u, low, high = place
    out = radius * 1.35
    if order == "ionic":
        surface.box(u - radius, low, u + radius, high, 2 * radius, colour, w - radius)
        middle = (low + high) / 2
        for side in (-1, 1):
            centre = surface.at(u + side * out * 0.9, middle, w + radius)
            edge = surface.at(u + side * out * 0.9, middle + 0.7 * radius, w + radius)
            if centre and edge:
                size = min(abs(edge[1] - centre[1]), 6.0)
                surface.canvas.spot(centre, (size, size), colour, surface.light, PLAIN)
                surface.canvas.spot(centre, (size / 2, size / 2), tint(colour, 0.6), 0.2, PLAIN)
    elif order in ("corinthian", "lotus", "slim"):
        wide = out * (1.0 if order == "corinthian" else 1.25)
        shape = (
            (u - radius * 0.85, low),
            (u + radius * 0.85, low),
            (u + wide, high),
            (u - wide, high),
        )
        surface.poly(shape, tint(colour, 0.94), w + radius)
        for k in (-1, 0, 1):
            leaf = (
                (u + k * radius * 0.55 - radius * 0.22, low),
                (u + k * radius * 0.55 + radius * 0.22, low),
                (u + k * radius * 0.7, high - 0.3 * radius),
            )
            surface.poly(leaf, tint(colour, 0.7), w + radius, 0.3 * surface.light)
    surface.box(u - out, high - 0.35 * radius, u + out, high, 2 * out, colour, w - out)


def slab(canvas: Canvas, low: Vec, high: Vec, colour: Colour) -> None:
    """A plain box between two corners (low has the smallest x, y and z)."""
    (a, b, c), (d, e, f) = low, high
    for face in (
        ((a, b, c), (a, b, f), (a, e, f), (a, e, c)),
        ((d, b, f), (d, b, c), (d, e, c), (d, e, f)),
        ((a, e, f), (d, e, f), (d, e, c), (a, e, c)),
        ((a, b, c), (d, b, c), (d, b, f), (a, b, f)),
        ((a, b, f), (d, b, f), (d, e, f), (a, e, f)),
    ):
        canvas.poly(face, colour)


def steps(canvas: Canvas, x: Point, height: float, z: float, count: int, colour: Colour) -> None:
    """A flight of steps from z outwards, as wide as x = (left, right), `height` at the wall."""
    rise = height / count
    for k in range(count, 0, -1):
        out = (count - k + 1) * 0.38
        slab(
            canvas, (x[0], 0.0, z), (x[1], rise * k, z + out), tint(colour, 0.96 if k % 2 else 1.04)
        )
