"""Art Deco and Chicago School towers."""

from samples.facades.canvas import GLASS, LIT, Surface
from samples.facades.elements.glass import panes
from samples.facades.elements.openings import (
    LAMPLIGHT,
    Look,
    Rect,
    door,
    recess,
    window,
)
from samples.facades.elements.ornament import band, cornice, sunburst, zigzag
from samples.facades.elements.solids import lathe, slab
from samples.facades.geometry import Vec, tint
from samples.facades.site import Block, Site


def _deco_tier(site: Site, block: Block, storeys: int, pier: float) -> None:
    """Unbroken piers, dark spandrels, a crown of chevrons."""
    height, trim = block.size[1], site.palette.trim
    for wall, span in block.walls:
        bays = max(2, int(span / pier))
        step = span / bays
        for k in range(bays):
            wall.rect(
                step * (k + 0.25),
                height * 0.04,
                step * (k + 0.75),
                height * 0.88,
                tint(site.palette.wall, 0.7),
            )
            for j in range(storeys):
                low = height * (0.05 + 0.83 * j / storeys)
                window(
                    site,
                    wall,
                    (
                        step * (k + 0.28),
                        low,
                        step * (k + 0.72),
                        low + height * 0.83 / storeys * 0.62,
                    ),
                    Look("rect", 0.15, 1, 1, 0.0, False),
                )
        for k in range(bays + 1):
            wall.box(
                step * k - step * 0.14,
                0,
                step * k + step * 0.14,
                height * (1.0 if k % 2 else 0.97),
                0.35,
            )
        zigzag(wall, 0, span, height * 0.9, height * 0.965, bays * 2, trim)
        wall.box(0, height * 0.97, span, height, 0.2, trim)


def art_deco(site: Site) -> None:
    """Setbacks, soaring piers, zigzags and a sunburst over the door."""
    dice = site.dice
    width, height, tiers = dice.between(13, 22), dice.between(10, 26), dice.whole(2, 4)
    depth, pier = width * dice.between(0.5, 0.8), dice.between(1.8, 2.8)
    shrink, storeys = dice.between(0.62, 0.78), max(3, int(height / 3.4))
    crown, total = dice.pick(("spire", "fin", "none")), height * sum(0.55**k for k in range(tiers))
    site.stand(width, total * (1.25 if crown == "spire" else 1.08), depth)
    y, wide, deep, tall = 0.0, width, depth, height
    for k in range(tiers):
        tier = site.block(-wide / 2, y, -(depth - deep) * 0.3, wide, tall, deep)
        _deco_tier(site, tier, max(1, int(storeys * 0.55**k)), pier)
        y, wide, deep, tall = y + tall, wide * shrink, deep * shrink, tall * 0.55
        if k == 0:
            _deco_entrance(site, tier, width, height)
    wide /= shrink
    if crown == "spire":
        lathe(
            site.canvas,
            (0, y, -depth * 0.4),
            ((1, 0), (1, 0.4), (0.7, 0.5), (0.7, 1.0), (0.3, 1.2), (0.05, 3.2)),
            (wide * 0.3, total * 0.06),
            site.palette.accent,
            segments=8,
        )
    elif crown == "fin":
        for m in (-0.15, 0.0, 0.15):
            slab(
                site.canvas,
                (wide * m - 0.3, y * 0.9, -0.6),
                (wide * m + 0.3, y + total * (0.08 - abs(m) * 0.3), 0.4),
                site.palette.trim,
            )


def _deco_entrance(site: Site, tier: Block, width: float, height: float) -> None:
    front, m, trim = tier.front, width / 2, site.palette.trim
    half, top = min(3.0, width * 0.16), min(height * 0.5, 6.5)
    for k in range(3):
        front.box(
            m - half * (1.25 - 0.12 * k),
            0,
            m + half * (1.25 - 0.12 * k),
            top + 0.6 * k,
            0.5 + 0.15 * k,
            trim if k % 2 else site.palette.wall,
        )
    panel = site.canvas.front(tier.foot[0], 0, tier.foot[2] + 0.85, trim)
    door(site, panel, (m - half * 0.5, 0, m + half * 0.5, top * 0.5), "rect", 0.15)
    sunburst(panel, m, top * 0.55, half * 0.8, site.palette.accent, tint(trim, 0.8))
    slab(
        site.canvas,
        (-half * 1.1, top * 0.5, 0.8),
        (half * 1.1, top * 0.56, 2.4),
        site.palette.accent,
    )


