"""From painted buffers to a photograph: texture, light, air, lens, sensor and JPEG."""

import io
import math

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from samples.facades.canvas import FIRST_FACE, FOLIAGE, GLASS, LIT, SKY, Canvas, Face
from samples.facades.dice import Dice
from samples.facades.mood import LIGHTS, Mood

Pixels = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

_GRAIN: Pixels = np.random.Generator(np.random.PCG64(20)).random((256, 256)).astype(np.float32)


def _hash(i: Ints, j: Ints) -> Pixels:
    return np.asarray(_GRAIN[i & 255, j & 255], dtype=np.float32)


def _smooth(u: Pixels, v: Pixels) -> Pixels:
    """Value noise with cells of one unit."""
    i, j = np.floor(u).astype(np.int64), np.floor(v).astype(np.int64)
    a, b = (u - i).astype(np.float32), (v - j).astype(np.float32)
    low = _hash(i, j) * (1 - a) + _hash(i + 1, j) * a
    high = _hash(i, j + 1) * (1 - a) + _hash(i + 1, j + 1) * a
    return np.asarray(low * (1 - b) + high * b, dtype=np.float32)


def _courses(u: Pixels, v: Pixels, wide: float, tall: float, joint: float, spread: float) -> Pixels:
    """Blocks in running bond: a tone a block and darker joints."""
    row = np.floor(v / tall).astype(np.int64)
    along = u / wide + 0.5 * (row & 1)
    block = np.floor(along).astype(np.int64)
    tone = 1 + spread * (_hash(block, row) - 0.5)
    gap = ((v / tall - row) < joint) | ((along - block) < joint * tall / wide)
    return np.asarray(np.where(gap, tone * 0.78, tone), dtype=np.float32)


_Tiling = tuple[float, float, float, float]

# Width and height of a block in metres, the joint's share of it, how much blocks differ in tone.
_BONDS: dict[str, _Tiling] = {
    "brick": (0.56, 0.2, 0.2, 0.34),
    "stone": (1.2, 0.55, 0.09, 0.2),
    "rubble": (0.7, 0.4, 0.14, 0.4),
    "tile": (0.4, 0.36, 0.24, 0.3),
    "concrete": (2.4, 1.2, 0.03, 0.06),
    "panel": (1.5, 1.0, 0.05, 0.1),
    "paving": (1.0, 0.7, 0.08, 0.16),
}


def _texture(name: str, u: Pixels, v: Pixels) -> Pixels:
    """Brightness around 1 of a named material at u, v in metres."""
    if name == "rubble":
        u, v = u + 0.3 * _smooth(u * 2, v * 2), v + 0.25 * _smooth(v * 2, u * 2)
    if name in _BONDS:
        return _courses(u, v, *_BONDS[name])
    if name == "clapboard":
        part = v / 0.26 - np.floor(v / 0.26)
        tone = 0.84 + 0.2 * np.minimum(1.0, part * 3)
    elif name == "scale":
        tone = _scales(u, v)
    elif name == "grass":
        tone = 0.78 + 0.3 * _smooth(u * 3, v * 1.2) + 0.16 * _smooth(u * 9, v * 4)
    else:
        tone = 0.88 + 0.24 * _smooth(u * 0.8, v * 0.5)
    return np.asarray(tone, dtype=np.float32)


def _scales(u: Pixels, v: Pixels) -> Pixels:
    """Fish scales: half discs in rows."""
    row = np.floor(v / 0.34)
    part = v / 0.34 - row
    across = np.abs((u / 0.42 + 0.5 * (row % 2)) % 1.0 - 0.5) * 2
    return np.asarray(np.where(part < 0.75 * across**2, 0.68, 1.02 + 0.06 * part), dtype=np.float32)


_GRAIN_SIZE = {
    "brick": 0.2,
    "stone": 0.55,
    "rubble": 0.4,
    "clapboard": 0.26,
    "tile": 0.36,
    "shingle": 0.36,
    "scale": 0.34,
    "concrete": 1.2,
    "panel": 1.0,
    "paving": 0.7,
    "grass": 0.4,
}


