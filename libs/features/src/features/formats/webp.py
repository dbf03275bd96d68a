"""WebP: RFC 9649."""

import struct
from typing import Final

from features.budget import require_segments
from features.errors import AnimatedPhoto, NotAnImage, TruncatedPhoto
from features.formats.advice import SEND_AGAIN, SEND_STILL
from features.formats.foreign import riff_refusal
from features.formats.photo_header import Header
from features.orientation import Orientation

_VP8X_ANIMATED: Final = 0x02
_PIXEL_BYTES: Final = 16
"""The decoder's two canvases, its copy and Pillow's image, of four bytes a pixel each."""
_LOSSLESS: Final = 0x2F


def read_webp(data: bytes) -> Header:
    """Read the chunks of a WebP; raises leaves of PhotoRefused, struct.error, IndexError."""
    if data[8:12] != b"WEBP":
        raise riff_refusal(data[8:12])
    (size,) = struct.unpack_from("<I", data, 4)
    stop = 8 + size
    if stop > len(data):
        raise TruncatedPhoto("the WebP is shorter than it says", SEND_AGAIN)
    orientation, at, chunks = Orientation(), 12, 0
    canvas: tuple[int, int] | None = None
    picture: tuple[int, int] | None = None
    while at + 8 <= stop:
        chunks += 1
        require_segments(chunks)
        kind, length = struct.unpack_from("<4sI", data, at)
        body = memoryview(data)[at + 8 : at + 8 + length]
        if kind in (b"ANIM", b"ANMF") or (kind == b"VP8X" and body[0] & _VP8X_ANIMATED):
            raise AnimatedPhoto("the WebP is an animation", SEND_STILL)
        if kind == b"VP8X" and canvas is None:
            canvas = _canvas(bytes(body[:10]))
        elif kind in (b"VP8 ", b"VP8L") and picture is None:
            picture = _picture(kind, bytes(body[:10]))
        elif kind == b"EXIF":
            orientation.see_exif(bytes(body))
        elif kind == b"XMP ":
            orientation.see_xmp(bytes(body))
        at += 8 + length + (length & 1)
    # The decoder takes memory for the one, and then decodes the other.
    if picture is None or (canvas or picture) != picture:
        raise NotAnImage("the WebP has no picture that can be read", SEND_AGAIN)
    width, height = picture
    return Header("WEBP", width, height, orientation.value, data[:stop], 1, _PIXEL_BYTES)


def _canvas(body: bytes) -> tuple[int, int]:
    _ = body[9]
    return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1


def _picture(kind: bytes, body: bytes) -> tuple[int, int] | None:
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and body[0] == _LOSSLESS:
        (packed,) = struct.unpack_from("<I", body, 1)
        return (packed & 0x3FFF) + 1, ((packed >> 14) & 0x3FFF) + 1
    return None
