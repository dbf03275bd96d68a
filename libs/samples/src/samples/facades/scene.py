"""Everything around the building: ground, neighbours, trees, people, cars, lamps and wires.

None of it knows the style.
"""

import math

from samples.facades.canvas import FOLIAGE, GLASS, LIT, PLAIN, Canvas
from samples.facades.dice import Dice
from samples.facades.elements.solids import slab
from samples.facades.geometry import Colour, Vec, blend, tint
from samples.facades.mood import Mood

_FAR = 4000.0
_LEAVES: dict[str, tuple[Colour, ...]] = {
    "spring": ((110, 140, 70), (132, 152, 84), (90, 124, 66)),
    "summer": ((70, 100, 52), (84, 112, 58), (58, 88, 50)),
    "autumn": ((176, 120, 52), (160, 90, 46), (140, 128, 62)),
    "winter": ((58, 78, 56), (96, 88, 76), (70, 84, 66)),
}
_WALLS: tuple[Colour, ...] = (
    (178, 160, 140),
    (160, 110, 88),
    (196, 190, 178),
    (140, 136, 132),
    (206, 192, 160),
    (150, 160, 166),
)


def lay_ground(canvas: Canvas, mood: Mood, extent: Vec, dice: Dice) -> None:
    """The ground up to the horizon, what stands far behind, and the building's shadow."""
    eye = canvas.camera.eye
    left = canvas.camera.project((eye[0] - _FAR, 0.0, eye[2] - _FAR))
    right = canvas.camera.project((eye[0] + _FAR, 0.0, eye[2] - _FAR))
    if left is None or right is None:
        return
    wide, tall = canvas.size
    slope = (right[1] - left[1]) / (right[0] - left[0])
    edge = [(x, left[1] + slope * (x - left[0])) for x in (-4.0, wide + 4.0)]
    _skyline(canvas, edge[0][1], dice, mood)
    ground = canvas.surface(
        (0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, -1.0), mood.ground, mood.paving
    )
    foot = max(tall + 4.0, edge[0][1] + 4.0, edge[1][1] + 4.0)
    canvas.fill(
        [edge[0], edge[1], (wide + 4.0, foot), (-4.0, foot)], mood.ground, ground.light, ground.kind
    )
    if dice.chance(0.6):
        _path(canvas, extent, dice)
    _cast(canvas, extent)


def _skyline(canvas: Canvas, horizon: float, dice: Dice, mood: Mood) -> None:
    wide, tall = canvas.size
    haze = blend(mood.sky[1], (90, 100, 100), 0.45)
    kind = dice.pick(("hills", "town", "trees", "none"))
    if kind == "none":
        return
    x, points = -10.0, [(-10.0, horizon + 6)]
    while x < wide + 10:
        step = wide * dice.between(0.02, 0.1)
        high = tall * dice.between(0.01, 0.09)
        points += (
            [(x, horizon - high), (x + step, horizon - high)]
            if kind == "town"
            else [(x + step / 2, horizon - high)]
        )
        x += step
    points.append((wide + 10.0, horizon + 6))
    paint = blend(haze, _LEAVES[mood.season][0], 0.5) if kind == "trees" else haze
    canvas.fill(points, paint, 0.5, PLAIN)


def _path(canvas: Canvas, extent: Vec, dice: Dice) -> None:
    half, z, shift = dice.between(0.8, 3.0), extent[0] * 1.2, dice.between(-3.0, 3.0)
    colour = dice.pick(((168, 162, 150), (150, 136, 116), (120, 118, 116)))
    if dice.chance(0.5):
        canvas.poly(
            [(-half, 0, 0.0), (-half + shift, 0, z), (half + shift, 0, z), (half, 0, 0.0)], colour
        )
        return
    near, wide = dice.between(0.15, 0.4) * extent[0] + 3.0, 300.0
    canvas.poly(
        [(-wide, 0, near), (-wide, 0, near + 7), (wide, 0, near + 7), (wide, 0, near)],
        tint(colour, 0.7),
    )
    canvas.poly(
        [(-wide, 0, near - 2), (-wide, 0, near), (wide, 0, near), (wide, 0, near - 2)],
        tint(colour, 1.1),
    )


