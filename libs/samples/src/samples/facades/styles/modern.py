"""Bauhaus and the International Style."""

from samples.facades.canvas import GLASS, Surface
from samples.facades.elements.glass import panes
from samples.facades.elements.openings import (
    Rect,
    door,
    recess,
)
from samples.facades.elements.ornament import band, rail
from samples.facades.elements.solids import slab
from samples.facades.geometry import tint
from samples.facades.site import Block, Site


def bauhaus(site: Site) -> None:
    """Interlocking plain cubes, ribbon windows, a glass corner, flat roofs, tube railings."""
    dice, wall_paint = site.dice, site.palette.wall
    width, height, depth = dice.between(11, 17), dice.between(6, 9.5), dice.between(7, 10)
    storeys, side = max(2, int(height / 3.0)), dice.pick((-1, 1))
    wing, low = width * dice.between(0.5, 0.9), height * dice.pick((0.36, 0.5, 0.68))
    left = -(width + wing) / 2 if side > 0 else -(width + wing) / 2 + wing
    site.stand(width + wing, height + 1.2, depth)
    x = left + width if side > 0 else left - wing
    annex = site.block(x, 0, dice.between(-1.5, 1.0), wing, low, depth * 0.8)
    main = site.block(left, 0, 0, width, height, depth)
    for wall, span in main.walls:
        _glazing(site, wall, span, height, storeys)
    for wall, span in annex.walls:
        _ribbon(site, wall, (span * 0.08, low * 0.42, span * 0.92, low * 0.78))
    for block in (annex, main):
        band(block, block.size[1] - 0.2, 0.2, tint(wall_paint, 0.85), 0.04)
    _tube_rail(site, annex)
    u = width * (0.86 if side > 0 else 0.14)
    door(site, main.front, (u - 0.9, 0, u + 0.9, 2.3), surround=0.0)
    slab(site.canvas, (left + u - 1.6, 2.5, 0), (left + u + 1.6, 2.75, 1.8), wall_paint)
    for k in range(storeys - 1) if dice.chance(0.6) else ():
        _balcony(site, (left + width * 0.4, left + width * 0.62), height / storeys * (k + 1))


def _glazing(site: Site, wall: Surface, span: float, height: float, storeys: int) -> None:
    """Ribbon windows, and a curtain of glass at one corner of some walls."""
    storey, corner = height / storeys, 0.38 if site.dice.chance(0.65) else 0.0
    for k in range(storeys):
        low, high = storey * (k + 0.36), storey * (k + 0.78)
        _ribbon(site, wall, (span * (0.06 + corner), low, span * 0.94, high))
    if corner:
        box, grid = (
            (0.1, storey * 0.3, span * corner, height * 0.93),
            (max(3, int(span / 2.2)), storeys * 3),
        )
        panes(site, wall, box, grid, 0.09)


def _balcony(site: Site, across: tuple[float, float], y: float) -> None:
    """A slab with a railing."""
    (a, b), frame = across, site.palette.frame
    slab(site.canvas, (a, y, 0), (b, y + 0.2, 1.4), site.palette.wall)
    rail(site.canvas.front(a, y, 1.3, frame), 0, b - a, 0.2, 0.9, frame)


def _ribbon(site: Site, wall: Surface, box: Rect) -> None:
    recess(wall, box, "rect", 0.25, site.palette.glass, GLASS)
    count = max(4, int((box[2] - box[0]) / 1.1))
    panes(site, wall, box, (count, 2), 0.08)


def _tube_rail(site: Site, block: Block) -> None:
    for wall, span in block.walls:
        for k in range(3):
            strip = block.size[1] + 0.3 * (k + 1)
            wall.rect(0, strip, span, strip + 0.07, site.palette.frame)
        for k in range(int(span / 1.4) + 1):
            wall.rect(
                1.4 * k, block.size[1], 1.4 * k + 0.08, block.size[1] + 0.95, site.palette.frame
            )


def international(site: Site) -> None:
    """A slab with a curtain wall grid, lifted on posts, its flat roof without ornament."""
    dice, shade = site.dice, tint(site.palette.wall, 0.8)
    tower = dice.chance(0.75)
    width = dice.between(15, 20) if tower else dice.between(20, 30)
    storeys, storey = (dice.whole(10, 15) if tower else dice.whole(2, 4)), dice.between(3.2, 3.6)
    lift, depth = dice.between(3.2, 5.0), width * dice.between(0.35, 0.6)
    height, banded = storeys * storey, dice.chance(0.3)
    podium = tower and dice.chance(0.4)
    site.stand(width * (1.35 if podium else 1.0), lift + height + 1.0, depth)
    _ground_floor(site, width, lift, depth, podium)
    low, high = (
        (-width * 0.2, lift + height, -depth * 0.7),
        (width * 0.1, lift + height + 1.6, -depth * 0.3),
    )
    slab(site.canvas, low, high, shade)
    body = site.block(-width / 2, lift, 0, width, height, depth, texture="plain")
    for wall, span in body.walls:
        solid, module = dice.chance(0.45), dice.pick((1.3, 1.7, 2.2))
        if wall is body.front or not solid:
            _curtain_wall(site, wall, (span, storey), (max(4, int(span / module)), storeys), banded)
    band(body, height - 0.3, 0.4, site.palette.frame, 0.1)


def _ground_floor(site: Site, width: float, lift: float, depth: float, podium: bool) -> None:
    """A broad podium, or posts before a glass lobby."""
    if podium:
        base = site.block(-width * 0.67, 0, 2.0, width * 1.34, lift, depth + 4)
        for wall, span in base.walls:
            panes(site, wall, (0.5, 0.3, span - 0.5, lift * 0.8), (int(span / 1.8), 1), 0.1)
        return
    dark, wide = tint(site.palette.wall, 0.7), width * 0.64
    core = site.block(-wide / 2, 0, -2.0, wide, lift, depth - 4, dark)
    panes(site, core.front, (0, 0, wide, lift), (10, 1), 0.1)
    for k in range(7):
        x = -width / 2 + 0.5 + (width - 1.0) * k / 6
        slab(site.canvas, (x - 0.3, 0, -0.9), (x + 0.3, lift, -0.3), site.palette.trim)


def _curtain_wall(
    site: Site, wall: Surface, sizes: tuple[float, float], grid: tuple[int, int], banded: bool
) -> None:
    """Glass from floor to floor between fins, or bands of it; sizes are span and storey."""
    (span, storey), (count, storeys) = sizes, grid
    for k in range(storeys):
        high = storey * (k + (0.5 if banded else 0.78))
        panes(site, wall, (0.2, storey * k + 0.1, span - 0.2, high), (count, 1), 0.1)
    for k in range(count + 1) if not banded else ():
        u = 0.2 + (span - 0.4) * k / count
        wall.box(u - 0.09, 0, u + 0.09, storey * storeys, 0.2, site.palette.frame)
