"""Windows, doors and arches."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from samples.facades.canvas import GLASS, LIT, Surface
from samples.facades.geometry import Colour, Point, tint
from samples.facades.site import Site

Rect = tuple[float, float, float, float]
SMALL_PIXELS = 7.0
LAMPLIGHT: tuple[Colour, ...] = ((255, 214, 140), (255, 196, 110), (250, 226, 176), (236, 176, 96))


@dataclass(frozen=True)
class Look:
    """How windows of a building are made; widths and depths in metres."""

    kind: str = "rect"
    depth: float = 0.25
    cols: int = 2
    rows: int = 2
    surround: float = 0.0
    sill: bool = True
    hood: str = ""
    shutters: bool = False
    colour: Colour | None = None


def outline(kind: str, box: Rect) -> list[Point]:
    """Counter-clockwise outline of an opening of the named kind inside the box (u0, v0, u1, v1)."""
    u0, v0, u1, v1 = box
    width, middle = u1 - u0, (u0 + u1) / 2
    if kind == "circle":
        steps = [2 * math.pi * k / 14 for k in range(14)]
        return [
            (middle + width / 2 * math.cos(a), (v0 + v1) / 2 + (v1 - v0) / 2 * math.sin(a))
            for a in steps
        ]
    crown = _CROWNS.get(kind)
    if crown is None:
        return [(u0, v0), (u1, v0), (u1, v1), (u0, v1)]
    rise, shape = crown
    spring = max(v0 + 0.15 * (v1 - v0), v1 - rise * width)
    return [(u0, v0), (u1, v0)] + [
        (middle + a * width / 2, spring + b * (v1 - spring)) for a, b in shape
    ]


def _round() -> tuple[Point, ...]:
    return tuple((math.cos(math.pi * k / 8), math.sin(math.pi * k / 8)) for k in range(9))


def _pointed() -> tuple[Point, ...]:
    # Two arcs of twice the half width, struck from the opposite springings.
    half = [
        (-1 + 2 * math.cos(a), math.sin(a) * 2 / math.sqrt(3))
        for a in (0.0, 0.3, 0.6, 0.85, math.pi / 3)
    ]
    return (*half, *((-a, b) for a, b in reversed(half[:-1])))


def _whiplash() -> tuple[Point, ...]:
    half = [
        (1.0, 0.0),
        (1.08, 0.2),
        (0.98, 0.5),
        (0.7, 0.74),
        (0.36, 0.86),
        (0.12, 0.93),
        (0.0, 1.0),
    ]
    return (*half, *((-a, b) for a, b in reversed(half[:-1])))


_CROWNS: dict[str, tuple[float, tuple[Point, ...]]] = {
    "round": (0.5, _round()),
    "pointed": (0.95, _pointed()),
    "segment": (0.2, _round()),
    "ogee": (
        0.8,
        (
            (1, 0),
            (0.92, 0.35),
            (0.6, 0.62),
            (0.2, 0.8),
            (0, 1),
            (-0.2, 0.8),
            (-0.6, 0.62),
            (-0.92, 0.35),
            (-1, 0),
        ),
    ),
    "whiplash": (0.7, _whiplash()),
    "tudor": (0.35, ((1, 0), (0.9, 0.5), (0, 1), (-0.9, 0.5), (-1, 0))),
    "triangle": (0.6, ((1, 0), (0, 1), (-1, 0))),
    "kokoshnik": (
        0.75,
        (
            (1, 0),
            (1.05, 0.3),
            (0.8, 0.6),
            (0.35, 0.75),
            (0, 1),
            (-0.35, 0.75),
            (-0.8, 0.6),
            (-1.05, 0.3),
            (-1, 0),
        ),
    ),
}


def disc(u: float, v: float, radius: float) -> list[Point]:
    """Outline of a circle about (u, v)."""
    return outline("circle", (u - radius, v - radius, u + radius, v + radius))


def grown(points: Sequence[Point], by: float) -> list[Point]:
    """The outline made larger by about `by` metres on each side, its foot left where it is."""
    us, vs = [p[0] for p in points], [p[1] for p in points]
    middle, foot = (min(us) + max(us)) / 2, min(vs)
    wide, tall = max(us) - min(us), max(vs) - foot
    return [
        (middle + (u - middle) * (1 + 2 * by / wide), foot + (v - foot) * (1 + by / tall))
        for u, v in points
    ]


def _squeezed(points: Sequence[Point], target: Rect) -> list[Point]:
    us, vs = [p[0] for p in points], [p[1] for p in points]
    u0, u1, v0, v1 = min(us), max(us), min(vs), max(vs)
    across, upward = (target[2] - target[0]) / (u1 - u0), (target[3] - target[1]) / (v1 - v0)
    return [(target[0] + (u - u0) * across, target[1] + (v - v0) * upward) for u, v in points]


def _pane(surface: Surface, box: Rect, depth: float) -> Rect:
    """The part of an opening through which its bottom, `depth` behind the wall, is seen."""
    share = depth / (surface.eye[2] + depth)
    u0, v0, u1, v1 = box
    du, dv = (surface.eye[0] - (u0 + u1) / 2) * share, (surface.eye[1] - (v0 + v1) / 2) * share
    limit_u, limit_v = 0.6 * (u1 - u0), 0.6 * (v1 - v0)
    du, dv = max(-limit_u, min(limit_u, du)), max(-limit_v, min(limit_v, dv))
    return (max(u0, u0 + du), max(v0, v0 + dv), min(u1, u1 + du), min(v1, v1 + dv))


def recess(
    surface: Surface, box: Rect, kind: str, depth: float, colour: Colour, ground: int
) -> Rect:
    """Cut an opening: its reveal, its bottom of the given colour and material; returns the pane."""
    shape = outline(kind, box)
    surface.poly(shape, tint(surface.colour, 0.72), light=0.25 * surface.light)
    pane = _pane(surface, box, depth)
    surface.poly(_squeezed(shape, pane), colour, light=surface.light, kind=ground)
    if surface.sunny:
        drop = min(0.5 * (pane[3] - pane[1]), max(0.05, -surface.slope[1] * depth))
        slide = max(-0.5, min(0.5, surface.slope[0] * depth / (box[2] - box[0]))) * (
            box[2] - box[0]
        )
        lower = (pane[0] + max(0.0, slide), pane[1], pane[2] + min(0.0, slide), pane[3] - drop)
        full = surface.pixels(_squeezed(shape, pane))
        sunny = surface.pixels(_squeezed(shape, lower))
        if full and sunny:
            surface.canvas.shade(full, 0.05)
            surface.canvas.shade(sunny, surface.light)
    return pane


def _big(surface: Surface, box: Rect) -> bool:
    a, b = surface.at(box[0], box[1]), surface.at(box[2], box[3])
    return (
        a is not None
        and b is not None
        and abs(a[1] - b[1]) > SMALL_PIXELS
        and abs(a[0] - b[0]) > SMALL_PIXELS
    )


def window(site: Site, surface: Surface, box: Rect, look: Look) -> None:
    """A window in the box (u0, v0, u1, v1)."""
    if not surface.facing:
        return
    trim = look.colour or site.palette.trim
    shape = outline(look.kind, box)
    if look.surround:
        wider = grown(shape, look.surround)
        surface.shadow(wider, 0.12)
        surface.poly(wider, trim)
    if look.shutters:
        _shutters(site, surface, box)
    lit = site.lamps.chance(site.lit_share)
    colour = (
        site.lamps.pick(LAMPLIGHT)
        if lit
        else tint(site.palette.glass, site.lamps.between(0.7, 1.4))
    )
    pane = recess(surface, box, look.kind, look.depth, colour, LIT if lit else GLASS)
    if _big(surface, box):
        mullions(surface, pane, look, site.palette.frame)
    u0, v0, u1, _ = box
    if look.sill:
        surface.box(u0 - 0.12, v0 - 0.14, u1 + 0.12, v0, 0.16, trim)
    if look.hood:
        hood(surface, box, look.hood, trim)


def mullions(surface: Surface, pane: Rect, look: Look, colour: Colour) -> None:
    """The bars of a window: cols by rows of glass."""
    u0, v0, u1, v1 = pane
    wide, tall = u1 - u0, v1 - v0
    bar = min(0.07, 0.12 * wide)
    top = v1 - (0.12 * wide if look.kind in _CROWNS else 0.0)
    for k in range(1, look.cols):
        u = u0 + wide * k / look.cols
        surface.rect(u - bar / 2, v0, u + bar / 2, top if look.cols > 2 else v1, colour)
    for k in range(1, look.rows):
        v = v0 + tall * k / look.rows
        surface.rect(u0, v - bar / 2, u1, v + bar / 2, colour)


def _shutters(site: Site, surface: Surface, box: Rect) -> None:
    u0, v0, u1, v1 = box
    leaf = 0.48 * (u1 - u0)
    colour = site.palette.door
    for left, right in ((u0 - leaf, u0), (u1, u1 + leaf)):
        surface.box(left, v0, right, v1, 0.06, colour)
        for k in range(1, 7, 2):
            v = v0 + (v1 - v0) * k / 7
            surface.rect(left + 0.08, v, right - 0.08, v + (v1 - v0) / 12, tint(colour, 0.75), 0.06)


def hood(surface: Surface, box: Rect, kind: str, colour: Colour) -> None:
    """The moulding over a window: flat, triangle, curve or keystone."""
    u0, _, u1, v1 = box
    wide, edge = u1 - u0, v1 + 0.12
    left, right = u0 - 0.22, u1 + 0.22
    if kind == "keystone":
        m = (u0 + u1) / 2
        surface.poly(
            (
                (m - 0.12, v1 - 0.05),
                (m + 0.12, v1 - 0.05),
                (m + 0.2, v1 + 0.4),
                (m - 0.2, v1 + 0.4),
            ),
            colour,
        )
        return
    surface.box(left, edge, right, edge + 0.16, 0.3, colour)
    if kind == "triangle":
        peak: Sequence[Point] = (
            (left, edge + 0.16),
            (right, edge + 0.16),
            ((u0 + u1) / 2, edge + 0.2 + 0.35 * wide),
        )
    elif kind == "curve":
        peak = tuple(outline("segment", (left, edge + 0.16, right, edge + 0.3 + 0.3 * wide)))
    else:
        return
    surface.shadow(peak, 0.3)
    surface.poly(peak, colour, 0.3)
    surface.poly(
        [
            ((u0 + u1) / 2 + (u - (u0 + u1) / 2) * 0.7, edge + 0.2 + (v - edge - 0.16) * 0.6)
            for u, v in peak
        ],
        tint(colour, 0.8),
        0.3,
        0.4 * surface.light,
    )


def door(
    site: Site, surface: Surface, box: Rect, kind: str = "rect", surround: float = 0.2
) -> None:
    """A door of two leaves with a surround."""
    shape = outline(kind, box)
    if surround:
        surface.poly(grown(shape, surround), site.palette.trim)
    pane = recess(surface, box, kind, 0.35, site.palette.door, 3)
    middle = (pane[0] + pane[2]) / 2
    dark = tint(site.palette.door, 0.6)
    surface.rect(middle - 0.03, pane[1], middle + 0.03, pane[3] - 0.1, dark)
    third = (pane[3] - pane[1]) / 4
    for k in range(3):
        for a, b in ((pane[0], middle), (middle, pane[2])):
            surface.rect(
                a + 0.12,
                pane[1] + 0.15 + k * third,
                b - 0.12,
                pane[1] + (k + 0.85) * third,
                tint(site.palette.door, 1.25),
            )


def arcade(
    surface: Surface, box: Rect, count: int, kind: str, pier: float = 0.25, depth: float = 1.2
) -> None:
    """A row of deep dark arches in the box; `pier` is the share of a bay that is wall."""
    u0, v0, u1, v1 = box
    bay = (u1 - u0) / count
    for k in range(count):
        left = u0 + bay * (k + pier / 2)
        recess(
            surface,
            (left, v0, left + bay * (1 - pier), v1),
            kind,
            depth,
            tint(surface.colour, 0.3),
            3,
        )


def archivolt(
    surface: Surface, box: Rect, kind: str, rings: int, width: float, colour: Colour
) -> None:
    """Stepped rings around an opening, the outermost lightest."""
    shape = outline(kind, box)
    for k in range(rings, 0, -1):
        surface.poly(grown(shape, k * width), tint(colour, 1.0 if k % 2 else 0.72))


def window_row(
    site: Site, surface: Surface, row: Rect, count: int, look: Look, share: float = 0.45
) -> None:
    """A row of equal windows; each takes `share` of its bay."""
    if not surface.facing or count < 1:
        return
    u0, v0, u1, v1 = row
    bay = (u1 - u0) / count
    for k in range(count):
        left = u0 + bay * (k + (1 - share) / 2)
        window(site, surface, (left, v0, left + bay * share, v1), look)
