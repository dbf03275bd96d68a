"""Fingerprints tie near-copies, and neither frames nor empty pictures tie strangers."""

import itertools

import numpy as np
import pytest
from PIL import Image
from support.photo_files import encoded, scene

from features import difference_hash, read_photo

TIED = 32
"""Bits of 256 up to which an import ties photos (params.yaml)."""


def fingerprint(image: Image.Image, kind: str = "PNG", **options: object) -> int:
    photo = read_photo(encoded(image, kind, **options))
    return int.from_bytes(difference_hash(photo))


def distance(one: int, other: int) -> int:
    return (one ^ other).bit_count()


def framed(seed: int, inner: int, colour: str = "white", bars: str = "all") -> Image.Image:
    """A square picture in a frame, or between two bars."""
    picture = scene(seed, inner, inner)
    width = 256 if bars in ("all", "sides") else inner
    height = 256 if bars in ("all", "top") else inner
    frame = Image.new("RGB", (width, height), colour)
    frame.paste(picture, ((width - inner) // 2, (height - inner) // 2))
    return frame


@pytest.mark.parametrize("inner", [48, 96, 160, 224])
@pytest.mark.parametrize("colour", ["white", "black", "beige"])
def test_strangers_in_equal_frames_are_not_alike(inner: int, colour: str) -> None:
    prints = [fingerprint(framed(seed, inner, colour)) for seed in range(12)]
    nearest = min(distance(one, other) for one, other in itertools.combinations(prints, 2))
    assert nearest > 2 * TIED


@pytest.mark.parametrize("bars", ["all", "top", "sides"])
def test_a_photo_is_alike_with_and_without_its_frame(bars: str) -> None:
    bare = fingerprint(scene(3, 160, 160))
    assert distance(bare, fingerprint(framed(3, 160, "white", bars))) < TIED


def test_a_compressed_frame_is_a_frame() -> None:
    clean = fingerprint(framed(3, 160))
    assert distance(clean, fingerprint(framed(3, 160), "JPEG", quality=40)) < TIED


def test_a_clear_sky_is_no_frame() -> None:
    """It is uniform on one side alone; where it ends would hang on compression."""
    plain = scene(5, 160, 160)
    sky = Image.new("RGB", (160, 240), (250, 250, 255))
    sky.paste(plain, (0, 80))
    assert distance(fingerprint(plain), fingerprint(sky)) > TIED
    assert distance(fingerprint(sky), fingerprint(sky, "JPEG", quality=50)) < TIED


def test_pictures_with_hardly_any_structure_are_alike_to_nobody() -> None:
    flat = [Image.new("RGB", (128, 128), (grey, grey, grey)) for grey in range(0, 250, 25)]
    spot = Image.new("RGB", (128, 128), "white")
    spot.paste("black", (100, 100, 110, 110))
    prints = [fingerprint(image) for image in (*flat, spot)]
    nearest = min(distance(one, other) for one, other in itertools.combinations(prints, 2))
    assert nearest > 2 * TIED


def test_a_dark_photo_has_the_structure_of_a_bright_one() -> None:
    bright = scene(8, 256, 256).convert("L")
    dark = Image.fromarray((np.asarray(bright) / 12).astype(np.uint8))
    assert distance(fingerprint(bright), fingerprint(dark)) < TIED


def test_a_picture_that_is_all_frame_is_taken_whole() -> None:
    assert fingerprint(Image.new("RGB", (128, 128), "white")) != 0
