"""Read what an image file says of itself, without decoding a single pixel.

Pillow could do most of this, but it parses metadata on the way (and warns, and may
inflate compressed text), hides 16-bit PNG behind mode "RGB" and counts a bomb's pixels
only by a global setting. So headers are read here, and Pillow is later given `stripped`
bytes: the parts that make pixels and nothing else.
"""

import struct
from collections.abc import Callable
from typing import Final

from features.budget import require_size
from features.errors import TruncatedPhoto
from features.formats.advice import SEND_AGAIN
from features.formats.foreign import refusal_of
from features.formats.jpeg import read_jpeg
from features.formats.photo_header import Header
from features.formats.png import PNG_MAGIC, read_png
from features.formats.webp import read_webp

_READERS: Final[dict[bytes, Callable[[bytes], Header]]] = {
    b"\xff\xd8\xff": read_jpeg,
    PNG_MAGIC: read_png,
    b"RIFF": read_webp,
}


def read_header(data: bytes) -> Header:
    """Read the header of a JPEG, PNG or WebP file.

    Raises:
        PhotoRefused: any leaf but AbsurdDimensions and PhotoTooSmall, which are limits
            and not a matter of the file's structure.
    """
    require_size(data)
    for magic, reader in _READERS.items():
        if data.startswith(magic):
            try:
                return reader(data)
            except (struct.error, IndexError, ValueError) as exc:
                raise TruncatedPhoto("the file ends inside its header", SEND_AGAIN) from exc
    raise refusal_of(data)
