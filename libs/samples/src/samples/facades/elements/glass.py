"""Sheets of glass."""

from samples.facades.canvas import GLASS, LIT, Surface
from samples.facades.elements.openings import (
    LAMPLIGHT,
    Rect,
)
from samples.facades.geometry import tint
from samples.facades.site import Site


def panes(site: Site, wall: Surface, box: Rect, grid: tuple[int, int], bar: float) -> None:
    """A sheet of glass divided by bars, some panes lit."""
    if not wall.facing:
        return
    u0, v0, u1, v1 = box
    columns, rows = grid
    dice, glass = site.lamps, site.palette.glass
    wall.rect(u0, v0, u1, v1, glass, kind=GLASS)
    wide, tall = (u1 - u0) / columns, (v1 - v0) / rows
    for j in range(rows):
        for i in range(columns):
            if dice.chance(0.35):
                lit = dice.chance(site.lit_share * 1.5)
                paint = dice.pick(LAMPLIGHT) if lit else tint(glass, dice.between(0.7, 1.45))
                wall.rect(
                    u0 + i * wide,
                    v0 + j * tall,
                    u0 + (i + 1) * wide,
                    v0 + (j + 1) * tall,
                    paint,
                    kind=LIT if lit else GLASS,
                )
    for i in range(columns + 1):
        wall.rect(u0 + i * wide - bar / 2, v0, u0 + i * wide + bar / 2, v1, site.palette.frame)
    for j in range(rows + 1):
        wall.rect(u0, v0 + j * tall - bar / 2, u1, v0 + j * tall + bar / 2, site.palette.frame)
