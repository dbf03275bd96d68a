"""Photos: bytes that were looked at and found usable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from features.budget import MEGA, USUAL_DECODE_SIDE, decoding_bytes, require_affordable
from features.digests import bytes_digest
from features.errors import AbsurdDimensions, PhotoTooSmall, UnsupportedFormat
from features.formats.photo_header import Header, PhotoWarning
from features.headers import read_header

ENDINGS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "JPEG": frozenset({".jpg", ".jpeg", ".jfif", ".jpe"}),
        "PNG": frozenset({".png"}),
        "WEBP": frozenset({".webp"}),
    }
)
"""What the name of a file ends in, by its format."""
_SIDEWAYS: Final = 5
"""Exif orientations from here on lay the photo on its side."""


@dataclass(frozen=True)
class PhotoLimits:
    """What is accepted. Sides in pixels; aspect is the long side over the short one.

    Phones make photos of 50.3 megapixels and some of 108, and panoramas 16,382 pixels wide.
    """

    min_side: int = 64
    max_side: int = 20_000
    max_pixels: int = 120_000_000
    max_aspect: float = 8.0
    formats: frozenset[str] = frozenset({"JPEG", "PNG", "WEBP"})


@dataclass(frozen=True)
class Photo:
    """A photo whose header was read and is within limits; its pixels are not decoded yet.

    Attributes:
        digest: "sha256:<64 hex>" of `data`.
        format: "JPEG", "PNG" or "WEBP".
        width: pixels, upright (after the Exif orientation).
        height: pixels, upright.
        rotated: whether the orientation is other than 1.
        data: the bytes of the file, unchanged.
        warnings: what is odd about the file, though its photo can be used.
        memory_bytes: what decoding it takes at most, beside `data`.
    """

    digest: str
    format: str
    width: int
    height: int
    rotated: bool
    data: bytes = field(repr=False)
    warnings: tuple[PhotoWarning, ...] = ()
    memory_bytes: int = 0


DEFAULT_LIMITS = PhotoLimits()


def read_photo(data: bytes, limits: PhotoLimits = DEFAULT_LIMITS) -> Photo:
    """Read and judge the header of a photo; cost does not grow with its pixel count.

    What decoding would cost is judged here too. Rows that never came, and damage that a decoder
    notices, are found when the pixels are decoded, by `verify_photo` or `Extractor.extract`.

    Args:
        data: the bytes of an image file.
        limits: what to accept.

    Raises:
        PhotoRefused: one of its leaves, with reason and advice.
    """
    header = judged_header(data, limits)
    sideways = header.orientation >= _SIDEWAYS
    width, height = header.width, header.height
    return Photo(
        digest=bytes_digest(data),
        format=header.format,
        width=height if sideways else width,
        height=width if sideways else height,
        rotated=header.orientation != 1,
        data=data,
        warnings=header.warnings,
        memory_bytes=decoding_bytes(header, USUAL_DECODE_SIDE),
    )


def judged_header(data: bytes, limits: PhotoLimits = DEFAULT_LIMITS) -> Header:
    """Read a header and hold it against the limits; raises as `read_photo`."""
    header = read_header(data)
    if header.format not in limits.formats:
        accepted = ", ".join(sorted(limits.formats))
        raise UnsupportedFormat(f"the file is a {header.format} image", f"Send {accepted}")
    _judge_sides(header, limits)
    require_affordable(header)
    return header


def _judge_sides(header: Header, limits: PhotoLimits) -> None:
    short, long = sorted((header.width, header.height))
    size = f"the photo is {header.width} x {header.height} pixels"
    if short == 0:
        raise AbsurdDimensions(f"{size}, which is no area", "Export the photo again")
    if long > limits.max_side or header.pixels > limits.max_pixels:
        most = f"{limits.max_pixels / MEGA:g} megapixels and {limits.max_side:,} pixels a side"
        reason = f"{size}, {header.pixels / MEGA:,.1f} megapixels"
        raise AbsurdDimensions(reason, f"Scale it down to at most {most}")
    if short < limits.min_side:
        raise PhotoTooSmall(size, f"Send one of at least {limits.min_side} pixels a side")
    if long > limits.max_aspect * short:
        raise AbsurdDimensions(size, f"Crop it to at most {limits.max_aspect:g} to 1")
