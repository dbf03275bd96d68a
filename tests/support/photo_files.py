"""Photos and things that look like photos, made on the spot."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image


def scene(seed: int, width: int = 160, height: int = 120) -> Image.Image:
    """A picture with broad structure, so that fingerprints of two seeds differ widely."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 255, (8, 10, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


def encoded(image: Image.Image, image_format: str = "JPEG", **options: object) -> bytes:
    """The bytes of a picture in a format."""
    out = io.BytesIO()
    image.save(out, image_format, **options)
    return out.getvalue()


def jpeg(seed: int, width: int = 160, height: int = 120, quality: int = 90) -> bytes:
    """A JPEG photo of a scene."""
    return encoded(scene(seed, width, height), quality=quality)


def sideways(seed: int) -> bytes:
    """A JPEG whose Exif orientation says that it lies on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(scene(seed), exif=exif)


def animated() -> bytes:
    """A WebP of two frames."""
    frames = [scene(1), scene(2)]
    return encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=100)


def sixteen_bit() -> bytes:
    """A grey PNG of 16 bits."""
    levels = np.arange(128 * 128, dtype=np.uint16).reshape(128, 128)
    return encoded(Image.fromarray(levels), "PNG")


BAD_PHOTOS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "not_an_image": ("notes.jpg", lambda: b"these are not the bytes of an image"),
    "truncated_photo": ("cut.jpg", lambda: jpeg(3)[:-600]),
    "wrong_extension": ("really_a_png.jpg", lambda: encoded(scene(4), "PNG")),
    "unsupported_format": ("old.gif", lambda: encoded(scene(5).convert("P"), "GIF")),
    "absurd_dimensions": ("ribbon.jpg", lambda: jpeg(6, width=2400, height=70)),
    "photo_too_small": ("stamp.jpg", lambda: jpeg(7, width=40, height=40)),
    "animated_photo": ("moving.webp", animated),
    "unsupported_colour_mode": ("print.jpg", lambda: encoded(scene(8).convert("CMYK"))),
    "unsupported_bit_depth": ("deep.png", sixteen_bit),
}
"""A file name and bytes for every reason that features refuses a photo, and a wrong ending."""
