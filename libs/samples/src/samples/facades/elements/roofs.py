"""Roofs, spires, dormers and chimneys."""

from samples.facades.canvas import Canvas, Surface
from samples.facades.elements.openings import Look, window
from samples.facades.elements.solids import slab
from samples.facades.geometry import Colour, Point, Vec, add, cross, dot, tint, unit
from samples.facades.site import Block, Site


def plane(canvas: Canvas, points: list[Vec], colour: Colour, texture: str = "tile") -> None:
    """A flat roof face with its texture; the first edge is the eaves, seen from its left foot."""
    u = unit(add(points[1], points[0], -1.0))
    normal = unit(cross(u, add(points[-1], points[0], -1.0)))
    surface = canvas.surface(points[0], u, cross(normal, u), colour, texture)
    flat = []
    for point in points:
        away = add(point, points[0], -1.0)
        flat.append((dot(away, surface.u), dot(away, surface.v)))
    surface.poly(flat)


def hip(site: Site, block: Block, rise: float, over: float = 0.4, ridge: float = 0.45) -> None:
    """A hipped roof; `ridge` is its ridge's share of the width (0 makes a pyramid)."""
    (x, y, z), (w, h, d) = block.foot, block.size
    x0, x1, z0, z1, base = x - over, x + w + over, z + over, z - d - over, y + h
    a, b, middle, top = (
        x + w * (0.5 - ridge / 2),
        x + w * (0.5 + ridge / 2),
        z - d / 2,
        y + h + rise,
    )
    canvas, colour = site.canvas, site.palette.roof
    left, right = (a, top, middle), (b, top, middle)
    _eaves(site, block, over)
    plane(canvas, [(x0, base, z1), (x0, base, z0), left], colour)
    plane(canvas, [(x1, base, z0), (x1, base, z1), right], colour)
    plane(canvas, [(x0, base, z0), (x1, base, z0), right, left], colour)


def _eaves(site: Site, block: Block, over: float) -> None:
    """The boxed overhang of a hipped roof, on the sides that are seen."""
    (x, y, z), (w, h, d) = block.foot, block.size
    canvas, trim, low, high = site.canvas, site.palette.trim, y + h - 0.2, y + h
    if block.left.facing:
        slab(canvas, (x - over, low, z - d - over), (x, high, z + over), trim)
    if block.right.facing:
        slab(canvas, (x + w, low, z - d - over), (x + w + over, high, z + over), trim)
    slab(canvas, (x - over, low, z), (x + w + over, high, z + over), trim)


def _verge(wall: Surface, strip: list[Point], over: float, colour: Colour) -> None:
    """A bargeboard along (foot, lower foot, lower tip, tip) and the soffit behind it."""
    foot, _, _, tip = strip
    soffit = [wall.world(*foot), wall.world(*foot, over), wall.world(*tip, over), wall.world(*tip)]
    if cross(add(soffit[1], soffit[0], -1.0), add(soffit[2], soffit[1], -1.0))[1] > 0:
        soffit.reverse()
    if wall.facing:
        wall.canvas.poly(soffit, tint(colour, 0.6))
    wall.poly(strip, colour, over)


def gable_side(
    site: Site, block: Block, rise: float, over: float = 0.5, trim: Colour | None = None
) -> None:
    """A gabled roof with the ridge along the front: gables on the sides."""
    (x, y, z), (w, h, d) = block.foot, block.size
    base, middle, top = y + h, z - d / 2, y + h + rise
    drop = over * rise / (d / 2)
    canvas, colour = site.canvas, site.palette.roof
    for wall in (block.left, block.right):
        wall.poly([(0, h), (d, h), (d / 2, h + rise)])
    eave, ridge = base - drop, top + 0.12
    plane(
        canvas,
        [
            (x + w + over, eave, z - d - over),
            (x - over, eave, z - d - over),
            (x - over, ridge, middle),
            (x + w + over, ridge, middle),
        ],
        colour,
    )
    plane(
        canvas,
        [
            (x - over, eave, z + over),
            (x + w + over, eave, z + over),
            (x + w + over, ridge, middle),
            (x - over, ridge, middle),
        ],
        colour,
    )
    edge = trim or site.palette.trim
    tip = (d / 2, h + rise + 0.12)
    for wall in (block.left, block.right):
        for end in (-over, d + over):
            strip = [(end, h - drop), (end, h - drop - 0.3), (tip[0], tip[1] - 0.3), tip]
            _verge(wall, strip, over, edge)
    block.front.box(-over, h - drop - 0.25, w + over, h - drop, 0.1, edge, over - 0.1)


