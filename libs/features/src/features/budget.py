"""What reading one photo may cost. All of it is judged before the first pixel is decoded.

The numbers were measured with Pillow 13 (libjpeg-turbo 3.2, libwebp 1.6); ADR 34 has them, and
`python -m benchmarks decoding` measures them again.
"""

from typing import Final

from features.errors import DecodingTooCostly, FileTooLarge
from features.formats.photo_header import Header

FILE_LIMIT_BYTES: Final = 20_000_000
"""Largest file of a photo: the same for import, training, gate, batch and service."""
MAX_SEGMENTS: Final = 1_000
"""Segments of a JPEG, chunks of a WebP. A file of 20 MB in segments of 64 kB has 305."""
MAX_PNG_CHUNKS: Final = 10_000
"""Chunks of a PNG. A file of 20 MB in chunks of 8 kB, which libpng writes, has 2,442."""
MAX_TABLE_BYTES: Final = 65_536
"""Tables of a JPEG before its first scan. All eight that a decoder holds take some 1,500 bytes."""
MAX_SCANS: Final = 32
"""Scans of a JPEG. Encoders write 10, and optimizers about 20."""
MAX_REPEATED_SCANS: Final = 2
"""Scans that bring no bit that hasn't come already. No encoder writes any."""
MAX_PIXEL_SCANS: Final = 1_000_000_000
"""Pixels times scans. A scan that changes nothing costs some 0.7 nanoseconds a pixel."""
MEMORY_LIMIT_BYTES: Final = 400_000_000
"""Memory that decoding one photo may take, beside its file."""
MEGA: Final = 1_000_000
USUAL_DECODE_SIDE: Final = 256
"""Every reader of photos asks for squares of fewer pixels a side, unless its schema says more."""
EIGHTH: Final = 8
_SCALES: Final = (EIGHTH, 4, 2, 1)


def require_size(data: bytes) -> None:
    """Raise FileTooLarge where a file has more bytes than any photo may have."""
    if len(data) > FILE_LIMIT_BYTES:
        reason = f"the file has {len(data) / MEGA:.1f} MB, and at most {FILE_LIMIT_BYTES // MEGA}"
        raise FileTooLarge(f"{reason} MB are read", "Save it as a JPEG of quality 90, or smaller")


def require_segments(count: int, limit: int = MAX_SEGMENTS) -> None:
    """Raise DecodingTooCostly where a file is cut into more parts than any encoder makes."""
    if count > limit:
        reason = f"the file has more than {limit:,} segments"
        advice = "Open it in an image editor and save it as a new JPEG"
        raise DecodingTooCostly(reason, advice, "segments", count, limit)


def require_tables(size_bytes: int) -> None:
    """Raise DecodingTooCostly where the tables of a JPEG's header are larger than any need be."""
    if size_bytes > MAX_TABLE_BYTES:
        reason = f"the JPEG has more than {MAX_TABLE_BYTES:,} bytes of tables in its header"
        advice = "Open it in an image editor and save it as a new JPEG"
        raise DecodingTooCostly(reason, advice, "table_bytes", size_bytes, MAX_TABLE_BYTES)


def require_scans(count: int, repeated: int) -> None:
    """Raise DecodingTooCostly where a JPEG has more scans, or more in vain, than encoders make."""
    if repeated > MAX_REPEATED_SCANS:
        reason = f"the JPEG repeats {repeated:,} of its {count:,} scans"
        advice = "Save it as a baseline JPEG"
        limit = MAX_REPEATED_SCANS
        raise DecodingTooCostly(reason, advice, "repeated_scans", repeated, limit)
    if count > MAX_SCANS:
        reason = f"the JPEG has {count:,} scans, and at most {MAX_SCANS} are read"
        raise DecodingTooCostly(reason, "Save it as a baseline JPEG", "scans", count, MAX_SCANS)


def require_affordable(header: Header) -> None:
    """Raise DecodingTooCostly where a photo has too many pixels to scan, or takes much memory."""
    passes = header.pixels * header.scans
    if passes > MAX_PIXEL_SCANS:
        reason = (
            f"the JPEG has {header.scans} scans of {header.pixels / MEGA:.1f} megapixels, "
            f"{passes / MEGA:,.0f} megapixels to decode, and at most {MAX_PIXEL_SCANS // MEGA:,} "
            "are decoded"
        )
        advice = "Save it as a baseline JPEG"
        raise DecodingTooCostly(reason, advice, "pixel_scans", passes, MAX_PIXEL_SCANS)
    require_memory(header, USUAL_DECODE_SIDE)


def require_memory(header: Header, decode_side: int) -> None:
    """Raise DecodingTooCostly where decoding takes more memory than one photo may."""
    needed = decoding_bytes(header, decode_side)
    if needed > MEMORY_LIMIT_BYTES:
        reason = (
            f"decoding this {header.format} of {header.pixels / MEGA:.1f} megapixels takes "
            f"{needed / MEGA:,.0f} MB of memory, and at most {MEMORY_LIMIT_BYTES // MEGA} MB may "
            "be taken"
        )
        advice = "Save it as a baseline JPEG, or scale it down"
        raise DecodingTooCostly(reason, advice, "memory_bytes", needed, MEMORY_LIMIT_BYTES)


def decoding_bytes(header: Header, decode_side: int) -> int:
    """Return the memory in bytes that decoding takes at most, beside the file.

    `decode_side` is what `decode_upright` is asked for: a JPEG comes out scaled down to it.
    """
    scale = jpeg_scale(header, decode_side) if header.scaled else 1
    width, height = -(-header.width // scale), -(-header.height // scale)
    return header.whole_bytes + width * height * header.pixel_bytes


def jpeg_scale(header: Header, decode_side: int) -> int:
    """Return by how many times smaller a JPEG is decoded, if it is asked for `decode_side`."""
    # Pillow's rule in JpegImageFile.draft.
    possible = min(header.width // decode_side, header.height // decode_side)
    return next((scale for scale in _SCALES if possible >= scale), 1)
