"""American houses: Craftsman and Foursquare."""

from samples.facades.canvas import Surface
from samples.facades.elements.openings import Look, door, window, window_row
from samples.facades.elements.ornament import band, rail, strut
from samples.facades.elements.porches import front_porch
from samples.facades.elements.roofs import chimney, dormer, gable_front, gable_side, hip
from samples.facades.elements.solids import slab, steps
from samples.facades.geometry import Colour, tint
from samples.facades.site import Block, Site


def _tapered_pier(site: Site, wall: Surface, u: float, top: float, out: float) -> None:
    """A short tapering post on a stout masonry base."""
    stone, trim = (
        site.palette.roof if site.palette.texture == "rubble" else (150, 136, 120),
        site.palette.trim,
    )
    wall.box(u - 0.5, 0, u + 0.5, top * 0.48, 0.9, stone, out - 0.45)
    for w, tone in ((out - 0.2, 0.8), (out + 0.25, 1.0)):
        wall.poly(
            [(u - 0.4, top * 0.48), (u + 0.4, top * 0.48), (u + 0.22, top), (u - 0.22, top)],
            tint(trim, tone),
            w,
        )


def _rafters(wall: Surface, u0: float, u1: float, v: float, out: float, colour: Colour) -> None:
    count = max(4, int((u1 - u0) / 0.6))
    for k in range(count + 1):
        u = u0 + (u1 - u0) * k / count
        wall.box(u - 0.07, v - 0.22, u + 0.07, v, 0.3, colour, out)


def _brackets(
    wall: Surface, width: float, height: float, rise: float, colour: Colour, over: float
) -> None:
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        u, v = width * share, height + rise * (1 - abs(2 * share - 1)) - 0.25
        wall.box(u - 0.1, v - 0.2, u + 0.1, v, over, colour)
        strut(wall, (u, v - 0.9, u, v - 0.2), 0.16, colour, over * 0.4)


def american_craftsman(site: Site) -> None:
    """A low bungalow: wide gables, deep eaves with rafters, a porch on tapered piers."""
    dice, trim = site.dice, site.palette.trim
    width, depth, height = dice.between(9, 13), dice.between(8, 11), dice.between(2.9, 3.5)
    rise, over = width * dice.between(0.17, 0.24), dice.between(0.8, 1.2)
    out, frontal, full = dice.between(2.2, 3.0), dice.chance(0.5), dice.chance(0.65)
    site.stand(width + 2 * over, height + rise + (0.9 if frontal else 1.5), depth + out)
    x, foot = dice.pick((-0.42, 0.3)) * width, 0 if dice.chance(0.5) else height
    chimney(site, x, foot, -depth * 0.3, 1.1, height + rise * 0.95, 0)
    body = site.block(-width / 2, 0.5, -out, width, height, depth)
    for wall, span in body.walls:
        look, count = Look(site.opening("rect"), 0.1, 3, 2, 0.14), max(2, min(3, int(span / 3)))
        window_row(site, wall, (0.4, 0.7, span - 0.4, 2.3), count, look, 0.62)
    door(site, body.front, (width * 0.5 - 0.55, 0, width * 0.5 + 0.55, 2.2))
    dark = site.palette.door
    if frontal:
        gable_front(site, body, rise, over, trim)
        _brackets(body.front, width, height, rise, dark, over)
        box = (width * 0.4, height + rise * 0.2, width * 0.6, height + rise * 0.55)
        window(site, body.front, box, Look("rect", 0.1, 3, 1, 0.12))
    else:
        eaves = height - over * rise * 2 / depth
        gable_side(site, body, rise, over, trim)
        _rafters(body.front, -over, width + over, eaves, over - 0.3, dark)
        _wide_dormer(site, width, height + 0.5, rise, -out - depth * 0.2)
    _bungalow_porch(site, width, height, (full, out, over))


