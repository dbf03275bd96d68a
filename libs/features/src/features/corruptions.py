"""Photos made worse on purpose, to measure how much of a model's accuracy that costs.

Kinds, severities and most settings are those of Hendrycks and Dietterich, Benchmarking neural
network robustness to common corruptions and perturbations, ICLR 2019 (ImageNet-C, for photos of 224
pixels), of which 1, 3 and 5 are kept; crop and grey conversion are added. So that a setting means
the same for a photo of any size, a photo is first scaled down to 224 pixels on its shorter side.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageFilter

from features.photo import judged_header
from features.pixels import decode_upright
from features.types import Plane

REFERENCE_SIDE: Final = 224
"""Shorter side, pixels, at most: what the settings are made for."""
_WHITE: Final = 255.0
_FAST: Final = 0
"""PNG's compression level, none: the file is read once and thrown away."""


@dataclass(frozen=True)
class Corruption:
    """One way to make photos worse: what it does, how badly (1 to 5), and the setting in words."""

    name: str
    severity: int
    setting: str
    strength: float


CORRUPTIONS: Final = (
    *(
        Corruption("jpeg", severity, f"quality {quality}", quality)
        for severity, quality in ((1, 25), (3, 15), (5, 7))
    ),
    *(
        Corruption("blur", severity, f"Gaussian of {sigma} px at 224 px", sigma)
        for severity, sigma in ((1, 1), (3, 3), (5, 6))
    ),
    *(
        Corruption("noise", severity, f"Gaussian of {sigma:.0%} of full scale", sigma)
        for severity, sigma in ((1, 0.08), (3, 0.18), (5, 0.38))
    ),
    *(
        Corruption("brightness", severity, f"value raised by {step:.0%} of full scale", step)
        for severity, step in ((1, 0.1), (3, 0.3), (5, 0.5))
    ),
    *(
        Corruption("crop", severity, f"{share:.0%} of each side, at a random place", share)
        for severity, share in ((1, 0.9), (3, 0.75), (5, 0.6))
    ),
    Corruption("grey", 1, "no colour", 0),
)
"""Every corruption at severities 1, 3 and 5; grey conversion knows no more or less."""


def corrupt_photo(
    data: bytes, corruptions: Sequence[Corruption], generator: np.random.Generator
) -> tuple[bytes, ...]:
    """Return one copy a corruption of a photo, upright, each the bytes of a file like any other.

    JPEG compression gives a JPEG, all else a PNG, so that nothing but the corruption is lost. A
    crop is enlarged to the size that the photo had. `generator` is what is random in it.

    Raises:
        PhotoRefused: the bytes are no usable photo.
    """
    image = _scaled(decode_upright(judged_header(data), decode_side=REFERENCE_SIDE))
    return tuple(_encoded(image, corruption, generator) for corruption in corruptions)


def _encoded(image: Image.Image, corruption: Corruption, generator: np.random.Generator) -> bytes:
    file = io.BytesIO()
    if corruption.name == "jpeg":
        image.save(file, "JPEG", quality=int(corruption.strength))
    else:
        worse = _CHANGES[corruption.name](image, corruption.strength, generator)
        worse.save(file, "PNG", compress_level=_FAST)
    return file.getvalue()


def _scaled(image: Image.Image) -> Image.Image:
    short = min(image.size)
    if short <= REFERENCE_SIDE:
        return image
    width, height = (round(side * REFERENCE_SIDE / short) for side in image.size)
    return image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)


def _blur(image: Image.Image, sigma: float, _: np.random.Generator) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(sigma * min(image.size) / REFERENCE_SIDE))


def _noise(image: Image.Image, sigma: float, generator: np.random.Generator) -> Image.Image:
    levels = np.asarray(image, dtype=np.float32)
    noise = generator.standard_normal(levels.shape, dtype=np.float32)
    return _image(levels + noise * np.float32(sigma * _WHITE))


def _brighten(image: Image.Image, step: float, _: np.random.Generator) -> Image.Image:
    """Raise the value of hue, saturation and value, as the paper does; black turns grey."""
    levels = np.asarray(image, dtype=np.float32)
    value = levels.max(axis=2, keepdims=True) if levels.ndim == 3 else levels  # noqa: PLR2004
    raised = np.minimum(value + np.float32(step * _WHITE), _WHITE)
    return _image(np.where(value > 0, levels * raised / np.maximum(value, 1), raised))


def _crop(image: Image.Image, share: float, generator: np.random.Generator) -> Image.Image:
    width, height = (share * side for side in image.size)
    left = generator.uniform(0, image.width - width)
    top = generator.uniform(0, image.height - height)
    box = (left, top, left + width, top + height)
    return image.resize(image.size, Image.Resampling.BICUBIC, box=box)


def _grey(image: Image.Image, _: float, __: np.random.Generator) -> Image.Image:
    return image.convert("L")


def _image(levels: Plane) -> Image.Image:
    return Image.fromarray(np.clip(np.rint(levels), 0, _WHITE).astype(np.uint8))


_CHANGES: Final[dict[str, Callable[[Image.Image, float, np.random.Generator], Image.Image]]] = {
    "blur": _blur,
    "noise": _noise,
    "brightness": _brighten,
    "crop": _crop,
    "grey": _grey,
}
