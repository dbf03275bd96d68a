"""Small pictures of photos, or why there is none. No photo may break a page."""

import base64
import io
import warnings
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps

LONGEST = 160
_FORMATS = ("JPEG", "PNG", "WEBP")
_MAX_PIXELS: Final = {
    "JPEG": 120_000_000,
    "MPO": 120_000_000,
    "PNG": 50_000_000,
    "WEBP": 25_000_000,
}
"""By format: a JPEG is decoded at an eighth of its size, and a WebP takes 16 bytes a pixel. A JPEG
that holds a second picture, as phones make them, is an MPO to Pillow."""
_QUALITY = 72


@dataclass(frozen=True)
class Picture:
    """A picture as a data URI, with its size in pixels."""

    uri: str
    width: int
    height: int


@dataclass(frozen=True)
class Unshown:
    """No picture, and why."""

    reason: str


def thumbnail(data: bytes, longest: int = LONGEST) -> Picture | Unshown:
    """Return a photo as a JPEG of at most `longest` pixels a side, upright, without its metadata.

    JPEG, PNG and WebP of up to 120, 50 and 25 megapixels; anything else is Unshown.
    """
    try:
        with warnings.catch_warnings():
            # Pillow warns of photos that are large or oddly made; here they are shown or not.
            warnings.simplefilter("ignore")
            return _shrunk(data, longest)
    except Exception as exc:  # noqa: BLE001 - Pillow raises nearly anything on hostile bytes
        return Unshown(f"{type(exc).__name__}: it can't be decoded")


def _shrunk(data: bytes, longest: int) -> Picture | Unshown:
    with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
        width, height = image.size
        if width * height > _MAX_PIXELS.get(image.format or "", 0):
            return Unshown(f"it is {width} x {height} pixels, too large to show")
        image.draft("RGB", (2 * longest, 2 * longest))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((longest, longest), Image.Resampling.BOX, reducing_gap=2.0)
        flat = _on_white(upright)
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=_QUALITY, optimize=True)
    encoded = base64.b64encode(out.getvalue()).decode()
    return Picture(f"data:image/jpeg;base64,{encoded}", *flat.size)


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    clear = image.convert("RGBA")
    white = Image.new("RGBA", clear.size, "white")
    return Image.alpha_composite(white, clear).convert("RGB")
