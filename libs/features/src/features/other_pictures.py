"""Pictures of anything but a building, drawn: what a model is expected to decline.

A model of photos is also sent maps, screenshots, drawings, walls and noise. These pictures stand
for them where photographs can't: they are drawn here from nothing, so that they may be published,
and equal seeds draw equal pictures. They are simpler than photographs of such things: what declines
them may still take a photograph of a cat for a building.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIDE: Final = 256
"""Pixels of a picture's sides."""
_WORDS: Final = "the of and to in is that for it as was with be by on not he his but at are this"
_FONT: Final = ImageFont.load_default_imagefont()
"""Of pixels, so that no library of outlines decides how a letter looks."""
_UNPACKED: Final = 0
"""PNG's compression level: bytes that follow from the pixels alone."""

Dice = np.random.Generator
Tone = tuple[int, int, int]


@dataclass(frozen=True)
class OtherPicture:
    """What a picture shows, and the bytes of its file."""

    kind: str
    data: bytes


def other_pictures(each: int, seed: int) -> Iterator[OtherPicture]:
    """Yield `each` pictures of every kind in `KINDS`, every second one grey, as PNG files."""
    for place, (kind, draw) in enumerate(KINDS.items()):
        for number in range(each):
            dice = np.random.default_rng((seed, place, number))
            image = draw(dice)
            file = io.BytesIO()
            (image.convert("L") if number % 2 else image).save(
                file, "PNG", compress_level=_UNPACKED
            )
            yield OtherPicture(kind, file.getvalue())


def _noise(dice: Dice) -> Image.Image:
    """Grains of one to thirty-two pixels."""
    grains = SIDE >> int(dice.integers(0, 6))
    return _enlarged(dice.integers(0, 256, (grains, grains, 3)), Image.Resampling.BICUBIC)


def _gradient(dice: Dice) -> Image.Image:
    return _enlarged(dice.integers(0, 256, (2, 2, 3)), Image.Resampling.BICUBIC)


