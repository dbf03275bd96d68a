import io
import struct
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from features import (
    AbsurdDimensions,
    AnimatedPhoto,
    Extractor,
    NotAnImage,
    PhotoLimits,
    PhotoRefused,
    PhotoTooSmall,
    TruncatedPhoto,
    UnsupportedBitDepth,
    UnsupportedColourMode,
    UnsupportedFormat,
    architecture_schema,
    difference_hash,
    read_photo,
    vector_digest,
    verify_photo,
)

EXTRACTOR = Extractor(architecture_schema())
FORMATS = ("JPEG", "PNG", "WEBP")


def _bytes(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


_X, _Y = np.meshgrid(np.arange(96), np.arange(80))
_SMALL = Image.fromarray(np.stack([_X * 2, _Y * 3, _X ^ _Y], axis=-1).astype(np.uint8))
SEEDS = [
    *(_bytes(_SMALL, kind) for kind in FORMATS),
    _bytes(_SMALL, "JPEG", progressive=True),
    _bytes(_SMALL.quantize(16), "PNG"),
    _bytes(_SMALL.convert("RGBA"), "WEBP", lossless=True),
]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_photo_says_its_format_and_sides(kind, picture, encode):
    photo = read_photo(encode(picture, kind))
    assert (photo.format, photo.width, photo.height, photo.rotated) == (kind, 160, 120, False)
    verify_photo(photo)


@pytest.mark.parametrize("mode", ["L", "P", "RGB", "RGBA", "LA"])
def test_eight_bit_png_modes_are_read(mode, picture, encode):
    assert np.isfinite(EXTRACTOR.extract(encode(picture.convert(mode)))).all()


def test_what_is_transparent_counts_as_white(encode):
    clear = Image.new("RGBA", (80, 80), (10, 20, 30, 0))
    white = Image.new("RGB", (80, 80), (255, 255, 255))
    assert np.array_equal(EXTRACTOR.extract(encode(clear)), EXTRACTOR.extract(encode(white)))


def _png_header(width, height, bits=8, colour=2):
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + b"\0\0\0\0" + b"\0\0\0\0IEND\0\0\0\0"
    )


REFUSALS = {
    "empty": (b"", NotAnImage),
    "text": (b"hello, this is no image", NotAnImage),
    "gif": (_bytes(_SMALL, "GIF"), UnsupportedFormat),
    "bmp": (_bytes(_SMALL, "BMP"), UnsupportedFormat),
    "tiff": (_bytes(_SMALL, "TIFF"), UnsupportedFormat),
    "cmyk": (_bytes(_SMALL.convert("CMYK"), "JPEG"), UnsupportedColourMode),
    "grey 16 bit": (_png_header(90, 90, bits=16, colour=0), UnsupportedBitDepth),
    "rgb 16 bit": (_png_header(90, 90, bits=16), UnsupportedBitDepth),
    "bomb": (_png_header(60_000, 60_000), AbsurdDimensions),
    "no area": (_png_header(0, 90), AbsurdDimensions),
    "ribbon": (_png_header(1000, 100), AbsurdDimensions),
    "small": (_png_header(63, 90), PhotoTooSmall),
    "apng": (
        _bytes(_SMALL, "PNG", save_all=True, append_images=[_SMALL.rotate(180)]),
        AnimatedPhoto,
    ),
    "awebp": (
        _bytes(_SMALL, "WEBP", save_all=True, append_images=[_SMALL.rotate(180)]),
        AnimatedPhoto,
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_unusable_bytes_are_refused_with_reason_and_advice(case):
    data, kind = REFUSALS[case]
    with pytest.raises(PhotoRefused) as caught:
        read_photo(data)
    assert type(caught.value) is kind
    assert caught.value.reason
    assert caught.value.advice


def test_limits_accept_their_own_bounds():
    read_photo(_png_header(64, 512), PhotoLimits())
    with pytest.raises(UnsupportedFormat):
        read_photo(SEEDS[1], PhotoLimits(formats=frozenset({"JPEG"})))


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_a_cut_file_is_found_at_the_latest_when_decoded(kind, share, picture, encode):
    data = encode(picture.resize((640, 480)), kind)
    with pytest.raises(TruncatedPhoto):
        EXTRACTOR.extract(data[: int(len(data) * share)])


def test_damage_inside_the_data_is_found_by_verify_and_extract(picture, encode):
    data = bytearray(encode(picture))
    at = data.index(b"IDAT") + 4000
    data[at : at + 50] = bytes(50)
    photo = read_photo(bytes(data))
    for act in (verify_photo, EXTRACTOR.extract, difference_hash):
        with pytest.raises(TruncatedPhoto):
            act(photo)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("lost", [1, 100, 5000])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_a_jpeg_that_lost_bytes_in_the_middle_is_refused_or_finite(
    share, lost, progressive, picture, encode
):
    data = encode(picture.resize((640, 480)), "JPEG", quality=90, progressive=progressive)
    at = int(len(data) * share)
    damaged = data[:at] + data[at + lost :]
    try:
        vector = EXTRACTOR.extract(damaged)
    except PhotoRefused:
        return
    assert np.isfinite(vector).all()
    assert vector_digest(vector) != vector_digest(EXTRACTOR.extract(data))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.sampled_from(SEEDS),
    cut=st.floats(0, 1),
    edits=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=12),
    head=st.booleans(),
)
def test_mutated_bytes_raise_refusals_only_and_never_warn(seed, cut, edits, head):
    data = bytearray(seed if cut > 0.7 else seed[: int(len(seed) * cut / 0.7)])
    for where, value in edits:
        reach = min(len(data), 64) if head else len(data)
        if reach:
            data[int(where * reach)] = value
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            vector = EXTRACTOR.extract(bytes(data))
        except PhotoRefused:
            return
    assert np.isfinite(vector).all()


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_rotated_photo_has_the_vector_of_the_upright_one(orientation, picture, encode):
    back = {5: 5, 6: 2, 7: 6, 8: 4, 2: 0, 3: 3, 4: 1}[orientation]  # Pillow's inverse turn
    stored = picture.transpose(Image.Transpose(back))
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = read_photo(encode(stored, exif=exif))
    assert photo.rotated
    assert (photo.width, photo.height) == picture.size
    assert np.array_equal(EXTRACTOR.extract(photo), EXTRACTOR.extract(encode(picture)))


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_orientation_is_read_from_every_format(kind, picture, encode):
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = read_photo(encode(picture, kind, exif=exif))
    assert (photo.rotated, photo.width, photo.height) == (True, 120, 160)


def test_difference_hash_survives_scaling_and_recompression(picture, encode):
    big = difference_hash(read_photo(encode(picture.resize((800, 600)), "JPEG", quality=60)))
    here = difference_hash(read_photo(encode(picture)))
    other = difference_hash(read_photo(encode(picture.transpose(Image.Transpose.ROTATE_90))))
    assert len(here) == 32

    def distance(a, b):
        return (int.from_bytes(a) ^ int.from_bytes(b)).bit_count()

    assert distance(here, big) < 32
    assert distance(here, other) > 64