def gable_front(
    site: Site, block: Block, rise: float, over: float = 0.5, trim: Colour | None = None
) -> None:
    """A gabled roof with its gable to the viewer."""
    (x, y, z), (w, h, d) = block.foot, block.size
    base, middle, top = y + h, x + w / 2, y + h + rise
    drop = over * rise / (w / 2)
    canvas, colour = site.canvas, site.palette.roof
    peak = top + 0.12
    plane(
        canvas,
        [
            (x - over, base - drop, z - d),
            (x - over, base - drop, z + over),
            (middle, peak, z + over),
            (middle, peak, z - d),
        ],
        colour,
    )
    plane(
        canvas,
        [
            (x + w + over, base - drop, z + over),
            (x + w + over, base - drop, z - d),
            (middle, peak, z - d),
            (middle, peak, z + over),
        ],
        colour,
    )
    block.front.poly([(0, h), (w, h), (w / 2, h + rise)])
    edge = trim or site.palette.trim
    board = 0.12 + 0.025 * w
    for end in (-over, w + over):
        foot, tip = (end, h - drop), (w / 2, h + rise + 0.12)
        strip = [foot, (foot[0], foot[1] - board), (tip[0], tip[1] - board * 1.2), tip]
        block.front.shadow(strip, over)
        _verge(block.front, strip, over, edge)


def pyramid(
    site: Site,
    block: Block,
    rise: float,
    over: float = 0.0,
    colour: Colour | None = None,
    texture: str = "tile",
) -> None:
    """A pyramid on a block: a spire when steep."""
    (x, y, z), (w, h, d) = block.foot, block.size
    x0, x1, z0, z1, base = x - over, x + w + over, z + over, z - d - over, y + h
    tip = (x + w / 2, base + rise, z - d / 2)
    paint = colour or site.palette.roof
    for a, b in (((x0, z1), (x0, z0)), ((x1, z0), (x1, z1)), ((x0, z0), (x1, z0))):
        plane(site.canvas, [(a[0], base, a[1]), (b[0], base, b[1]), tip], paint, texture)


def mansard(site: Site, block: Block, rise: float, inset: float = 1.0) -> None:
    """A steep roof with a flat top."""
    (x, y, z), (w, h, d) = block.foot, block.size
    base, top = y + h, y + h + rise
    a, b, c, e = (x, z), (x + w, z), (x + inset, z - inset), (x + w - inset, z - inset)
    f, g, i, j = (
        (x, z - d),
        (x + w, z - d),
        (x + inset, z - d + inset),
        (x + w - inset, z - d + inset),
    )
    colour, canvas = site.palette.roof, site.canvas
    plane(
        canvas,
        [(f[0], base, f[1]), (a[0], base, a[1]), (c[0], top, c[1]), (i[0], top, i[1])],
        colour,
    )
    plane(
        canvas,
        [(b[0], base, b[1]), (g[0], base, g[1]), (j[0], top, j[1]), (e[0], top, e[1])],
        colour,
    )
    plane(
        canvas,
        [(a[0], base, a[1]), (b[0], base, b[1]), (e[0], top, e[1]), (c[0], top, c[1])],
        colour,
    )
    slab(
        canvas,
        (x + inset, top - 0.1, z - d + inset),
        (x + w - inset, top + 0.15, z - inset),
        site.palette.trim,
    )


def dormer(site: Site, x: float, y: float, z: float, width: float, kind: str = "gable") -> None:
    """A dormer window with its foot's left front corner at (x, y, z)."""
    height = width * (0.55 if kind == "hip" else 0.95)
    block = site.block(x, y, z, width, height, width * 1.6, site.palette.trim, "plain")
    if kind == "gable":
        gable_front(site, block, width * 0.4, 0.2)
    elif kind == "hip":
        hip(site, block, width * 0.4, 0.3, 0.2)
    else:
        slab(
            site.canvas,
            (x - 0.2, y + height, z - width * 1.6),
            (x + width + 0.2, y + height + 0.2, z + 0.3),
            site.palette.roof,
        )
    window(
        site,
        block.front,
        (width * 0.2, 0.15, width * 0.8, height * 0.88),
        Look(cols=2, rows=2, depth=0.1, sill=False),
    )


def chimney(
    site: Site, x: float, y: float, z: float, width: float, height: float, pots: int = 2
) -> None:
    """A chimney stack with pots."""
    colour = site.palette.wall if site.palette.texture == "brick" else (150, 98, 78)
    site.block(x, y, z, width, height, width, colour, "brick")
    slab(
        site.canvas,
        (x - 0.12, y + height, z - width - 0.12),
        (x + width + 0.12, y + height + 0.25, z + 0.12),
        tint(colour, 0.85),
    )
    for k in range(pots):
        left = x + width * (k + 0.2) / pots
        slab(
            site.canvas,
            (left, y + height + 0.25, z - width * 0.6),
            (left + width * 0.5 / pots, y + height + 0.8, z - width * 0.3),
            (168, 110, 84),
        )
