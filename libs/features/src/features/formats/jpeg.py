"""JPEG: ITU-T T.81, annexes B and G."""

import re
import struct
from dataclasses import dataclass, field, replace
from typing import Final

from features.budget import require_scans, require_segments, require_tables
from features.errors import (
    NotAnImage,
    TruncatedPhoto,
    UnsupportedBitDepth,
    UnsupportedColourMode,
    UnsupportedFormat,
)
from features.formats.advice import SEND_AGAIN, SEND_SRGB
from features.formats.photo_header import Header, PhotoWarning
from features.orientation import UPRIGHT, Orientation

_EOI, _SOS = 0xD9, 0xDA
_FIRST_MARKER, _FIRST_RESTART = 0xC0, 0xD0
_APP0, _APP1, _APP14, _APP15, _COMMENT = 0xE0, 0xE1, 0xEE, 0xEF, 0xFE
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE: Final = 0xC2
_DECODABLE_FRAMES: Final = frozenset({0xC0, 0xC1, _PROGRESSIVE})
# Tables and metadata: what libjpeg reads between scans. It breaks on anything else.
_BETWEEN_SCANS: Final = frozenset({0xC4, 0xCC, 0xDB, 0xDC, 0xDD, _COMMENT, *range(0xE0, 0xF0)})
_END: Final = b"\xff\xd9"
_BITS: Final = 8
_SIDE: Final = 8
_BLOCK: Final = _SIDE * _SIDE
_COEFFICIENT_BYTES: Final = 2
_EXIF: Final = b"Exif\x00\x00"
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\x00"
_FIRST: Final = 3
"""Where the header of a scan of one component says which coefficient is its first."""
_RUN_BITS: Final = 14
_LONGEST_RUN: Final = (1 << _RUN_BITS + 1) - 1
_ZEROS_TABLE: Final = bytes((0xFF, 0xC4, 0, 20, 0x10, 1, *bytes(15), _RUN_BITS << 4))
_NO_RESTARTS: Final = b"\xff\xdd\x00\x04\x00\x00"
_MAX_PADDING: Final = 64
"""Stray bytes before a marker that are passed over; beyond that a header is damaged."""

# Any number of fill bytes, 0xFF, may precede a marker. In coded data 0xFF00 is a byte of the data,
# and 0xFFD0 to 0xFFD7 are restarts.
_MARKER: Final = re.compile(rb"\xff[^\x00\xff]")
_END_OF_CODED_DATA: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

_NO_END: Final = PhotoWarning(
    "no_end_marker", "the JPEG has no end marker: its last bytes may be missing"
)
_PADDED: Final = PhotoWarning(
    "padding_between_segments", "the JPEG has stray bytes between the segments of its header"
)
_SCANS_MISSING: Final = PhotoWarning(
    "scans_missing", "the last scans of the progressive JPEG are missing: it is less sharp"
)


