"""Cornices, pediments, balustrades and other ornament."""

import math
from itertools import pairwise

from samples.facades.canvas import PLAIN, Surface
from samples.facades.elements.openings import Rect, disc, outline
from samples.facades.geometry import Colour, Vec, tint
from samples.facades.site import Block


def cornice(
    block: Block,
    height: float,
    out: float,
    colour: Colour,
    dentils: bool = False,
    at: float | None = None,
) -> None:
    """A cornice around the seen walls, its top at the block's top or at height `at`."""
    top = block.size[1] if at is None else at
    for wall, span in block.walls:
        wall.box(-out * 0.4, top - height, span + out * 0.4, top - height * 0.45, out * 0.4, colour)
        if dentils:
            count = max(4, min(44, int(span / (height * 0.75))))
            for k in range(count):
                u = span * (k + 0.25) / count
                wall.box(
                    u,
                    top - height * 0.72,
                    u + span * 0.5 / count,
                    top - height * 0.42,
                    out * 0.3,
                    colour,
                    out * 0.4,
                )
        wall.box(-out, top - height * 0.45, span + out, top, out, colour)


def band(block: Block, v: float, height: float, colour: Colour, out: float = 0.1) -> None:
    """A string course around the seen walls."""
    for wall, span in block.walls:
        wall.box(-out, v, span + out, v + height, out, colour)


def stripes(block: Block, low: float, high: float, count: int, colour: Colour) -> None:
    """Flat bands of another masonry."""
    step = (high - low) / count
    for wall, span in block.walls:
        for k in range(count):
            wall.rect(0, low + k * step, span, low + (k + 0.42) * step, colour, kind=PLAIN)


def quoins(block: Block, colour: Colour, size: float = 0.7) -> None:
    """Large stones at the corners."""
    height = block.size[1]
    count = max(2, int(height / size))
    step = height / count
    for wall, span in block.walls:
        for k in range(count):
            wide = size * (1.0 if k % 2 else 0.65)
            for left in (0.0, span - wide):
                wall.rect(left, k * step + 0.04, left + wide, (k + 1) * step - 0.04, colour, 0.05)


def pediment(
    surface: Surface,
    box: Rect,
    out: float,
    colour: Colour,
    kind: str = "triangle",
    fill: Colour | None = None,
) -> None:
    """A gable of mouldings over (u0, v0, u1, v1): triangle, curve, or broken at the top."""
    u0, v0, u1, v1 = box
    middle, edge = (u0 + u1) / 2, 0.13 * (v1 - v0) + 0.12
    shape = [(u0, v0), (u1, v0), (middle, v1)]
    if kind == "curve":
        half, rise, turns = (u1 - u0) / 2, v1 - v0, [math.pi * k / 10 for k in range(11)]
        shape = [(middle + half * math.cos(a), v0 + rise * math.sin(a)) for a in turns]
    surface.shadow(shape, out)
    surface.poly(shape, colour, out)
    inner = [(middle + (u - middle) * 0.84, v0 + edge + (v - v0) * 0.66) for u, v in shape]
    surface.poly(inner, fill or tint(colour, 0.86), out, 0.45 * surface.light)
    lower = [(u, v - edge * 0.35) for u, v in inner]
    surface.poly([(u, max(v0 + edge, v)) for u, v in lower], fill or tint(colour, 0.86), out)
    if kind == "broken":
        gap, high = 0.16 * (u1 - u0), v1 - (v1 - v0) * 0.34
        surface.rect(middle - gap, v0 + edge, middle + gap, v1 + 0.1)
        surface.box(middle - gap * 0.4, v0, middle + gap * 0.4, high, out, colour)
    surface.box(u0 - 0.1, v0 - edge * 0.7, u1 + 0.1, v0 + edge * 0.3, out + 0.1, colour)


def balustrade(block: Block, height: float, colour: Colour, v: float | None = None) -> None:
    """A balustrade on top of the walls: rail, plinth and balusters."""
    base = block.size[1] if v is None else v
    for wall, span in block.walls:
        wall.rect(0, base, span, base + height, tint(colour, 0.55))
        rail(wall, 0, span, base, height, colour)