def _cast(canvas: Canvas, extent: Vec) -> None:
    half, height, depth = extent[0] / 2, extent[1] * 0.75, extent[2]
    sx, sy, sz = canvas.sun
    dx, dz = -sx / max(sy, 0.3) * height, -sz / max(sy, 0.3) * height
    base = [(-half, 0.0), (half, 0.0), (half, -depth), (-half, -depth)]
    for k in range(4):
        (a, b), (c, d) = base[k], base[(k + 1) % 4]
        quad = [(a, b), (c, d), (c + dx, d + dz), (a + dx, b + dz)]
        seen = [canvas.camera.project((x, 0.0, z)) for x, z in quad]
        drawn = [point for point in seen if point is not None]
        if len(drawn) == 4:
            canvas.shade(drawn)


def raise_neighbours(canvas: Canvas, mood: Mood, extent: Vec, dice: Dice) -> None:
    """Plain houses beside and behind."""
    for side in (-1, 1):
        if not dice.chance(0.32):
            continue
        gap, wide = dice.between(0.0, 0.5) * extent[0], dice.between(6.0, 16.0)
        height, depth = dice.between(4.0, 15.0), dice.between(6.0, 10.0)
        x = side * (extent[0] / 2 + gap) - (wide if side < 0 else 0.0)
        z = -dice.between(0.0, 0.8) * extent[2]
        colour = dice.pick(_WALLS)
        slab(canvas, (x, 0.0, z - depth), (x + wide, height, z), colour)
        front = canvas.front(x, 0.0, z, colour)
        bay, storey = dice.between(1.8, 3.2), dice.between(2.6, 3.6)
        for i in range(int(wide / bay)):
            for j in range(int(height / storey)):
                lit = dice.chance(mood.lit_share)
                paint = (250, 206, 130) if lit else (60, 68, 78)
                u, v = (i + 0.28) * bay, (j + 0.3) * storey
                front.rect(
                    u, v, u + bay * 0.45, v + storey * 0.5, paint, kind=LIT if lit else GLASS
                )


def tree(canvas: Canvas, mood: Mood, place: Vec, height: float, dice: Dice) -> None:
    """A tree of painted blobs; a bare one in winter, now and then a conifer."""
    foot = canvas.camera.project(place)
    top = canvas.camera.project((place[0], place[1] + height, place[2]))
    if foot is None or top is None:
        return
    size = abs(foot[1] - top[1])
    colour = dice.pick(_LEAVES[mood.season])
    bark = tint((92, 76, 62), dice.between(0.7, 1.2))
    _trunk(canvas, foot, top, size, bark)
    if mood.season == "winter" and dice.chance(0.6):
        _branches(canvas, (foot[0], foot[1] - size * 0.3), size * 0.3, math.pi / 2, 5, bark, dice)
        return
    _crown(canvas, foot, size, colour, dice)


def _crown(
    canvas: Canvas, foot: tuple[float, float], size: float, colour: Colour, dice: Dice
) -> None:
    """Clumps of leaves, the lower ones dark, the sunny side light."""
    conifer, sunward = dice.chance(0.25), 1 if canvas.sun[0] > 0 else -1
    clumps = [
        (dice.near(0, 0.13), dice.between(0.32, 0.9), dice.between(0.1, 0.19)) for _ in range(9)
    ]
    blobs = int(min(240, 60 + size))
    for k in range(blobs):
        high = k / blobs
        if conifer:
            x, y, reach = 0.0, 0.1 + 0.9 * high, 0.19 * (1.04 - high)
            dx, dy = dice.near(0, 0.5 * reach), 0.0
        else:
            x, y, reach = clumps[k % 9]
            turn, far = dice.between(0, 2 * math.pi), reach * math.sqrt(dice.between(0, 1))
            dx, dy = far * math.cos(turn), far * math.sin(turn) * 0.8
        radius = size * dice.between(0.012, 0.034)
        glow = 0.42 + 1.6 * dy + 0.5 * (y - 0.6) + 1.4 * dx * sunward + dice.near(0, 0.12)
        pixel = (foot[0] + size * (x + dx), foot[1] - size * (y + dy))
        tone = tint(colour, dice.between(0.7, 1.2))
        canvas.spot(pixel, (radius * 1.2, radius * 0.8), tone, max(0.03, min(1.0, glow)), FOLIAGE)