@dataclass(frozen=True)
class _Frame:
    """The frame header: sides in pixels; name, sampling across and down of each component."""

    progressive: bool
    width: int
    height: int
    components: tuple[tuple[int, int, int], ...]

    def coarse(self) -> dict[int, int]:
        """Return the blocks of each component that needs its means alone at an eighth of the size.

        A block is one pixel there. Of a component sampled half as often both ways, libjpeg makes
        four pixels of a block, so that the next one needn't be stretched: it needs other
        coefficients too (its jdmaster.c).
        """
        return {
            name: -(-self.width * across // (_SIDE * self._widest))
            * -(-self.height * down // (_SIDE * self._highest))
            for name, across, down in self.components
            if self._widest % (2 * across) or self._highest % (2 * down)
        }

    def coefficients_bytes(self) -> int:
        """Return the memory of all coefficients, which a JPEG of several scans needs at once."""
        blocks = sum(
            -(-self.width // (_SIDE * self._widest))
            * across
            * -(-self.height // (_SIDE * self._highest))
            * down
            for _, across, down in self.components
        )
        return blocks * _BLOCK * _COEFFICIENT_BYTES

    def least_bytes(self) -> int:
        """Return how many bytes code the picture at least.

        The shortest code has one bit. A block takes one for its mean, which stands in the first
        scan of a progressive JPEG, and in others a second one for "nothing else".
        """
        blocks = sum(
            -(-self.width * across // (_SIDE * self._widest))
            * -(-self.height * down // (_SIDE * self._highest))
            for _, across, down in self.components
        )
        return blocks * (1 if self.progressive else 2) // 8

    @property
    def _widest(self) -> int:
        return max(across for _, across, _ in self.components)

    @property
    def _highest(self) -> int:
        return max(down for _, _, down in self.components)


@dataclass
class _Reading:
    """What was read of a JPEG so far."""

    kept: list[bytes]
    orientation: Orientation = field(default_factory=Orientation)
    frame: _Frame | None = None
    padded: bool = False
    segments: int = 0
    ended: bool = False
    scan_headers: list[bytes] = field(default_factory=list)
    scan_starts: list[int] = field(default_factory=list)
    scan_ends: list[int] = field(default_factory=list)
    table_bytes: int = 0
    repeated_scans: int = 0
    precision: dict[int, list[int | None]] = field(default_factory=dict)
    """By component, how many low bits of each coefficient are still missing; None where all are."""


def read_jpeg(data: bytes) -> Header:
    """Read the segments of a JPEG; raises leaves of PhotoRefused, struct.error, IndexError."""
    reading = _Reading([data[:2]])
    coded = _read_tables(data, reading)
    if (frame := reading.frame) is None:
        raise NotAnImage("the JPEG has no frame header before its data", SEND_AGAIN)
    stop = _read_scans(data, coded, reading)
    head = b"".join(reading.kept)
    require_scans(len(reading.scan_ends), reading.repeated_scans)
    turned = reading.orientation.value
    several = frame.progressive or len(reading.scan_ends) > 1
    grey = len(frame.components) == 1
    warnings = _warnings(reading, frame)
    header = Header(
        format="JPEG",
        width=frame.width,
        height=frame.height,
        orientation=turned,
        stripped=b"".join([head, data[coded:stop], _END]),
        scans=len(reading.scan_ends),
        pixel_bytes=2 if grey else 5 if turned == UPRIGHT else 8,
        whole_bytes=frame.coefficients_bytes() if several else 0,
        scaled=True,
        warnings=warnings,
        least_bytes=frame.least_bytes(),
        coded_bytes=sum(reading.scan_ends) - sum(reading.scan_starts),
        scan_ends=tuple(end - coded + len(head) for end in reading.scan_ends),
    )
    names = {name for name, _, _ in frame.components}
    whole = _SCANS_MISSING not in warnings and len(names) == len(frame.components)
    if not frame.progressive or not whole:
        return header
    return replace(header, eighth=_eighth(header, frame, reading, coded - len(head)))


def _eighth(header: Header, frame: _Frame, reading: _Reading, offset: int) -> Header:
    """Return a progressive JPEG less the scans that make no pixel at an eighth of its size.

    They are four fifths of a photo. In their place stands one for each component that says that
    its coefficients are zeros, since libjpeg guesses those that never came.

    Args:
        header: of the whole JPEG, whose scans are all there.
        frame: of it.
        reading: of it.
        offset: what lies so far into the file lies at the start of `header.stripped`.
    """
    coarse = frame.coarse()
    kept, ends, at, cut = list[bytes](), list[int](), 0, 0
    scans = zip(reading.scan_headers, reading.scan_starts, header.scan_ends, strict=True)
    for number, (scan, coded, end) in enumerate(scans):
        # Coefficients but the means come by one component at a time.
        if number > 0 and scan[0] == 1 and scan[1] in coarse and scan[_FIRST] > 0:
            start = coded - offset - len(scan) - 4
            kept.append(header.stripped[at:start])
            at, cut = end, cut + end - start
        else:
            ends.append(end - cut)
    kept.append(header.stripped[at : -len(_END)])
    zeros = [_NO_RESTARTS, _ZEROS_TABLE, *(_zeros(name, n) for name, n in coarse.items()), _END]
    return replace(header, stripped=b"".join([*kept, *zeros]), scan_ends=tuple(ends))


def _zeros(component: int, blocks: int) -> bytes:
    """Return a scan that says that all coefficients but the means are zero (T.81, G.1.2.2)."""
    runs = -(-blocks // _LONGEST_RUN)
    # The table's one code is 0: a run of blocks, whose length follows in 14 bits, here all ones.
    bits = ("0" + "1" * _RUN_BITS) * runs
    bits += "1" * (-len(bits) % 8)
    coded = int(bits, 2).to_bytes(len(bits) // 8).replace(b"\xff", b"\xff\x00")
    return bytes((0xFF, _SOS, 0, 8, 1, component, 0, 1, _BLOCK - 1, 0)) + coded


def _read_tables(data: bytes, reading: _Reading) -> int:
    """Read what stands before the first coded data, and return where that begins."""
    at = 2
    while True:
        at = _next_marker(data, at, reading)
        marker = data[at]
        if marker < _FIRST_MARKER or _FIRST_RESTART <= marker <= _EOI:
            raise NotAnImage("the JPEG header is damaged", SEND_AGAIN)
        end = _end_of_segment(data, at)
        body = data[at + 3 : end]
        if marker in _FRAMES:
            if reading.frame is not None:
                raise NotAnImage("the JPEG header describes two frames", SEND_AGAIN)
            reading.frame = _read_frame(marker, body)
        elif marker == _APP1 and body.startswith(_EXIF):
            reading.orientation.see_exif(body)
        elif marker == _APP1 and body.startswith(_XMP):
            reading.orientation.see_xmp(body)
        # APP0 and APP14 say how colours are coded; the other APPn and comments are metadata.
        if marker in (_APP0, _APP14) or not (_APP0 <= marker <= _APP15 or marker == _COMMENT):
            reading.kept += [b"\xff", data[at:end]]
            reading.table_bytes += end - at
            require_tables(reading.table_bytes)
        if marker == _SOS:
            _see_scan(body, reading)
            reading.scan_starts.append(end)
            return end
        at = end


def _read_scans(data: bytes, at: int, reading: _Reading) -> int:
    """Walk over the coded data of every scan, and return where the JPEG stops."""
    while found := _END_OF_CODED_DATA.search(data, at):
        at = found.start()
        reading.scan_ends.append(at)
        marker = 0
        while marker != _SOS:
            at = _next_marker(data, at, reading)
            marker = data[at]
            if marker == _EOI:
                reading.ended = True
                return at - 1
            if marker != _SOS and marker not in _BETWEEN_SCANS:
                raise TruncatedPhoto("the JPEG data is damaged", SEND_AGAIN)
            start, at = at + 3, _end_of_segment(data, at)
        _see_scan(data[start:at], reading)
        reading.scan_starts.append(at)
    reading.scan_ends.append(len(data))
    return len(data)


def _next_marker(data: bytes, at: int, reading: _Reading) -> int:
    """Return where the second byte of the next marker is, past any fill bytes and padding."""
    reading.segments += 1
    require_segments(reading.segments)
    found = _MARKER.search(data, at)
    if found is None:
        raise TruncatedPhoto("the file ends inside its header", SEND_AGAIN)
    stray = len(data[at : found.start()].replace(b"\xff", b""))
    if stray > _MAX_PADDING:
        raise NotAnImage("the JPEG header is damaged", SEND_AGAIN)
    reading.padded |= stray > 0
    return found.start() + 1


def _end_of_segment(data: bytes, at: int) -> int:
    (length,) = struct.unpack_from(">H", data, at + 1)
    end = at + 1 + int(length)
    if end > len(data):
        raise TruncatedPhoto("the file ends inside its header", SEND_AGAIN)
    return end


def _read_frame(marker: int, body: bytes) -> _Frame:
    bits, components = body[0], body[5]
    if bits != _BITS:
        raise UnsupportedBitDepth(f"the JPEG has {bits} bits a channel", SEND_SRGB)
    if marker not in _DECODABLE_FRAMES:
        reason = "the JPEG is lossless, hierarchical or arithmetic-coded"
        raise UnsupportedFormat(reason, "Save it as a baseline or progressive JPEG")
    if components not in (1, 3):
        reason = f"the JPEG has {components} colour channels (CMYK or alike)"
        raise UnsupportedColourMode(reason, SEND_SRGB)
    height, width = struct.unpack_from(">HH", body, 1)
    sampling = tuple(
        (body[6 + 3 * i], max(1, body[7 + 3 * i] >> 4), max(1, body[7 + 3 * i] & 15))
        for i in range(components)
    )
    return _Frame(marker == _PROGRESSIVE, width, height, sampling)


def _see_scan(header: bytes, reading: _Reading) -> None:
    """Note which coefficients a scan brings, and down to which bit."""
    reading.scan_headers.append(header)
    count = header[0]
    components = header[1 : 1 + 2 * count : 2]
    first, last, bits = header[1 + 2 * count : 4 + 2 * count]
    if reading.frame is None or not reading.frame.progressive:
        first, last, bits = 0, _BLOCK - 1, 0
    bits &= 15
    news = False
    for component in components:
        brought = reading.precision.setdefault(component, [None] * _BLOCK)
        here = slice(first, min(last, _BLOCK - 1) + 1)
        before = brought[here]
        news |= any(missing is None or missing > bits for missing in before)
        brought[here] = [bits] * len(before)
    reading.repeated_scans += not news


def _warnings(reading: _Reading, frame: _Frame) -> tuple[PhotoWarning, ...]:
    """Return what is odd about a JPEG; TruncatedPhoto where too much of it is missing."""
    brought = [reading.precision.get(name, [None]) for name, _, _ in frame.components]
    if any(bits[0] is None for bits in brought):
        raise TruncatedPhoto("the JPEG ends before all of its colours came", SEND_AGAIN)
    whole = not any(missing is None or missing for bits in brought for missing in bits)
    if not whole and not reading.ended:
        raise TruncatedPhoto("the JPEG ends before its last scan", SEND_AGAIN)
    found = ((reading.padded, _PADDED), (not reading.ended, _NO_END), (not whole, _SCANS_MISSING))
    return tuple(warning for holds, warning in found if holds)
