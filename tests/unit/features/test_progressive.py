"""At an eighth of its size a progressive JPEG is decoded without most of its data."""

import io
import random

import numpy as np
import pytest
from PIL import Image
from support.mutated_photos import mutated

from features import (
    Extractor,
    PhotoRefused,
    TruncatedPhoto,
    architecture_schema,
    pixels,
    read_photo,
    verify_photo,
)
from features.budget import EIGHTH, jpeg_scale
from features.headers import read_header
from features.pixels import decode_upright

SIDE = 64
DAMAGED = 120
SUBSAMPLINGS = (0, 1, 2)


def saved(size, seed=1, mode="RGB", **options):
    rng = np.random.default_rng(seed)
    noise = Image.fromarray(rng.integers(0, 256, (40, 40, 3), dtype=np.uint8))
    out = io.BytesIO()
    noise.resize(size, Image.Resampling.BICUBIC).convert(mode).save(
        out, "JPEG", **{"quality": 90, "progressive": True} | options
    )
    return out.getvalue()


def of_all_scans(header, side=SIDE):
    return np.asarray(pixels._load(header, header.stripped, side))


def with_sampling(data, *factors):
    """Give components other sampling factors: what was coded becomes noise, and is decoded."""
    copy, frame = bytearray(data), data.index(b"\xff\xc2")
    for number, factor in enumerate(factors):
        copy[frame + 11 + 3 * number] = factor
    return bytes(copy)


def last_scan_without_its_table(data):
    scan = data.rindex(b"\xff\xda")
    return data[: scan + 6] + b"\x03" + data[scan + 7 :]


CASES = {
    f"{mode} {subsampling} {size} {options}": saved(
        size, mode=mode, subsampling=subsampling, **options
    )
    for mode, subsampling in (("L", 0), *(("RGB", each) for each in SUBSAMPLINGS))
    for size in ((512, 512), (517, 633), (777, 520))
    for options in ({}, {"restart_marker_blocks": 7}, {"quality": 30, "optimize": True})
}


@pytest.mark.parametrize("name", CASES)
def test_the_pixels_are_those_of_all_scans(name):
    header = read_header(CASES[name])
    image = decode_upright(header, SIDE)
    assert np.array_equal(np.asarray(image), of_all_scans(header))
    assert min(header.width, header.height) // 8 <= min(image.size)
    assert len(header.eighth.stripped) < 0.75 * len(header.stripped)


@pytest.mark.parametrize("factors", [(0x12, 0x11, 0x11), (0x41, 0x11, 0x11), (0x11, 0x21, 0x12)])
def test_the_pixels_are_those_of_all_scans_however_colours_are_sampled(factors):
    header = read_header(with_sampling(saved((512, 560), subsampling=0), *factors))
    assert np.array_equal(np.asarray(decode_upright(header, SIDE)), of_all_scans(header))


@pytest.mark.parametrize("subsampling", SUBSAMPLINGS)
def test_a_damaged_one_has_the_pixels_of_all_scans_too(subsampling):
    """Or less of it is looked at, so that damage to what makes no pixel isn't noticed."""
    sound = saved((520, 515), subsampling=subsampling, quality=60)
    chance, compared = random.Random(subsampling), 0  # noqa: S311 - damage, and no secret
    for _ in range(DAMAGED):
        try:
            header = read_header(mutated(sound, chance))
            if header.eighth is None or jpeg_scale(header, SIDE) != EIGHTH:
                continue
            whole = np.asarray(pixels._decode(header, SIDE))
        except PhotoRefused:
            continue
        assert np.array_equal(np.asarray(pixels._decode(header.eighth, SIDE)), whole)
        compared += 1
    assert compared >= 10


def test_all_scans_are_read_where_they_make_pixels(monkeypatch):
    loaded = []
    load = pixels._load
    monkeypatch.setattr(
        pixels, "_load", lambda header, data, side: loaded.append(data) or load(header, data, side)
    )
    header = read_header(saved((600, 600)))
    for side in (76, 75, 32):
        decode_upright(header, side)
    assert loaded == [header.stripped, header.eighth.stripped, header.eighth.stripped]


def test_no_scan_is_left_out_of_a_jpeg_whose_last_ones_are_missing():
    """There libjpeg guesses what never came, also for pixels at an eighth."""
    data = saved((512, 512))
    cut = data[: data.rindex(b"\xff\xda")] + b"\xff\xd9"
    photo = read_photo(cut)
    assert [warning.code for warning in photo.warnings] == ["scans_missing"]
    assert read_header(cut).eighth is None
    assert read_header(saved((512, 512), progressive=False)).eighth is None


@pytest.mark.parametrize("level", [128, 127])
def test_a_photo_that_is_grey_to_its_last_row_is_whole(level):
    """Its last pixel is what decoders leave, so it is decoded again with more behind each scan."""
    out = io.BytesIO()
    Image.new("RGB", (600, 560), (level, level, level)).save(out, "JPEG", progressive=True)
    image = decode_upright(read_header(out.getvalue()), SIDE)
    assert image.getextrema() == 3 * ((level, level),)


def test_an_import_reads_all_scans_though_a_vector_needs_few():
    data = last_scan_without_its_table(saved((900, 900)))
    photo = read_photo(data)
    with pytest.raises(TruncatedPhoto):
        verify_photo(photo)
    vector = Extractor(architecture_schema()).extract(photo)
    assert np.array_equal(vector, Extractor(architecture_schema()).extract(saved((900, 900))))