def rail(
    wall: Surface, u0: float, u1: float, base: float, height: float, colour: Colour, w: float = 0.0
) -> None:
    """A run of balusters between two rails, w before the surface."""
    wall.box(u0, base, u1, base + height * 0.18, 0.15, colour, w)
    count = max(3, min(30, int((u1 - u0) / (height * 0.45))))
    step = (u1 - u0) / count
    for k in range(count):
        u = u0 + (k + 0.5) * step
        wall.rect(
            u - step * 0.26,
            base + height * 0.18,
            u + step * 0.26,
            base + height * 0.82,
            colour,
            w + 0.1,
        )
    wall.box(u0, base + height * 0.82, u1, base + height, 0.25, colour, w)
    for k in range(0, count + 1, 6):
        wall.box(
            u0 + k * step - step * 0.4,
            base,
            u0 + k * step + step * 0.4,
            base + height * 1.08,
            0.25,
            colour,
            w,
        )


def pilaster(
    surface: Surface,
    u: float,
    v0: float,
    v1: float,
    width: float,
    colour: Colour,
    out: float = 0.18,
) -> None:
    """A flat column on a wall."""
    surface.box(u - width / 2, v0, u + width / 2, v1, out, colour)
    surface.box(u - width * 0.68, v0, u + width * 0.68, v0 + width * 0.5, out * 1.4, colour)
    surface.box(u - width * 0.68, v1 - width * 0.7, u + width * 0.68, v1, out * 1.5, colour)


def statue(
    surface: Surface, u: float, v: float, height: float, colour: Colour, w: float = 0.0
) -> None:
    """A standing figure."""
    wide = height * 0.2
    body = (
        (u - wide * 0.8, v),
        (u + wide * 0.8, v),
        (u + wide, v + height * 0.7),
        (u + wide * 0.4, v + height * 0.8),
        (u - wide * 0.4, v + height * 0.8),
        (u - wide, v + height * 0.7),
    )
    surface.poly(body, colour, w)
    surface.poly(
        [(u, v), (u + wide * 0.8, v), (u + wide, v + height * 0.7), (u, v + height * 0.8)],
        tint(colour, 0.75),
        w,
    )
    surface.poly(
        outline("circle", (u - wide * 0.42, v + height * 0.76, u + wide * 0.42, v + height)),
        colour,
        w,
    )


def urn(
    surface: Surface, u: float, v: float, height: float, colour: Colour, w: float = 0.0
) -> None:
    """A vase on the skyline."""
    h = height
    shape = (
        (-0.16, 0),
        (0.16, 0),
        (0.1, 0.25),
        (0.3, 0.55),
        (0.24, 0.75),
        (0.08, 0.85),
        (0, 1.0),
        (-0.08, 0.85),
        (-0.24, 0.75),
        (-0.3, 0.55),
        (-0.1, 0.25),
    )
    surface.poly([(u + a * h, v + b * h) for a, b in shape], colour, w)


def volute(
    surface: Surface, u: float, v: float, size: float, side: int, colour: Colour, w: float = 0.1
) -> None:
    """A scroll that leads from a wide storey (foot at u) up to a narrow one; side is -1 or 1."""
    curve = (
        (0, 0),
        (1.0, 0),
        (1.02, 0.3),
        (0.78, 0.42),
        (0.5, 0.5),
        (0.32, 0.75),
        (0.22, 1.1),
        (0.0, 1.2),
    )
    shape = [(u + side * a * size, v + b * size) for a, b in curve]
    surface.shadow(shape, w + 0.3)
    surface.poly(shape, colour, w)
    for a, b, r in ((0.82, 0.22, 0.2), (0.14, 1.05, 0.12)):
        for share, tone in ((1.0, 0.7), (0.75, 1.05), (0.4, 0.6)):
            x, y, q = u + side * a * size, v + b * size, r * size * share
            surface.poly(outline("circle", (x - q, y - q, x + q, y + q)), tint(colour, tone), w)


