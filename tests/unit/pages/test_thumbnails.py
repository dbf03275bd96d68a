import base64
import io

import numpy as np
import pytest
from PIL import Image
from support.photo_files import BAD_PHOTOS, encoded, jpeg, scene, sideways

from pages import LONGEST, Picture, Unshown, thumbnail


def opened(picture: Picture | Unshown) -> Image.Image:
    assert isinstance(picture, Picture), picture
    kind, _, data = picture.uri.partition(",")
    assert kind == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(data)))


@pytest.mark.parametrize(("width", "height"), [(1600, 900), (300, 2000), (161, 160)])
def test_the_longest_side_is_bounded_and_the_shape_is_kept(width: int, height: int) -> None:
    image = opened(thumbnail(jpeg(1, width, height)))
    assert max(image.size) == LONGEST
    assert image.width / image.height == pytest.approx(width / height, rel=0.05)


def test_a_small_photo_is_not_made_larger() -> None:
    picture = thumbnail(jpeg(1, 80, 70))
    assert isinstance(picture, Picture)
    assert (picture.width, picture.height) == (80, 70) == opened(picture).size


def test_a_photo_on_its_side_is_put_upright_and_its_metadata_stays_behind() -> None:
    image = opened(thumbnail(sideways(3)))
    assert image.height > image.width
    assert not image.getexif()


def test_what_is_transparent_is_white() -> None:
    clear = np.zeros((100, 100, 4), dtype=np.uint8)
    image = opened(thumbnail(encoded(Image.fromarray(clear), "PNG")))
    assert image.getpixel((50, 50)) == (255, 255, 255)


@pytest.mark.parametrize("code", BAD_PHOTOS)
def test_no_odd_photo_breaks_a_page(code: str) -> None:
    found = thumbnail(BAD_PHOTOS[code][1]())
    assert isinstance(found, Picture) or found.reason


@pytest.mark.parametrize("data", [b"", b"not a photo", jpeg(1)[:100], b"\xff\xd8\xff" + bytes(90)])
def test_bytes_that_are_no_photo_are_unshown_with_a_reason(data: bytes) -> None:
    found = thumbnail(data)
    assert isinstance(found, Unshown)
    assert "can't be decoded" in found.reason


def test_a_format_that_nobody_sends_is_not_even_opened() -> None:
    assert isinstance(thumbnail(encoded(scene(1), "TIFF")), Unshown)


def test_a_photo_of_absurd_size_is_unshown_before_it_is_decoded() -> None:
    bomb = encoded(Image.new("1", (12_000, 12_000)), "PNG")
    found = thumbnail(bomb)
    assert isinstance(found, Unshown)
    assert "too large to show" in found.reason


def test_a_photo_of_a_fifty_megapixel_phone_is_shown() -> None:
    assert isinstance(thumbnail(encoded(Image.new("L", (8_160, 6_144)), "JPEG")), Picture)


def test_a_jpeg_that_holds_a_second_picture_is_shown() -> None:
    two = encoded(scene(1), "MPO", save_all=True, append_images=[scene(2)])
    assert isinstance(thumbnail(two), Picture)
