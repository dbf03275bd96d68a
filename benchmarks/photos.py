"""The photos that are measured on: 512 x 384 in colour, JPEG of quality 85, about 70 kB each.

Made here, without a download: from the folder of colour photos beside the checkout where there
is one, otherwise from drawn facades.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import numpy as np
from PIL import Image, ImageOps

from benchmarks.measure import ROOT
from samples.facades import STYLES, draw_building

COLOUR = ROOT.parent / "shared/data/photos/colour"
SIZE = (512, 384)
QUALITY = 85
ENOUGH_BYTES = 66_000
GRAINS = range(0, 24, 2)
"""Strengths of grain, in levels of 256: what was scaled up is smoother than what a camera gives,
and its file smaller, so grain is added until the file is as large as a camera's."""
SEED = 7


@dataclass(frozen=True)
class Photos:
    """Photos, and what they were made from."""

    data: tuple[bytes, ...]
    origin: str

    def __str__(self) -> str:
        kilobytes = median(len(photo) for photo in self.data) / 1000
        return f"{len(self.data)} photos {SIZE[0]} x {SIZE[1]}, {kilobytes:.0f} kB, {self.origin}"


def make_photos(count: int) -> Photos:
    """Make photos, the same for the same count and origin."""
    shared = COLOUR.is_dir()
    images = _shared(count) if shared else _drawn(count)
    rng = np.random.default_rng(SEED)
    origin = "from the colour photos beside the checkout" if shared else "from drawn facades"
    return Photos(tuple(_photo(image, rng) for image in images), origin)


def distinct(photos: tuple[bytes, ...], count: int) -> list[bytes]:
    """Return as many photos of different bytes: the same pictures, with a numbered comment."""
    return [_with_comment(photos[i % len(photos)], f"{i:08d}".encode()) for i in range(count)]


def _shared(count: int) -> Iterator[Image.Image]:
    paths = sorted(COLOUR.rglob("*.jpg"))
    for i in range(count):
        yield Image.open(paths[i * len(paths) // count])


def _drawn(count: int) -> Iterator[Image.Image]:
    for i in range(count):
        number, style = divmod(i, len(STYLES))
        facade = draw_building(STYLES[style], number, SEED, views=(1, 1))[0]
        yield Image.open(io.BytesIO(facade.photo))


def _photo(image: Image.Image, rng: np.random.Generator) -> bytes:
    fitted = ImageOps.fit(image.convert("RGB"), SIZE, Image.Resampling.LANCZOS)
    pixels = np.asarray(fitted, dtype=np.float32)
    noise = rng.normal(0, 1, (*pixels.shape[:2], 1)).astype(np.float32)
    for grain in GRAINS:
        grainy = np.clip(pixels + grain * noise, 0, 255).astype(np.uint8)
        file = io.BytesIO()
        Image.fromarray(grainy).save(file, "JPEG", quality=QUALITY)
        if file.tell() >= ENOUGH_BYTES:
            break
    return file.getvalue()


def _with_comment(photo: bytes, comment: bytes) -> bytes:
    # Start of image, then a COM segment (its length counts the length itself), then the rest.
    segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
    return photo[:2] + segment + photo[2:]