def _wide_dormer(site: Site, width: float, base: float, rise: float, z: float) -> None:
    wide = width * site.dice.between(0.25, 0.4)
    box = site.block(-wide / 2, base + rise * 0.15, z, wide, rise * 0.5, 2.0)
    window_row(
        site,
        box.front,
        (0.2, rise * 0.08, wide - 0.2, rise * 0.44),
        3,
        Look("rect", 0.08, 2, 1, 0.08, False),
        0.8,
    )
    if site.dice.chance(0.6):
        gable_front(site, box, wide * 0.2, 0.5)
    else:
        slab(
            site.canvas,
            (-wide / 2 - 0.4, base + rise * 0.65, z - 2.0),
            (wide / 2 + 0.4, base + rise * 0.72, z + 0.5),
            site.palette.roof,
        )


def _bungalow_porch(
    site: Site, width: float, height: float, shape: tuple[bool, float, float]
) -> None:
    full, out, over = shape
    wide = width if full else width * site.dice.between(0.5, 0.62)
    left = -width / 2 if full or site.dice.chance(0.5) else width / 2 - wide
    deck = site.block(left, 0, 0, wide, 0.5, out, site.palette.trim, "plain")
    face = site.canvas.front(left, 0.5, -out, site.palette.wall)
    face.shadow([(0, 0), (wide, 0), (wide, height), (0, height)], out * 0.6)
    count = site.dice.pick((2, 3, 4)) if full else 2
    top = height * 0.84
    for k in range(count):
        _tapered_pier(site, face, 0.6 + (wide - 1.2) * k / (count - 1), top, out - 0.5)
    for k in range(count - 1):
        a, b = (
            0.6 + (wide - 1.2) * k / (count - 1) + 0.5,
            0.6 + (wide - 1.2) * (k + 1) / (count - 1) - 0.5,
        )
        if count < 3 or k != count // 2 - 1:
            rail(face, a, b, 0.1, 0.8, site.palette.trim, out - 0.4)
    roof = Block(
        site.canvas, (left, 0.5 + top, 0), (wide, height - top, out), site.palette.trim, "plain"
    )
    roof.draw()
    rise = wide * site.dice.between(0.16, 0.22)
    gable_front(site, roof, rise, over * 0.8)
    _brackets(roof.front, wide, height - top, rise, site.palette.door, over * 0.7)
    steps(
        site.canvas,
        (left + wide / 2 - 0.9, left + wide / 2 + 0.9),
        0.5,
        0.0,
        3,
        tint(deck.colour, 0.9),
    )


def american_foursquare(site: Site) -> None:
    """A cube of two storeys under a broad hipped roof with a dormer; a porch across the front."""
    dice = site.dice
    width, depth, height = dice.between(8.4, 10.5), dice.between(8.5, 10.5), dice.between(6.0, 6.8)
    rise, over, out = dice.between(2.4, 3.4), dice.between(0.6, 1.0), dice.between(2.2, 2.8)
    site.stand(width + 2 * over, height + rise + 0.9, depth + out)
    chimney(site, width * dice.pick((-0.35, 0.25)), height, -out - depth * 0.5, 0.9, rise + 0.6, 0)
    body = site.block(-width / 2, 0.6, -out, width, height, depth)
    look = Look(site.opening("rect"), 0.12, 2, 2, 0.14)
    for wall, span in body.walls:
        for low in (0.9, 3.9):
            window_row(
                site, wall, (0, low, span, low + 1.65), 2 if dice.chance(0.7) else 3, look, 0.34
            )
    if dice.chance(0.5):
        band(body, 3.1, 0.25, site.palette.trim)
    door(site, body.front, (width * 0.5 - 0.55, 0, width * 0.5 + 0.55, 2.2))
    hip(site, body, rise, over, dice.between(0.0, 0.12))
    wide = dice.between(2.2, 3.4)
    dormer(site, -wide / 2, height + 0.7 + rise * 0.12, -out - 0.5, wide, "hip")
    front_porch(site, (-width / 2, width), out, 2.75, dice.pick(("tuscan", "pier", "pier")))
