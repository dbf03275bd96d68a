"""Read what an image file says of itself, without decoding a single pixel.

Pillow could do most of this, but it parses metadata on the way (and warns, and may
inflate compressed text), hides 16-bit PNG behind mode "RGB" and counts a bomb's pixels
only by a global setting. So headers are read here, and Pillow is later given `stripped`
bytes: the parts that make pixels and nothing else.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from features import exif
from features.errors import (
    AnimatedPhoto,
    NotAnImage,
    TruncatedPhoto,
    UnsupportedBitDepth,
    UnsupportedColourMode,
    UnsupportedFormat,
)

_SEND_STILL = "Send a still JPEG, PNG or WebP photo"
_SEND_AGAIN = "Export the photo again and send the whole file"
_SEND_SRGB = "Convert the photo to 8-bit RGB and send it again"


@dataclass(frozen=True)
class Header:
    """What a file says of itself; sides are as stored, before any rotation."""

    format: str
    width: int
    height: int
    orientation: int
    stripped: bytes


def read_header(data: bytes) -> Header:
    """Read the header of a JPEG, PNG or WebP file.

    Raises:
        PhotoRefused: any leaf but AbsurdDimensions and PhotoTooSmall, which are limits
            and not a matter of the file's structure.
    """
    if not data:
        raise NotAnImage("the file is empty", _SEND_STILL)
    for magic, reader in _READERS.items():
        if data.startswith(magic):
            try:
                return reader(data)
            except (struct.error, IndexError) as exc:
                raise TruncatedPhoto("the file ends inside its header", _SEND_AGAIN) from exc
    _refuse_known_formats(data)
    raise NotAnImage("the bytes are not an image that can be recognised", _SEND_STILL)


# --- JPEG: ITU-T T.81, annex B -----------------------------------------------------------

_FIRST_MARKER, _FIRST_RESTART, _EOI, _SOS = 0xC0, 0xD0, 0xD9, 0xDA
_APP0, _APP1, _APP14, _APP15, _COMMENT = 0xE0, 0xE1, 0xEE, 0xEF, 0xFE
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_DECODABLE_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_BITS = 8


def _jpeg(data: bytes) -> Header:
    frame: bytes | None = None
    turned = exif.UPRIGHT
    kept = [data[:2]]
    at = 2
    while True:
        marker, at, end = _jpeg_segment(data, at)
        body = data[at + 2 : end]
        if marker in _FRAMES:
            if frame is not None:
                raise NotAnImage("the JPEG header describes two frames", _SEND_AGAIN)
            frame = _jpeg_frame(marker, body)
        elif marker == _APP1 and body.startswith(b"Exif\x00\x00"):
            turned = exif.orientation(body)
        # APP0 and APP14 say how colours are coded; the other APPn and comments are metadata.
        if marker in (_APP0, _APP14) or not (_APP0 <= marker <= _APP15 or marker == _COMMENT):
            kept.append(data[at - 2 : end])
        if marker == _SOS:
            break
        at = end
    if frame is None:
        raise NotAnImage("the JPEG has no frame header before its data", _SEND_AGAIN)
    # Entropy-coded data cannot hold this marker, so a cut file has none after the header.
    if data.rfind(b"\xff\xd9", end) < 0:
        raise TruncatedPhoto("the JPEG has no end marker", _SEND_AGAIN)
    height, width = struct.unpack_from(">HH", frame, 1)
    return Header("JPEG", width, height, turned, b"".join([*kept, data[end:]]))


def _jpeg_segment(data: bytes, at: int) -> tuple[int, int, int]:
    """Return (marker, start of its length field, end of the segment)."""
    if data[at] != 0xFF:  # noqa: PLR2004 - every marker starts so
        raise NotAnImage("the JPEG header is damaged", _SEND_AGAIN)
    while data[at] == 0xFF:  # noqa: PLR2004 - any number of fill bytes may precede a marker
        at += 1
    marker = data[at]
    if marker < _FIRST_MARKER or _FIRST_RESTART <= marker <= _EOI:
        raise NotAnImage("the JPEG header is damaged", _SEND_AGAIN)
    (length,) = struct.unpack_from(">H", data, at + 1)
    end = at + 1 + length
    if end > len(data):
        raise TruncatedPhoto("the file ends inside its header", _SEND_AGAIN)
    return marker, at + 1, end


def _jpeg_frame(marker: int, body: bytes) -> bytes:
    bits, components = body[0], body[5]
    if bits != _BITS:
        raise UnsupportedBitDepth(f"the JPEG has {bits} bits a channel", _SEND_SRGB)
    if marker not in _DECODABLE_FRAMES:
        reason = "the JPEG is lossless, hierarchical or arithmetic-coded"
        raise UnsupportedFormat(reason, "Save it as a baseline or progressive JPEG")
    if components not in (1, 3):
        reason = f"the JPEG has {components} colour channels (CMYK or alike)"
        raise UnsupportedColourMode(reason, _SEND_SRGB)
    return body


# --- PNG: ISO/IEC 15948 ------------------------------------------------------------------

_PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
_PNG_PIXEL_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_PNG_PALETTE, _PNG_COLOUR_TYPES = 3, frozenset({0, 2, 3, 4, 6})


def _png(data: bytes) -> Header:
    if data[12:16] != b"IHDR" or data[8:12] != b"\x00\x00\x00\x0d":
        raise NotAnImage("the PNG does not start with its header", _SEND_AGAIN)
    width, height, bits, colour = struct.unpack_from(">IIBB", data, 16)
    if colour not in _PNG_COLOUR_TYPES:
        raise UnsupportedColourMode(f"PNG colour type {colour} does not exist", _SEND_SRGB)
    if bits != _BITS and not (colour == _PNG_PALETTE and bits in (1, 2, 4)):
        raise UnsupportedBitDepth(f"the PNG has {bits} bits a channel", _SEND_SRGB)
    turned = exif.UPRIGHT
    kept = [_PNG_MAGIC]
    kind, at = b"", 8
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise TruncatedPhoto("the PNG ends before its last chunk", _SEND_AGAIN)
        if kind == b"acTL":
            raise AnimatedPhoto("the PNG is an animation", _SEND_STILL)
        if kind == b"eXIf":
            turned = exif.orientation(data[at + 8 : end - 4])
        if kind in _PNG_PIXEL_CHUNKS:
            kept.append(data[at:end])
        at = end
    return Header("PNG", width, height, turned, b"".join(kept))


# --- WebP: RFC 9649 ----------------------------------------------------------------------

_VP8X_ANIMATED = 0x02


def _webp(data: bytes) -> Header:
    if data[8:12] != b"WEBP":
        raise NotAnImage("a RIFF file, but not a WebP image", _SEND_STILL)
    (size,) = struct.unpack_from("<I", data, 4)
    stop = 8 + size
    if stop > len(data):
        raise TruncatedPhoto("the WebP is shorter than it says", _SEND_AGAIN)
    turned, at = exif.UPRIGHT, 12
    while at + 8 <= stop:
        kind, length = struct.unpack_from("<4sI", data, at)
        body = data[at + 8 : at + 8 + length]
        if kind in (b"ANIM", b"ANMF") or (kind == b"VP8X" and body[0] & _VP8X_ANIMATED):
            raise AnimatedPhoto("the WebP is an animation", _SEND_STILL)
        if kind == b"EXIF":
            turned = exif.orientation(body)
        at += 8 + length + (length & 1)
    width, height = _webp_sides(data)
    return Header("WEBP", width, height, turned, data[:stop])


def _webp_sides(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X":
        wide, high = data[24:27], data[27:30]
        _ = high[2]
        return int.from_bytes(wide, "little") + 1, int.from_bytes(high, "little") + 1
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and data[20] == 0x2F:  # noqa: PLR2004 - the lossless signature
        (packed,) = struct.unpack_from("<I", data, 21)
        return (packed & 0x3FFF) + 1, ((packed >> 14) & 0x3FFF) + 1
    raise NotAnImage("the WebP has no picture that can be read", _SEND_AGAIN)


_READERS: dict[bytes, Callable[[bytes], Header]] = {
    b"\xff\xd8\xff": _jpeg,
    _PNG_MAGIC: _png,
    b"RIFF": _webp,
}

# --- Formats that are images but not accepted --------------------------------------------

_REFUSED_MAGIC: dict[bytes, str] = {
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"II+\x00": "BigTIFF",
    b"MM\x00+": "BigTIFF",
    b"8BPS": "Photoshop",
    b"\x00\x00\x01\x00": "ICO",
    b"\x00\x00\x00\x0cjP  ": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"\x00\x00\x00\x0cJXL ": "JPEG XL",
    b"\xff\x0a": "JPEG XL",
}
_ISO_MEDIA_BRANDS = {b"avif": "AVIF", b"avis": "AVIF", b"heic": "HEIC", b"mif1": "HEIF"}


def _refuse_known_formats(data: bytes) -> None:
    name = next((name for magic, name in _REFUSED_MAGIC.items() if data.startswith(magic)), None)
    if name is None and data[4:8] == b"ftyp":
        name = _ISO_MEDIA_BRANDS.get(data[8:12])
    if name is not None:
        raise UnsupportedFormat(f"the file is a {name} image", _SEND_STILL)