def _trunk(
    canvas: Canvas, foot: tuple[float, float], top: tuple[float, float], size: float, bark: Colour
) -> None:
    wide = size * 0.025
    high = foot[1] + (top[1] - foot[1]) * 0.45
    canvas.fill(
        [
            (foot[0] - wide, foot[1]),
            (foot[0] + wide, foot[1]),
            (top[0] + wide / 2, high),
            (top[0] - wide / 2, high),
        ],
        bark,
        0.4,
        FOLIAGE,
    )


def _branches(
    canvas: Canvas,
    start: tuple[float, float],
    length: float,
    angle: float,
    depth: int,
    bark: Colour,
    dice: Dice,
) -> None:
    end = (start[0] + length * math.cos(angle), start[1] - length * math.sin(angle))
    wide = max(0.6, length * 0.06)
    canvas.fill(
        [
            (start[0] - wide, start[1]),
            (start[0] + wide, start[1]),
            (end[0] + wide * 0.6, end[1]),
            (end[0] - wide * 0.6, end[1]),
        ],
        bark,
        0.4,
        FOLIAGE,
    )
    if depth and length > 2:
        for turn in (-0.45, 0.4):
            _branches(
                canvas,
                end,
                length * dice.between(0.6, 0.8),
                angle + turn * dice.between(0.6, 1.3),
                depth - 1,
                bark,
                dice,
            )


def dress(canvas: Canvas, mood: Mood, extent: Vec, dice: Dice) -> None:
    """What stands before the building and hides some of it."""
    half = extent[0] / 2
    reach = max(2.0, min(0.5 * canvas.camera.eye[2], 14.0))
    for side in (-1, 1):
        if dice.chance(0.45):
            x, z = side * half * dice.between(0.7, 1.3), dice.between(0.2, 1.0) * reach
            tree(canvas, mood, (x, 0.0, z), dice.between(0.3, 0.8) * min(extent[1], 16.0), dice)
    for _ in range(dice.whole(0, 5) if dice.chance(0.6) else 0):
        bush = (dice.between(-1.2, 1.2) * half, 0.0, dice.between(0.5, 2.0))
        _bush(canvas, mood, bush, dice)
    for _ in range(dice.whole(1, 4) if dice.chance(0.4) else 0):
        _person(canvas, (dice.between(-1.1, 1.1) * half, 0.0, dice.between(0.3, 1.0) * reach), dice)
    for _ in range(dice.whole(1, 2) if dice.chance(0.3) else 0):
        _car(canvas, dice.between(-1.2, 1.0) * half, dice.between(0.5, 1.0) * reach, dice)
    if dice.chance(0.22):
        _lamp(canvas, dice.between(-1.0, 1.0) * half, 0.7 * reach, mood)
    if dice.chance(0.15):
        _wires(canvas, dice)


def _bush(canvas: Canvas, mood: Mood, place: Vec, dice: Dice) -> None:
    foot = canvas.camera.project(place)
    top = canvas.camera.project((place[0], dice.between(0.7, 1.6), place[2]))
    if foot is None or top is None:
        return
    size, colour = abs(foot[1] - top[1]), dice.pick(_LEAVES[mood.season])
    for k in range(36):
        x, y = foot[0] + size * dice.near(0, 0.5), foot[1] - size * (0.06 + 0.025 * k)
        radius = size * dice.between(0.06, 0.14)
        canvas.spot(
            (x, y),
            (radius * 1.2, radius * 0.8),
            tint(colour, dice.between(0.65, 1.2)),
            0.1 + 0.022 * k,
            FOLIAGE,
        )


