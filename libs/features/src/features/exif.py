"""The one thing wanted from Exif: which way up the camera was held."""

import struct

_ORIENTATION_TAG = 0x0112
_SHORT = 3
_MAX_ENTRIES = 512
UPRIGHT = 1


def orientation(exif: bytes) -> int:
    r"""Return the Exif orientation, 1 to 8; 1 (upright) when absent or unreadable.

    Exif is decoration that editors often break, so a broken block never refuses a photo.
    Layout: Exif 2.32 (CIPA DC-008), a TIFF header and the first image file directory.

    Args:
        exif: a TIFF structure, with or without the leading "Exif\0\0".
    """
    tiff = exif.removeprefix(b"Exif\x00\x00")
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None:
        return UPRIGHT
    try:
        return _first_directory(tiff, order)
    except struct.error:
        return UPRIGHT


def _first_directory(tiff: bytes, order: str) -> int:
    (start,) = struct.unpack_from(f"{order}I", tiff, 4)
    (entries,) = struct.unpack_from(f"{order}H", tiff, start)
    for index in range(min(entries, _MAX_ENTRIES)):
        tag, kind, _count, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * index)
        if tag == _ORIENTATION_TAG and kind == _SHORT:
            return value if UPRIGHT <= value <= 8 else UPRIGHT  # noqa: PLR2004 - Exif's range
    return UPRIGHT