def _face(face: Face, x: Pixels, y: Pixels) -> Pixels:
    """Brightness of a face's texture at supersampled pixels x, y."""
    rows = np.array(face.rows, dtype=np.float64).reshape(3, 4)
    matrix = rows[:, [0, 1, 3]]
    if abs(np.linalg.det(matrix)) < 1e-9:
        return np.ones_like(x)
    a = np.linalg.inv(matrix).astype(np.float32)
    scale = a[2, 0] * x + a[2, 1] * y + a[2, 2]
    scale = np.where(np.abs(scale) < 1e-9, np.float32(1e-9), scale)
    u = np.clip((a[0, 0] * x + a[0, 1] * y + a[0, 2]) / scale, -4000, 4000)
    v = np.clip((a[1, 0] * x + a[1, 1] * y + a[1, 2]) / scale, -4000, 4000)
    # Metres a pixel: how far v runs in one pixel, from the plane's own gradient.
    step = 2 * np.abs(a[1, 1] - v * a[2, 1]) / np.abs(scale) + 1e-6
    fine = np.clip(_GRAIN_SIZE.get(face.texture, 4.0) / step / 2.2 - 0.35, 0.0, 1.0)
    weather = 0.92 + 0.16 * _smooth(u * 0.35 + 7, v * 0.22) - 0.1 * np.exp(-np.maximum(v, 0) * 1.2)
    return np.asarray((1 + (_texture(face.texture, u, v) - 1) * fine) * weather, dtype=np.float32)


def _textures(canvas: Canvas, kind: npt.NDArray[np.uint8], grain: Pixels) -> Pixels:
    tone = 0.96 + 0.08 * grain
    counts = np.bincount(kind.ravel(), minlength=256)
    order = np.argsort(kind, axis=None, kind="stable")
    ends = np.cumsum(counts)
    flat = tone.ravel()
    for number, face in enumerate(canvas.faces):
        ident = FIRST_FACE + number
        if counts[ident] < 12:
            continue
        where = order[ends[ident] - counts[ident] : ends[ident]]
        y, x = np.divmod(where, kind.shape[1])
        flat[where] *= _face(face, (x * 2 + 1).astype(np.float32), (y * 2 + 1).astype(np.float32))
    return flat.reshape(kind.shape)


def _clouds(shape: tuple[int, int], generator: np.random.Generator) -> Pixels:
    total = np.zeros(shape, dtype=np.float32)
    for power, weight in ((3, 0.5), (4, 0.3), (5, 0.2)):
        cells = generator.random((2**power, 2 ** (power - 1) + 2)).astype(np.float32)
        layer = Image.fromarray(cells).resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
        total += weight * np.asarray(layer, dtype=np.float32)
    return total


def sky(mood: Mood, generator: np.random.Generator) -> Pixels:
    """A sky with clouds: float32 (height, width, 3), 0 to 255."""
    wide, tall = mood.size
    top, low = (np.array(colour, dtype=np.float32) for colour in mood.sky)
    fall = np.linspace(0, 1.15, tall, dtype=np.float32).clip(0, 1)[:, None, None]
    base = top + (low - top) * fall
    veil = np.clip((_clouds((tall, wide), generator) - 0.62 + 0.3 * mood.clouds) * 3.2, 0, 1)[
        :, :, None
    ]
    white = (
        np.array(
            (0.2, 0.2, 0.24) if mood.lighting == "night" else (1.0, 0.97, 0.94), dtype=np.float32
        )
        * 236
    )
    if mood.lighting == "dusk":
        white = white * np.array((0.95, 0.74, 0.66), dtype=np.float32)
    return np.asarray(base + (white - base) * veil * (0.3 + 0.5 * mood.clouds), dtype=np.float32)


