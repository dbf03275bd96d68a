"""PNG: ISO/IEC 15948."""

import struct
from typing import Final

from features.budget import MAX_PNG_CHUNKS, require_segments
from features.errors import (
    AnimatedPhoto,
    NotAnImage,
    TruncatedPhoto,
    UnsupportedBitDepth,
    UnsupportedColourMode,
)
from features.formats.advice import SEND_AGAIN, SEND_SRGB, SEND_STILL
from features.formats.photo_header import Header
from features.orientation import MAX_TEXT_BYTES, UPRIGHT, Orientation, inflate_text, raw_profile

PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_PIXEL_CHUNKS: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_GREY, _RGB, _PALETTE, _RGBA = 0, 2, 3, 6
_COLOUR_TYPES: Final = frozenset({_GREY, _RGB, _PALETTE, 4, _RGBA})
_BITS: Final = 8
_TEXTS: Final = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_PROFILES: Final = frozenset({b"Raw profile type exif", b"Raw profile type APP1"})
_XMP_KEYWORD: Final = b"XML:com.adobe.xmp"
_LONGEST_KEYWORD: Final = 79


def read_png(data: bytes) -> Header:
    """Read the chunks of a PNG; raises leaves of PhotoRefused, struct.error, IndexError."""
    if data[12:16] != b"IHDR" or data[8:12] != b"\x00\x00\x00\x0d":
        raise NotAnImage("the PNG does not start with its header", SEND_AGAIN)
    width, height, bits, colour = struct.unpack_from(">IIBB", data, 16)
    if colour not in _COLOUR_TYPES:
        raise UnsupportedColourMode(f"PNG colour type {colour} does not exist", SEND_SRGB)
    if bits != _BITS and not (colour == _PALETTE and bits in (1, 2, 4)):
        raise UnsupportedBitDepth(f"the PNG has {bits} bits a channel", SEND_SRGB)
    orientation, texts = Orientation(), dict[bytes, bytes]()
    kept = [PNG_MAGIC]
    kind, at, chunks, clear = b"", 8, 0, False
    while kind != b"IEND":
        chunks += 1
        require_segments(chunks, MAX_PNG_CHUNKS)
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise TruncatedPhoto("the PNG ends before its last chunk", SEND_AGAIN)
        if kind == b"acTL":
            raise AnimatedPhoto("the PNG is an animation", SEND_STILL)
        if kind == b"eXIf":
            orientation.see_exif(data[at + 8 : end - 4])
        elif kind in _TEXTS:
            _keep_text(kind, data[at + 8 : end - 4], texts)
        if kind in _PIXEL_CHUNKS:
            clear |= kind == b"tRNS"
            kept.append(data[at:end])
        at = end
    _see_texts(texts, orientation)
    turned = orientation.value
    pixel_bytes = _pixel_bytes(colour, clear=clear, turned=turned != UPRIGHT)
    return Header("PNG", width, height, turned, b"".join(kept), 1, pixel_bytes)


def _pixel_bytes(colour: int, *, clear: bool, turned: bool) -> int:
    """Return the peak of memory, bytes a pixel: Pillow holds colours in four bytes."""
    if colour == _GREY and not clear:
        return 2
    if colour == _RGBA and not clear:
        return 8
    if clear or colour not in (_RGB, _PALETTE):
        return 12
    return 8 if turned else 5


def _see_texts(texts: dict[bytes, bytes], orientation: Orientation) -> None:
    """Note what texts say: as in viewers, an eXIf chunk goes before them wherever they stand."""
    for keyword, text in texts.items():
        if keyword == _XMP_KEYWORD:
            orientation.see_xmp(text)
        else:
            orientation.see_exif(raw_profile(text))


def _keep_text(kind: bytes, body: bytes, texts: dict[bytes, bytes]) -> None:
    """Keep a text that may tell the orientation: the first of each keyword."""
    keyword = body[: _LONGEST_KEYWORD + 1].partition(b"\0")[0]
    if keyword in texts or not (keyword in _PROFILES or keyword == _XMP_KEYWORD):
        return
    text = body[len(keyword) + 1 :]
    if kind == b"zTXt":
        text = inflate_text(text[1:])
    elif kind == b"iTXt":
        compressed, text = text[:1] == b"\x01", text[2:].split(b"\0", 2)[-1]
        text = inflate_text(text) if compressed else text
    texts[keyword] = text[:MAX_TEXT_BYTES]