def rose(surface: Surface, place: Vec, colour: Colour, glass: Colour, petals: int = 12) -> None:
    """A wheel of tracery; place is (u, v, radius)."""
    u, v, radius = place
    for size, paint in ((1.18, tint(colour, 0.8)), (1.08, colour), (0.96, tint(glass, 0.8))):
        r, turns = radius * size, [a * math.pi / 12 for a in range(24)]
        surface.poly([(u + r * math.cos(a), v + r * math.sin(a)) for a in turns], paint)
    t = radius * 0.05
    for k in range(petals):
        angle = 2 * math.pi * k / petals
        ca, sa = math.cos(angle), math.sin(angle)
        x, y = u + ca * radius, v + sa * radius
        near, far = [(u - sa * t, v + ca * t), (u + sa * t, v - ca * t)], (sa * t, ca * t)
        surface.poly([*near, (x + far[0], y - far[1]), (x - far[0], y + far[1])], colour)
    for r, paint in ((0.3, colour), (0.2, glass)):
        surface.poly(disc(u, v, r * radius), paint)
    for k in range(petals):
        angle = 2 * math.pi * (k + 0.5) / petals
        x, y = u + 0.78 * radius * math.cos(angle), v + 0.78 * radius * math.sin(angle)
        surface.poly(disc(x, y, radius * 0.14), tint(colour, 0.9))
        surface.poly(disc(x, y, radius * 0.077), glass)


def corbels(surface: Surface, u0: float, u1: float, v: float, size: float, colour: Colour) -> None:
    """A row of small hanging arches below a ledge at height v."""
    count = max(3, min(26, int((u1 - u0) / size)))
    step = (u1 - u0) / count
    surface.box(u0, v - 0.9 * step, u1, v, 0.14, colour)
    for k in range(count):
        left = u0 + k * step
        surface.poly(
            outline(
                "round", (left + step * 0.16, v - 1.0 * step, left + step * 0.84, v - step * 0.2)
            ),
            tint(surface.colour, 0.72),
            0.14,
            0.3 * surface.light,
        )


def crenels(
    surface: Surface,
    u0: float,
    u1: float,
    v: float,
    size: float,
    colour: Colour,
    stepped: bool = False,
) -> None:
    """Battlements; stepped ones rise in three."""
    count = max(2, int((u1 - u0) / (2 * size)))
    step = (u1 - u0) / count
    for k in range(count):
        left = u0 + k * step
        if stepped:
            for j in range(3):
                inset = step * (0.08 + 0.13 * j)
                surface.box(
                    left + inset,
                    v + size * 0.45 * j,
                    left + step - inset,
                    v + size * 0.45 * (j + 1),
                    0.2,
                    colour,
                )
        else:
            surface.box(left + step * 0.2, v, left + step * 0.8, v + size, 0.2, colour)


def zigzag(
    surface: Surface, u0: float, u1: float, v0: float, v1: float, teeth: int, colour: Colour
) -> None:
    """A frieze of chevrons."""
    step = (u1 - u0) / teeth
    third = (v1 - v0) * 0.4
    for k in range(teeth):
        a, m, b = u0 + k * step, u0 + (k + 0.5) * step, u0 + (k + 1) * step
        surface.poly(
            [(a, v0), (m, v1 - third), (b, v0), (b, v0 + third), (m, v1), (a, v0 + third)],
            colour,
            0.05,
        )


def sunburst(
    surface: Surface,
    u: float,
    v: float,
    radius: float,
    colour: Colour,
    other: Colour,
    rays: int = 9,
) -> None:
    """A half circle of rays."""
    for k in range(rays):
        a, b = math.pi * k / rays, math.pi * (k + 1) / rays
        surface.poly(
            [
                (u, v),
                (u + radius * math.cos(a), v + radius * math.sin(a)),
                (u + radius * math.cos(b), v + radius * math.sin(b)),
            ],
            colour if k % 2 else other,
            0.08,
        )


def curve_line(
    surface: Surface,
    points: list[tuple[float, float]],
    width: float,
    colour: Colour,
    w: float = 0.08,
) -> None:
    """A ribbon along a polyline."""
    for (a, b), (c, d) in pairwise(points):
        length = math.hypot(c - a, d - b) or 1.0
        nu, nv = -(d - b) / length * width / 2, (c - a) / length * width / 2
        surface.poly(
            [(a - nu, b - nv), (c - nu, d - nv), (c + nu, d + nv), (a + nu, b + nv)], colour, w
        )


def strut(surface: Surface, ends: Rect, width: float, colour: Colour, w: float = 0.04) -> None:
    """A straight timber from (u0, v0) to (u1, v1)."""
    curve_line(surface, [(ends[0], ends[1]), (ends[2], ends[3])], width, colour, w)