def develop(canvas: Canvas, mood: Mood, dice: Dice) -> Image.Image:
    """Shade the buffers and add sky, air and weather: an RGB picture of mood.size."""
    wide, tall = mood.size
    colour = np.asarray(canvas.colour.reduce(2), dtype=np.float32)[:tall, :wide]
    light = np.asarray(canvas.light.reduce(2), dtype=np.float32)[:tall, :wide, None] / 255
    kind = np.asarray(canvas.kind)[::2, ::2][:tall, :wide]
    cover = (
        np.asarray(canvas.kind.point([0] + [255] * 255).reduce(2), dtype=np.float32)[
            :tall, :wide, None
        ]
        / 255
    )
    grain = dice.generator.random((tall, wide), dtype=np.float32)
    ambient, direct = (np.array(part, dtype=np.float32) for part in LIGHTS[mood.lighting])
    direct = direct * (1.0 - 0.6 * max(mood.rain, mood.fog, 0.8 * mood.snow))
    tone = _textures(canvas, kind, grain)[:, :, None]
    base: Pixels = np.asarray(colour / np.maximum(cover, 0.02), dtype=np.float32)
    if mood.snow:
        base = _snowed(canvas, base, kind, grain, mood.snow)
    lit = base * tone * (ambient + direct * light)
    lit += base * _floodlight(mood, tall)
    heaven = sky(mood, dice.generator)
    glass = kind == GLASS
    lit[glass] = 0.62 * lit[glass] + 0.36 * heaven[::-1][glass] * (0.25 + 0.75 * light[glass])
    lit[kind == LIT] = base[kind == LIT]
    leaves = kind == FOLIAGE
    lit[leaves] *= 0.7 + 0.6 * grain[leaves][:, None]
    whole: Pixels = np.asarray(heaven * (1 - cover) + lit * cover, dtype=np.float32)
    picture = _air(whole, heaven, kind, mood)
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def _snowed(
    canvas: Canvas, base: Pixels, kind: npt.NDArray[np.uint8], grain: Pixels, snow: float
) -> Pixels:
    """The colours with snow on the roofs, thin in places."""
    roofs = np.zeros(256, dtype=np.float32)
    for number, face in enumerate(canvas.faces):
        roofs[FIRST_FACE + number] = face.texture == "tile"
    share = (roofs[kind] * np.clip(1.6 * snow - 0.9 * grain, 0, 1))[:, :, None]
    return np.asarray(base + (np.float32(228) - base) * share, dtype=np.float32)


def _floodlight(mood: Mood, tall: int) -> Pixels:
    rise = np.linspace(0.15, 1, tall, dtype=np.float32)[:, None, None]
    return np.asarray(
        rise * 0.75 * mood.floodlight * np.array((1.0, 0.82, 0.56), dtype=np.float32),
        dtype=np.float32,
    )


def _air(picture: Pixels, heaven: Pixels, kind: npt.NDArray[np.uint8], mood: Mood) -> Pixels:
    haze = heaven[-heaven.shape[0] // 3 :].mean(axis=(0, 1))
    share = mood.fog * np.where(kind == SKY, 0.8, 0.75).astype(np.float32)[:, :, None]
    return np.asarray(picture + (haze - picture) * share, dtype=np.float32)


def _falling(picture: Image.Image, mood: Mood, dice: Dice) -> Image.Image:
    """Rain streaks or snow flakes."""
    wide, tall = picture.size
    amount = mood.rain or mood.snow * 0.7
    if not amount:
        return picture
    dots = (dice.generator.random((tall, wide)) < 0.006 * amount).astype(np.float32)
    if mood.rain:
        dots = sum((np.roll(dots, k, axis=0) for k in range(1, 7)), dots) * 0.16
    else:
        dots = (dots + np.roll(dots, 1, axis=0) + np.roll(dots, 1, axis=1)) * 0.75
    pixels = np.asarray(picture, dtype=np.float32)
    mixed = pixels + (np.float32(225) - pixels) * np.clip(dots, 0, 1)[:, :, None]
    return Image.fromarray(np.clip(mixed, 0, 255).astype(np.uint8))


def expose(picture: Image.Image, mood: Mood, dice: Dice) -> bytes:
    """Lens, sensor and JPEG: the bytes of the photo."""
    picture = _falling(picture, mood, dice)
    if dice.chance(0.3):
        picture = picture.filter(ImageFilter.GaussianBlur(dice.between(0.3, 0.9)))
    pixels = np.asarray(picture, dtype=np.float32)
    gain = dice.between(0.85, 1.15) * (1.35 if mood.lighting == "night" else 1.0)
    cast = np.array([dice.near(1, 0.03), 1.0, dice.near(1, 0.04)], dtype=np.float32)
    middle = np.float32(118)
    pixels = (pixels * cast * gain - middle) * dice.between(0.85, 1.15) + middle
    noise = dice.between(1.0, 7.0) * (1.5 if mood.lighting == "night" else 1.0)
    pixels = (
        pixels
        + noise * dice.generator.standard_normal(pixels.shape[:2], dtype=np.float32)[:, :, None]
    )
    pixels = pixels * _vignette(mood.size, dice.between(0.0, 0.22))
    out = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(
        out, "JPEG", quality=dice.whole(60, 92)
    )
    return out.getvalue()


def _vignette(size: tuple[int, int], strength: float) -> Pixels:
    x = np.linspace(-1, 1, size[0], dtype=np.float32)[None, :, None]
    y = np.linspace(-1, 1, size[1], dtype=np.float32)[:, None, None]
    return np.asarray(1 - strength * (x * x + y * y) / math.sqrt(2), dtype=np.float32)