def chicago_school(site: Site) -> None:
    """A tall block in three parts: open base, shaft of wide tripartite windows, heavy cornice."""
    dice, trim = site.dice, site.palette.trim
    bays, storeys = dice.whole(4, 7), dice.whole(6, 12)
    width, storey = bays * dice.between(3.6, 4.6), dice.between(3.2, 3.6)
    base, attic = storey * 2.0, storey * dice.pick((1.0, 1.0, 2.0))
    height = base + storeys * storey * 0.9 + attic
    depth, piers, arched = width * dice.between(0.5, 0.9), dice.chance(0.75), dice.chance(0.25)
    site.stand(width + 1.5, height + 0.8, depth)
    body = site.block(-width / 2, 0, 0, width, height, depth)
    crowns = ["rect"] * (storeys - 1) + ["round" if arched else "rect"]
    for wall, span in body.walls:
        count = bays if wall is body.front else max(3, int(bays * depth / width))
        step = span / count
        for k in range(count):
            _chicago_bay(site, wall, (step * k, step), (base, height - attic, height), crowns)
        for k in range(count + 1):
            u, half = step * k, step * 0.11
            wall.box(u - half, 0 if piers else base, u + half, height - attic, 0.22)
    band(body, base - 0.2, 0.5, trim, 0.4)
    band(body, height - attic, 0.35, trim, 0.25)
    cornice(body, 1.1, dice.between(0.9, 1.6), trim, dentils=True)
    box = (width / 2 - 1.2, 0, width / 2 + 1.2, base * 0.62)
    door(site, body.front, box, "round" if arched else "rect", 0.5)


def _chicago_bay(
    site: Site, wall: Surface, place: tuple[float, float], levels: Vec, crowns: list[str]
) -> None:
    """One bay from shop window to attic; place is left and width."""
    (left, step), (base, attic, top) = place, levels
    panes(site, wall, (left + step * 0.1, 0.4, left + step * 0.9, base * 0.9), (3, 2), 0.16)
    storey = (attic - base) / len(crowns)
    for j, kind in enumerate(crowns):
        low = base + j * storey + 0.7
        box = (left + step * 0.13, low, left + step * 0.87, low + storey * 0.64)
        _chicago_window(site, wall, box, kind)
    for i in range(3):
        u = left + step * (0.2 + 0.24 * i)
        box = (u, attic + 0.5, u + step * 0.15, top - 1.0)
        recess(wall, box, "rect", 0.3, site.palette.glass, GLASS)


def _chicago_window(site: Site, wall: Surface, box: Rect, kind: str) -> None:
    """A wide fixed pane between two narrow sashes."""
    u0, v0, u1, v1 = box
    lit = site.lamps.chance(site.lit_share)
    paint = (
        site.lamps.pick(LAMPLIGHT)
        if lit
        else tint(site.palette.glass, site.lamps.between(0.75, 1.4))
    )
    pane = recess(wall, box, kind, 0.3, paint, LIT if lit else GLASS)
    a, b, wide = pane[0], pane[2], pane[2] - pane[0]
    for share in (0.23, 0.77):
        wall.rect(a + wide * share - 0.08, v0, a + wide * share + 0.08, v1, site.palette.frame)
    for left, right in ((a, a + wide * 0.23), (a + wide * 0.77, b)):
        wall.rect(left, (v0 + v1) / 2 - 0.05, right, (v0 + v1) / 2 + 0.05, site.palette.frame)
    wall.box(u0 - 0.1, v0 - 0.2, u1 + 0.1, v0, 0.15, site.palette.trim)
