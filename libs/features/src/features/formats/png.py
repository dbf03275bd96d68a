"""PNG: ISO/IEC 15948."""

import struct
import zlib
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
from features.formats.photo_header import Header, PhotoWarning
from features.orientation import MAX_TEXT_BYTES, UPRIGHT, Orientation, inflate_text, raw_profile

PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_PIXEL_CHUNKS: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_GREY, _RGB, _PALETTE, _RGBA = 0, 2, 3, 6
_CHANNELS: Final = {_GREY: 1, _RGB: 3, _PALETTE: 1, 4: 2, _RGBA: 4}
# Adam7, by pass: first column, first row, columns apart, rows apart.
_ADAM7: Final = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2)),
    (0, 1, 1, 2),
)
_STEP_BYTES: Final = 1 << 18
_END: Final = struct.pack(">I4sI", 0, b"IEND", zlib.crc32(b"IEND"))
_NO_END: Final = PhotoWarning(
    "no_end_marker", "the PNG has no end chunk: its last bytes may be missing"
)
_BITS: Final = 8
_TEXTS: Final = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_PROFILES: Final = frozenset({b"Raw profile type exif", b"Raw profile type APP1"})
_XMP_KEYWORD: Final = b"XML:com.adobe.xmp"
_LONGEST_KEYWORD: Final = 79


def read_png(data: bytes) -> Header:  # long: one field after another
    """Read the chunks of a PNG; raises leaves of PhotoRefused, struct.error, IndexError."""
    if data[12:16] != b"IHDR" or data[8:12] != b"\x00\x00\x00\x0d":
        raise NotAnImage("the PNG does not start with its header", SEND_AGAIN)
    width, height, bits, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    if colour not in _CHANNELS:
        raise UnsupportedColourMode(f"PNG colour type {colour} does not exist", SEND_SRGB)
    if bits != _BITS and not (colour == _PALETTE and bits in (1, 2, 4)):
        raise UnsupportedBitDepth(f"the PNG has {bits} bits a channel", SEND_SRGB)
    orientation, texts = Orientation(), dict[bytes, bytes]()
    kept = [PNG_MAGIC]
    kind, at, chunks, clear = b"", 8, 0, False
    while kind != b"IEND":
        chunks += 1
        require_segments(chunks, MAX_PNG_CHUNKS)
        kind, end = _next_chunk(data, at, kept)
        if kind == b"acTL":
            raise AnimatedPhoto("the PNG is an animation", SEND_STILL)
        if kind == b"eXIf":
            orientation.see_exif(data[at + 8 : end - 4])
        elif kind in _TEXTS:
            _keep_text(kind, data[at + 8 : end - 4], texts)
        if kind in _PIXEL_CHUNKS:
            clear |= kind == b"tRNS"
            kept.append(data[at:end] if end <= len(data) else _END)
        at = end
    _see_texts(texts, orientation)
    turned = orientation.value
    pixel_bytes = _pixel_bytes(colour, clear=clear, turned=turned != UPRIGHT)
    return Header(
        format="PNG",
        width=width,
        height=height,
        orientation=turned,
        stripped=b"".join(kept),
        scans=1,
        pixel_bytes=pixel_bytes,
        row_bytes=_row_bytes(width, height, bits * _CHANNELS[colour], interlaced=interlaced != 0),
        interlaced=interlaced != 0,
        warnings=() if at <= len(data) else (_NO_END,),
    )


def _next_chunk(data: bytes, at: int, kept: list[bytes]) -> tuple[bytes, int]:
    """Return a chunk's kind and where it ends: beyond the data for an end that is missing.

    TruncatedPhoto where the data ends earlier than that, inside a chunk of pixels or before any.
    """
    if at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if at + 12 + length <= len(data):
            return kind, at + 12 + int(length)
        whole = kind not in _PIXEL_CHUNKS or kind == b"IEND"
    else:
        whole = True
    if whole and kept[-1][4:8] == b"IDAT":
        return b"IEND", len(data) + len(_END)
    raise TruncatedPhoto("the PNG ends before its last chunk", SEND_AGAIN)


def lacks_rows(header: Header) -> bool:
    """Return whether the data of a PNG, inflated, is shorter than its rows.

    A stream that ends well and early isn't noticed by decoders: the rest stays black.
    """
    inflator, missing, at = zlib.decompressobj(), header.row_bytes, len(PNG_MAGIC)
    stripped = header.stripped
    while at < len(stripped):
        length, kind = struct.unpack_from(">I4s", stripped, at)
        piece = stripped[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        while piece and missing > 0 and not inflator.eof:
            missing -= len(inflator.decompress(piece, _STEP_BYTES))
            piece = inflator.unconsumed_tail
        at += 12 + length
    return missing > 0


def _row_bytes(width: int, height: int, pixel_bits: int, *, interlaced: bool) -> int:
    """Return how many bytes all rows have before compression: a filter's byte, then pixels."""
    if not interlaced:
        return height * (1 + -(-width * pixel_bits // 8))
    total = 0
    for left, top, across, down in _ADAM7:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + -(-columns * pixel_bits // 8))
    return total


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
