"""Photos of every accepted format, and damaged copies of them: the same ones for a seed."""

import io
import random
import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType

from PIL import Image

_MOST_BYTES = 21_000_000
"""Of a repeated piece: beyond the largest file that is read, and not far beyond."""


def photo_formats(picture: Image.Image) -> Mapping[str, bytes]:
    """Return a picture in every format and variant that is read, by name."""
    small = picture.resize((picture.width // 2, picture.height // 2))
    exif = Image.Exif()
    exif[0x0112] = 6
    options: dict[str, tuple[Image.Image, str, dict[str, object]]] = {
        "JPEG": (picture, "JPEG", {"quality": 85}),
        "JPEG 4:4:4, Exif": (picture, "JPEG", {"quality": 90, "subsampling": 0, "exif": exif}),
        "JPEG grey": (picture.convert("L"), "JPEG", {"quality": 85}),
        "JPEG restarts": (picture, "JPEG", {"quality": 85, "restart_marker_rows": 1}),
        "JPEG progressive": (picture, "JPEG", {"quality": 85, "progressive": True}),
        "MPO": (picture, "MPO", {"save_all": True, "append_images": [small]}),
        "PNG": (picture, "PNG", {}),
        "PNG grey": (picture.convert("L"), "PNG", {}),
        "PNG palette": (picture.quantize(64), "PNG", {}),
        "PNG alpha": (picture.convert("RGBA"), "PNG", {"exif": exif}),
        "WebP": (picture, "WEBP", {"quality": 80}),
        "WebP lossless": (picture, "WEBP", {"lossless": True}),
        "WebP alpha, Exif": (picture.convert("RGBA"), "WEBP", {"exif": exif}),
    }
    return MappingProxyType({name: _saved(*how) for name, how in options.items()})


def many_scans(data: bytes, count: int) -> bytes:
    """Return a progressive JPEG's first scan, and more, each of a coefficient that is new."""
    first, second = [at for at in range(len(data)) if data[at : at + 2] == b"\xff\xda"][:2]
    names = [data[first + 5 + 2 * i] for i in range(3)]
    scans = (
        bytes((0xFF, 0xDA, 0, 8, 1, names[i % 3], 0, 1 + i // 3, 1 + i // 3, 0, 0x55))
        for i in range(count - 1)
    )
    return data[:second] + b"".join(scans) + b"\xff\xd9"


def _saved(image: Image.Image, kind: str, options: dict[str, object]) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return a damaged copy: one to three changes of kinds that damage and malice make."""
    for _ in range(chance.randint(1, 3)):
        data = chance.choice(MUTATIONS)(data, chance) or data
    return data


def _changed_bytes(data: bytes, chance: random.Random) -> bytes:
    copy = bytearray(data)
    for _ in range(chance.randint(1, 12)):
        copy[chance.randrange(len(copy))] = chance.randrange(256)
    return bytes(copy)


def _changed_head(data: bytes, chance: random.Random) -> bytes:
    copy = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        copy[chance.randrange(min(len(copy), 700))] = chance.choice((0, 1, 127, 128, 255))
    return bytes(copy)


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randint(1, len(data))] + chance.choice((b"", b"\xff\xd9", b"\0" * 40))


def _hole(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.choice((1, 7, 300, 5000)) :]


def _inserted(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    what = chance.choice((b"\0", b"\xff", b"\xff\x00", b"\xff\xd9", b"\xff\xd8", b"\xff\xda"))
    return data[:at] + what * chance.choice((1, 3, 1000, 100_000)) + data[at:]


def _doubled(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    piece = data[start : start + chance.choice((2, 20, 600, 10_000))]
    return data[:start] + _times(piece, chance.choice((2, 50, 2000))) + data[start:]


def _times(piece: bytes, count: int) -> bytes:
    return piece * min(count, _MOST_BYTES // max(1, len(piece)))


def _repeated_scan(data: bytes, chance: random.Random) -> bytes:
    last, end = data.rfind(b"\xff\xda"), data.rfind(b"\xff\xd9")
    if not data.startswith(b"\xff\xd8") or not 0 < last < end:
        return b""
    return data[:end] + _times(data[last:end], chance.choice((1, 2, 20, 400))) + data[end:]


def _empty_segments(data: bytes, chance: random.Random) -> bytes:
    count = chance.choice((3, 900, 200_000))
    if data.startswith(b"\xff\xd8"):
        return data[:2] + chance.choice((b"\xff\xdb\0\x02", b"\xff\xe1\0\x02")) * count + data[2:]
    if data.startswith(b"\x89PNG"):
        return (
            data[:33] + (struct.pack(">I4s", 0, b"IDAT") + b"\x35\xaf\x06\x1e") * count + data[33:]
        )
    size = len(data) + 8 * count - 8
    return data[:4] + struct.pack("<I", size) + data[8:] + struct.pack("<4sI", b"JUNK", 0) * count


def _other_sides(data: bytes, chance: random.Random) -> bytes:
    sides = [chance.choice((1, 64, 3000, 10_000, 16_383, 19_999, 65_535)) for _ in range(2)]
    copy = bytearray(data)
    frame = max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"))
    if data.startswith(b"\xff\xd8") and frame > 0 and len(data) > frame + 9:
        copy[frame + 5 : frame + 9] = struct.pack(">HH", *sides)
    elif data.startswith(b"\x89PNG"):
        copy[16:24] = struct.pack(">II", *sides)
    elif data[12:16] == b"VP8X":
        copy[24:30] = b"".join((side - 1).to_bytes(3, "little") for side in sides)
    elif data[12:16] == b"VP8 ":
        copy[26:30] = struct.pack("<HH", *(side & 0x3FFF for side in sides))
    return bytes(copy)


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _changed_bytes,
    _changed_head,
    _cut,
    _hole,
    _inserted,
    _doubled,
    _repeated_scan,
    _empty_segments,
    _other_sides,
)
