"""Which way up the camera was held, as viewers read it: from Exif, otherwise from XMP."""

import binascii
import re
import struct
import zlib
from typing import Final

UPRIGHT: Final = 1
_ORIENTATIONS: Final = range(1, 9)
_ORIENTATION_TAG: Final = 0x0112
# Exif says SHORT. Editors also write BYTE, LONG and their signed kin, and viewers read them.
_WHOLE_NUMBERS: Final = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i"}
_MAX_ENTRIES: Final = 512
_XMP: Final = re.compile(rb"tiff:Orientation(?:\s?=\s?[\"']|>)\s?([0-9])")
MAX_TEXT_BYTES: Final = 1 << 20
"""A text chunk is read no further: an Exif block has 64 kB at most, XMP's start a few."""


class Orientation:
    """Collects what a file says of its orientation; the first Exif block and XMP packet count."""

    def __init__(self) -> None:
        """Begin with a file that says nothing."""
        self._exif: int | None = None
        self._xmp: int | None = None

    def see_exif(self, block: bytes) -> None:
        """Note an Exif block: a TIFF structure, with or without the leading "Exif" and zeros."""
        if self._exif is None:
            self._exif = exif_orientation(block)

    def see_xmp(self, packet: bytes) -> None:
        """Note an XMP packet."""
        if self._xmp is None and (said := _XMP.search(packet)):
            self._xmp = _in_range(int(said[1]))

    @property
    def value(self) -> int:
        """Exif's orientation, 1 to 8; without one XMP's, otherwise 1, which is upright."""
        if self._exif is not None:
            return self._exif
        return UPRIGHT if self._xmp is None else self._xmp


def exif_orientation(block: bytes) -> int | None:
    r"""Return the Exif orientation, 1 to 8; 1 where its value is none; None where it has none.

    Exif is decoration that editors often break, so a broken block never refuses a photo.
    Layout: Exif 2.32 (CIPA DC-008), a TIFF header and the first image file directory.

    Args:
        block: a TIFF structure, with or without the leading "Exif\0\0".
    """
    tiff = block.removeprefix(b"Exif\x00\x00")
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None:
        return None
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, start)
        for index in range(min(entries, _MAX_ENTRIES)):
            at = start + 2 + 12 * index
            tag, kind = struct.unpack_from(f"{order}HH", tiff, at)
            if tag == _ORIENTATION_TAG:
                form = _WHOLE_NUMBERS.get(kind)
                # Whatever the tag holds instead, viewers find it here and look no further.
                return _in_range(struct.unpack_from(order + form, tiff, at + 8)[0]) if form else 1
    except struct.error:
        return None
    return None


def raw_profile(text: bytes) -> bytes:
    r"""Return the bytes of a "Raw profile type" text of ImageMagick, b"" where it is broken.

    Its lines are "", the profile's name, its length, and then its bytes in hexadecimal digits.
    """
    try:
        return binascii.unhexlify(b"".join(text.split(b"\n")[3:]).strip())
    except binascii.Error:
        return b""


def inflate_text(compressed: bytes) -> bytes:
    """Return the first MiB of a compressed text, b"" where it is broken."""
    try:
        return zlib.decompressobj().decompress(compressed, MAX_TEXT_BYTES)
    except zlib.error:
        return b""


def _in_range(value: int) -> int:
    return value if value in _ORIENTATIONS else UPRIGHT