def _pattern(dice: Dice) -> Image.Image:
    """Squares, stripes or dots, as on cloth and paper."""
    image, pen = _sheet(_tone(dice))
    step, tone, kind = int(dice.integers(8, 48)), _tone(dice), int(dice.integers(0, 3))
    for y in range(0, SIDE, step):
        for x in range(0, SIDE, step):
            if kind == 0 and (x + y) // step % 2:
                pen.rectangle((x, y, x + step - 1, y + step - 1), fill=tone)
            elif kind == 1 and y // step % 2:
                pen.rectangle((x, y, x + step, y + step - 1), fill=tone)
            elif kind > 1:
                pen.ellipse((x, y, x + step // 2, y + step // 2), fill=tone)
    return image.rotate(int(dice.integers(0, 90)), Image.Resampling.BICUBIC)


def _wall(dice: Dice) -> Image.Image:
    """Bricks or plaster from near, with grain."""
    mortar, brick = _tone(dice), dice.integers(60, 200, 3)
    image, pen = _sheet(mortar)
    height = int(dice.integers(12, 40))
    width = height * int(dice.integers(2, 4))
    for row, y in enumerate(range(0, SIDE, height)):
        for x in range(-width, SIDE, width):
            left, shade = x + row % 2 * width // 2, brick + dice.integers(-20, 21)
            pen.rectangle((left, y, left + width - 3, y + height - 3), fill=_as_tone(shade))
    return _grained(image, dice, 24)


def _map(dice: Dice) -> Image.Image:
    """Water, woods, roads, and names of places."""
    image, pen = _sheet((240, 236, 224))
    for tone in ((170, 205, 225), (190, 215, 170), (190, 215, 170)):
        pen.polygon(_walk(dice, 14, 60), fill=tone)
    for width, tone in ((9, (205, 130, 90)), (5, (240, 200, 120)), *((2, (150, 150, 150)),) * 12):
        pen.line(_walk(dice, 10, 45), fill=tone, width=width)
    for _ in range(9):
        pen.text(_point(dice), _line(dice, 2).title(), fill=(40, 40, 40), font=_FONT)
    return image


def _page(dice: Dice) -> Image.Image:
    """Text on paper, with a heading."""
    image, pen = _sheet((250, 248, 240))
    margin, leading = int(dice.integers(8, 32)), int(dice.integers(11, 16))
    for y in range(margin, SIDE - margin, leading):
        if dice.random() > 0.1:  # noqa: PLR2004 - a gap between paragraphs
            pen.text((margin, y), _line(dice, 12)[: (SIDE - 2 * margin) // 6], (30, 30, 30), _FONT)
    return image.rotate(float(dice.integers(-4, 5)), Image.Resampling.BICUBIC, fillcolor="white")


def _screen(dice: Dice) -> Image.Image:
    """Windows of a screen: bars, buttons, lines of text."""
    image, pen = _sheet(_tone(dice))
    for _ in range(int(dice.integers(1, 4))):
        left, top = (int(at) for at in dice.integers(0, 100, 2))
        right, bottom = left + int(dice.integers(90, 156)), top + int(dice.integers(80, 150))
        pen.rectangle((left, top, right, bottom), fill=(246, 246, 246), outline=(120, 120, 120))
        pen.rectangle((left, top, right, top + 14), fill=_tone(dice))
        pen.text((left + 4, top + 2), _line(dice, 2), fill=(255, 255, 255), font=_FONT)
        for y in range(top + 20, bottom - 12, 13):
            pen.text((left + 6, y), _line(dice, 4)[: (right - left) // 7], (50, 50, 50), _FONT)
        pen.rectangle((right - 40, bottom - 16, right - 6, bottom - 4), fill=_tone(dice))
    return image


def _chart(dice: Dice) -> Image.Image:
    """Bars and a line over axes."""
    image, pen = _sheet((255, 255, 255))
    bars = int(dice.integers(4, 14))
    heights, width = dice.integers(10, 200, bars), 210 // bars
    for place, height in enumerate(heights):
        left = 30 + place * width
        pen.rectangle((left, 230 - int(height), left + width - 4, 230), fill=_tone(dice))
    tops = [(30 + i * width, 225 - int(h)) for i, h in enumerate(heights[::-1])]
    pen.line(tops, fill=(200, 30, 30), width=3)
    pen.line((28, 20, 28, 231, 246, 231), fill=(0, 0, 0), width=2)
    pen.text((60, 6), _line(dice, 4), fill=(0, 0, 0), font=_FONT)
    return image


def _plant(dice: Dice) -> Image.Image:
    """Stems that branch, with leaves."""
    image, pen = _sheet(_as_tone(dice.integers(170, 256, 3)))
    ends = [(int(x), SIDE, 0, -1) for x in dice.integers(20, 236, int(dice.integers(2, 7)))]
    for width in (7, 6, 5, 4, 3, 2):
        grown = []
        for x, y, right, down in ends:
            for turn in (-1, 1):
                bend = right * 2 + turn * int(dice.integers(0, 3))
                tip = (x + bend * width * 2, y + down * width * int(dice.integers(4, 9)))
                pen.line((x, y, *tip), fill=(70, 90, 40), width=width)
                leaf = _as_tone(np.array((60, 140, 50)) + dice.integers(-40, 41, 3))
                pen.ellipse((tip[0] - 6, tip[1] - 4, tip[0] + 6, tip[1] + 4), fill=leaf)
                grown.append((*tip, (bend > 0) - (bend < 0), down))
        ends = grown
    return _grained(image, dice, 10)


def _landscape(dice: Dice) -> Image.Image:
    """Sky, hills behind hills, and a sun or moon."""
    sky = _tone(dice)
    image, pen = _sheet(sky)
    x, y = _point(dice)
    pen.ellipse((x, y // 3, x + 26, y // 3 + 26), fill=_as_tone(np.array(sky) + 70))
    for base in (120, 160, 200):
        tops = base + np.cumsum(dice.integers(-9, 10, 17))
        hills = [(i * 16, int(top)) for i, top in enumerate(tops)]
        pen.polygon([(0, SIDE), *hills, (SIDE, SIDE)], fill=_tone(dice))
    return _grained(image.filter(ImageFilter.GaussianBlur(1)), dice, 14)


def _night_sky(dice: Dice) -> Image.Image:
    """Stars, and now and then a cloud of them."""
    image, pen = _sheet(_as_tone(dice.integers(0, 26, 3)))
    for _ in range(int(dice.integers(40, 400))):
        (x, y), size = _point(dice), int(dice.integers(0, 3))
        pen.ellipse((x, y, x + size, y + size), fill=(int(dice.integers(90, 256)),) * 3)
    return _grained(image, dice, 12)


def _face(dice: Dice) -> Image.Image:
    """A head with eyes, nose and mouth."""
    image, pen = _sheet(_tone(dice))
    skin, hair = _tone(dice), _tone(dice)
    wide, high = int(dice.integers(50, 90)), int(dice.integers(70, 110))
    pen.ellipse((128 - wide - 8, 122 - high - 14, 136 + wide, 140), fill=hair)
    pen.ellipse((128 - wide, 128 - high, 128 + wide, 128 + high), fill=skin)
    for side in (-1, 1):
        eye = 128 + side * wide // 2
        pen.ellipse((eye - 14, 100, eye + 14, 116), fill=(255, 255, 255))
        pen.ellipse((eye - 6, 102, eye + 6, 114), fill=(40, 30, 20))
        pen.arc((eye - 18, 84, eye + 18, 104), 200, 340, fill=hair, width=4)
    pen.line((128, 112, 120, 146, 132, 148), fill=(60, 40, 40), width=3)
    pen.chord((128 - wide // 2, 150, 128 + wide // 2, 150 + high // 3), 0, 180, fill=(170, 60, 60))
    return _grained(image.filter(ImageFilter.GaussianBlur(1.5)), dice, 10)


def _cat(dice: Dice) -> Image.Image:
    """A cat's head and body with stripes and whiskers."""
    image, pen = _sheet(_tone(dice))
    fur, dark = _tone(dice), (40, 30, 30)
    pen.ellipse((60, 140, 220, 280), fill=fur)
    for left in (70, 142):
        pen.polygon(((left, 70), (left + 12, 20), (left + 44, 56)), fill=fur, outline=dark)
    pen.ellipse((58, 44, 198, 168), fill=fur, outline=dark)
    for x in range(80, 190, int(dice.integers(10, 24))):
        pen.arc((x, 40, x + 26, 90), 200, 330, fill=dark, width=3)
    for eye in (98, 158):
        pen.ellipse((eye - 13, 86, eye + 13, 112), fill=_tone(dice), outline=dark)
        pen.ellipse((eye - 4, 88, eye + 4, 110), fill=dark)
    pen.polygon(((120, 124), (136, 124), (128, 134)), fill=(200, 110, 110))
    for slope in (-8, 0, 8):
        pen.line((70, 132 + slope, 112, 130), fill=dark)
        pen.line((186, 132 + slope, 144, 130), fill=dark)
    return _grained(image.filter(ImageFilter.GaussianBlur(1)), dice, 20)


def _fractal(dice: Dice) -> Image.Image:
    """A Julia set: shapes of all sizes and no straight line."""
    side = SIDE // 2
    axis = np.linspace(-1.5, 1.5, side)
    z = axis[None, :] + 1j * axis[:, None]
    c = complex(-0.8 + 0.5 * dice.random(), 0.1 + 0.6 * dice.random())
    steps = np.zeros((side, side), np.int64)
    for _ in range(24):
        inside = z.real * z.real + z.imag * z.imag < 4  # noqa: PLR2004 - beyond 2 it never returns
        z = np.where(inside, z * z + c, z)
        steps += inside
    return _enlarged(dice.integers(0, 256, (25, 3))[steps], Image.Resampling.BICUBIC)


KINDS: Final[Mapping[str, Callable[[Dice], Image.Image]]] = MappingProxyType(
    {
        "noise": _noise,
        "gradient": _gradient,
        "pattern": _pattern,
        "wall": _wall,
        "map": _map,
        "page": _page,
        "screen": _screen,
        "chart": _chart,
        "plant": _plant,
        "landscape": _landscape,
        "night sky": _night_sky,
        "face": _face,
        "cat": _cat,
        "fractal": _fractal,
    }
)
"""How each kind is drawn."""


def _sheet(tone: Tone) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (SIDE, SIDE), tone)
    return image, ImageDraw.Draw(image)


def _as_tone(levels: NDArray[np.integer]) -> Tone:
    red, green, blue = (int(level) for level in np.clip(levels, 0, 255))
    return red, green, blue


def _tone(dice: Dice) -> Tone:
    return _as_tone(dice.integers(0, 256, 3))


def _point(dice: Dice) -> tuple[int, int]:
    x, y = (int(at) for at in dice.integers(0, SIDE - 26, 2))
    return x, y


def _walk(dice: Dice, steps: int, reach: int) -> list[tuple[int, int]]:
    """Return points, each up to `reach` pixels from the one before."""
    start, moves = dice.integers(0, SIDE, 2), dice.integers(-reach, reach + 1, (steps, 2))
    return [(int(x), int(y)) for x, y in start + np.cumsum(moves, axis=0)]


def _line(dice: Dice, words: int) -> str:
    return " ".join(dice.choice(_WORDS.split(), words))


def _enlarged(levels: NDArray[np.integer], filtered: Image.Resampling) -> Image.Image:
    return Image.fromarray(levels.astype(np.uint8)).resize((SIDE, SIDE), filtered)


def _grained(image: Image.Image, dice: Dice, most: int) -> Image.Image:
    levels = np.asarray(image, np.int64) + dice.integers(-most, most + 1, (SIDE, SIDE, 1))
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))