def _person(canvas: Canvas, place: Vec, dice: Dice) -> None:
    foot, head = (
        canvas.camera.project(place),
        canvas.camera.project((place[0], dice.between(1.5, 1.85), place[2])),
    )
    if foot is None or head is None:
        return
    h, x = foot[1] - head[1], foot[0]
    coat, legs = (
        dice.pick(((150, 50, 46), (60, 80, 130), (60, 60, 62), (200, 190, 170), (90, 110, 80))),
        (48, 50, 62),
    )
    canvas.fill(
        [
            (x - 0.1 * h, foot[1]),
            (x + 0.1 * h, foot[1]),
            (x + 0.09 * h, foot[1] - 0.5 * h),
            (x - 0.09 * h, foot[1] - 0.5 * h),
        ],
        legs,
        0.5,
        PLAIN,
    )
    canvas.fill(
        [
            (x - 0.12 * h, foot[1] - 0.45 * h),
            (x + 0.12 * h, foot[1] - 0.45 * h),
            (x + 0.13 * h, foot[1] - 0.82 * h),
            (x - 0.13 * h, foot[1] - 0.82 * h),
        ],
        coat,
        0.6,
        PLAIN,
    )
    canvas.spot((x, foot[1] - 0.92 * h), (0.07 * h, 0.09 * h), (196, 152, 126), 0.6, PLAIN)


def _car(canvas: Canvas, x: float, z: float, dice: Dice) -> None:
    paint = dice.pick(
        ((150, 40, 38), (60, 74, 100), (210, 210, 208), (50, 52, 56), (130, 138, 140))
    )
    side = canvas.front(x, 0.0, z, paint)
    slab(canvas, (x, 0.35, z - 1.7), (x + 4.3, 0.95, z), paint)
    roof = [(0.7, 0.95), (3.7, 0.95), (3.1, 1.5), (1.3, 1.5)]
    side.poly(roof, paint, -0.2)
    side.poly([(0.95, 1.0), (3.4, 1.0), (3.0, 1.42), (1.4, 1.42)], (60, 70, 80), -0.19, kind=GLASS)
    for wheel in (0.9, 3.4):
        centre, edge = side.at(wheel, 0.34), side.at(wheel, 0.0)
        if centre and edge:
            r = abs(edge[1] - centre[1])
            canvas.spot(centre, (r, r), (34, 34, 36), 0.3, PLAIN)
            canvas.spot(centre, (r * 0.5, r * 0.5), (150, 150, 150), 0.4, PLAIN)


def _lamp(canvas: Canvas, x: float, z: float, mood: Mood) -> None:
    foot, top = canvas.camera.project((x, 0.0, z)), canvas.camera.project((x, 4.6, z))
    if foot is None or top is None:
        return
    wide = max(0.8, abs(foot[1] - top[1]) * 0.012)
    canvas.fill(
        [
            (foot[0] - wide, foot[1]),
            (foot[0] + wide, foot[1]),
            (top[0] + wide, top[1]),
            (top[0] - wide, top[1]),
        ],
        (46, 48, 50),
        0.4,
        PLAIN,
    )
    dark = mood.lighting in ("dusk", "night")
    canvas.spot(
        top,
        (wide * 4, wide * 5),
        (255, 224, 160) if dark else (208, 206, 196),
        0.6,
        LIT if dark else PLAIN,
    )


def _wires(canvas: Canvas, dice: Dice) -> None:
    wide, tall = canvas.size
    for _ in range(dice.whole(1, 3)):
        a, b, sag = (
            dice.between(0, 0.5) * tall,
            dice.between(0, 0.5) * tall,
            dice.between(0.01, 0.06) * tall,
        )
        line = [
            (wide * k / 8, a + (b - a) * k / 8 + sag * 4 * (k / 8) * (1 - k / 8)) for k in range(9)
        ]
        canvas.fill(line + [(x, y + 1.6) for x, y in reversed(line)], (40, 42, 46), 0.3, PLAIN)
