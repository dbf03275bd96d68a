"""What decoding may cost is judged before it begins, and nothing but a refusal comes of damage."""

import io
import random
import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from support.mutated_photos import many_scans, mutated, photo_formats

from features import (
    FILE_LIMIT_BYTES,
    MEMORY_LIMIT_BYTES,
    DecodingTooCostly,
    Extractor,
    FileTooLarge,
    PhotoRefused,
    TruncatedPhoto,
    architecture_schema,
    budget,
    pixels,
    read_photo,
    verify_photo,
)
from features.budget import (
    MAX_PIXEL_SCANS,
    MAX_PNG_CHUNKS,
    MAX_REPEATED_SCANS,
    MAX_SCANS,
    MAX_SEGMENTS,
    MAX_TABLE_BYTES,
    decoding_bytes,
)
from features.headers import read_header

EXTRACTOR = Extractor(architecture_schema())
COPIES = 60
FORMATS = tuple(photo_formats(Image.new("RGB", (64, 64))))


def saved(image, kind="JPEG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def flat(width, height, mode="RGB", kind="JPEG", **options):
    return saved(Image.new(mode, (width, height), 77 if mode in "LP" else None), kind, **options)


def repeated_scans(data, times):
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * times + b"\xff\xd9"


def with_sides(data, width, height):
    copy, at = bytearray(data), max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"))
    copy[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(copy)


def png(width, height, colour=2):
    """A PNG's header and end, without a pixel."""
    head = struct.pack(">I4sIIBBBBB", 13, b"IHDR", width, height, 8, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + head + bytes(8) + b"\0\0IEND"[:0] + b"IEND" + bytes(4)


SMALL = flat(64, 64)
PROGRESSIVE = flat(64, 64, progressive=True)
COSTLY = {
    "2,000,000 empty tables": (SMALL[:2] + b"\xff\xdb\0\x02" * 2_000_000 + SMALL[2:], "segments"),
    "1,001 comments": (SMALL[:2] + b"\xff\xfe\0\x02" * 1_001 + SMALL[2:], "segments"),
    "comments between scans": (SMALL[:-2] + b"\xff\xfe\0\x02" * 1_001 + b"\xff\xd9", "segments"),
    "chunks of a PNG": (
        flat(64, 64, kind="PNG")[:33] + struct.pack(">I4sI", 0, b"IDAT", 0) * 10_001,
        "segments",
    ),
    "large tables": (
        SMALL[:2] + (b"\xff\xdb\xff\xff" + bytes(65_533)) * 2 + SMALL[2:],
        "table_bytes",
    ),
    "a scan 300 times more": (repeated_scans(PROGRESSIVE, 300), "repeated_scans"),
    "a scan three times more": (repeated_scans(PROGRESSIVE, 3), "repeated_scans"),
    "a baseline JPEG's scan again": (repeated_scans(SMALL, 3), "repeated_scans"),
    "33 scans": (many_scans(PROGRESSIVE, 33), "scans"),
    "scans of many pixels": (
        with_sides(many_scans(PROGRESSIVE, 30), 6_000, 6_000),
        "pixel_scans",
    ),
    "coefficients of 4:4:4": (
        with_sides(flat(64, 64, progressive=True, subsampling=0), 9_000, 7_500),
        "memory_bytes",
    ),
    "a WebP of 49 megapixels": (flat(7_000, 7_000, kind="WEBP", lossless=True), "memory_bytes"),
    "a PNG with alpha": (png(8_000, 7_000, colour=6), "memory_bytes"),
}
LIMITS = {
    "segments": {MAX_SEGMENTS, MAX_PNG_CHUNKS},
    "table_bytes": {MAX_TABLE_BYTES},
    "scans": {MAX_SCANS},
    "repeated_scans": {MAX_REPEATED_SCANS},
    "pixel_scans": {MAX_PIXEL_SCANS},
    "memory_bytes": {MEMORY_LIMIT_BYTES},
}


@pytest.mark.parametrize("name", COSTLY)
def test_a_file_that_costs_too_much_is_refused_with_number_and_limit_before_decoding(
    name, monkeypatch
):
    monkeypatch.setattr(pixels, "_load", None)
    data, measure = COSTLY[name]
    with pytest.raises(DecodingTooCostly) as caught:
        read_photo(data)
    assert caught.value.measure == measure
    assert caught.value.amount > caught.value.limit
    assert caught.value.limit in LIMITS[measure]
    assert any(digit.isdigit() for digit in caught.value.reason)


def test_the_walk_over_a_file_of_many_segments_ends_at_the_limit(monkeypatch):
    steps = []
    require = budget.require_segments
    monkeypatch.setattr(
        "features.formats.jpeg.require_segments",
        lambda count: steps.append(count) or require(count),
    )
    with pytest.raises(DecodingTooCostly):
        read_photo(COSTLY["2,000,000 empty tables"][0])
    assert len(steps) == MAX_SEGMENTS + 1


def test_a_file_of_more_bytes_than_the_one_limit_is_refused_everywhere():
    with pytest.raises(FileTooLarge, match="at most 20 MB"):
        read_photo(SMALL + bytes(FILE_LIMIT_BYTES))
    read_photo(SMALL + bytes(FILE_LIMIT_BYTES - len(SMALL)))


@pytest.mark.parametrize("times", [0, 2])
def test_a_jpeg_that_repeats_a_scan_or_two_is_read(times):
    verify_photo(read_photo(repeated_scans(PROGRESSIVE, times)))


def test_what_cameras_and_encoders_make_is_far_below_the_limits(picture):
    header = read_header(saved(picture, progressive=True, quality=95))
    assert header.scans * 3 < MAX_SCANS
    assert decoding_bytes(read_header(with_sides(PROGRESSIVE, 5_000, 4_800)), 96) < 200_000_000


def test_a_jpeg_that_can_not_hold_its_rows_is_never_decoded(monkeypatch):
    photo = read_photo(with_sides(SMALL, 8_192, 6_144))
    monkeypatch.setattr(pixels, "_load", None)
    with pytest.raises(TruncatedPhoto, match="last rows"):
        verify_photo(photo)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_the_shortest_jpeg_that_an_encoder_makes_holds_its_rows(mode, progressive):
    data = flat(1_000, 999, mode, optimize=True, quality=10, progressive=progressive)
    header = read_header(data)
    assert 0 < header.least_bytes <= header.coded_bytes
    verify_photo(read_photo(data))


def test_a_png_whose_data_inflates_far_beyond_its_pixels_is_decoded_no_further():
    image = flat(64, 64, kind="PNG")
    rows = zlib.compress(bytes(64 * (1 + 3 * 64)) + bytes(1 << 26), 9)
    chunk = struct.pack(">I4s", len(rows), b"IDAT") + rows
    bomb = image[:33] + chunk + struct.pack(">I", zlib.crc32(b"IDAT" + rows)) + image[-12:]
    photo = read_photo(bomb)
    assert photo.memory_bytes < 100_000
    verify_photo(photo)


@pytest.mark.parametrize("name", FORMATS)
def test_a_sound_photo_of_every_format_is_read(name, picture):
    verify_photo(read_photo(photo_formats(picture)[name]))


def outcome_of(data):
    """Return the refusal's code, or how a decoded vector is; anything else is raised."""
    try:
        vector = EXTRACTOR.extract(read_photo(data))
    except PhotoRefused as refusal:
        return refusal.code if refusal.reason and refusal.advice else "without a sentence"
    return "decoded" if np.isfinite(vector).all() else "not finite"


@pytest.mark.parametrize("name", FORMATS)
def test_a_damaged_photo_is_decoded_within_the_budget_or_refused(name, picture, monkeypatch):
    loads = []
    load = pixels._load
    monkeypatch.setattr(pixels, "_load", lambda *given: loads.append(given) or load(*given))
    sound, chance = photo_formats(picture)[name], random.Random(name)  # noqa: S311 - damage, and no secret
    outcomes = set()
    for _ in range(COPIES):
        data, before = mutated(sound, chance), len(loads)
        outcomes.add(outcome_of(data))
        # A JPEG that ends in grey is decoded twice, and nothing is a third time.
        assert len(loads) - before <= 2
        for header, stripped, _ in loads[before:]:
            assert header.scans <= MAX_SCANS
            assert header.pixels * header.scans <= MAX_PIXEL_SCANS
            assert decoding_bytes(header, 96) <= MEMORY_LIMIT_BYTES
            assert len(stripped) <= len(data) + 600 * MAX_SCANS
    assert len(outcomes) > 1
    assert outcomes.isdisjoint({"without a sentence", "not finite"})
