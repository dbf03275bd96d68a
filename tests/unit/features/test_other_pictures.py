import io
from itertools import islice

import numpy as np
import pytest
from PIL import Image

from features import Extractor, architecture_schema, other_pictures, read_photo
from features.other_pictures import KINDS, SIDE


def test_every_kind_is_drawn_as_often_and_every_second_one_is_grey():
    pictures = list(other_pictures(2, 7))
    assert [picture.kind for picture in pictures] == [kind for kind in KINDS for _ in range(2)]
    photos = [read_photo(picture.data) for picture in pictures]
    assert {(photo.width, photo.height, photo.format) for photo in photos} == {(SIDE, SIDE, "PNG")}
    modes = [Image.open(io.BytesIO(picture.data)).mode for picture in pictures]
    assert modes == ["RGB", "L"] * len(KINDS)


def test_equal_seeds_draw_equal_bytes_and_others_draw_others():
    first, again, other = (
        [picture.data for picture in other_pictures(1, seed)] for seed in (7, 7, 8)
    )
    assert first == again
    assert all(one != another for one, another in zip(first, other, strict=True))


def test_a_picture_does_not_hang_on_how_many_are_drawn():
    few = [picture.data for picture in islice(other_pictures(1, 7), 1)]
    assert few == [next(iter(other_pictures(5, 7))).data]


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_shows_something_and_every_one_something_else(kind):
    images = [KINDS[kind](np.random.default_rng(seed)) for seed in range(3)]
    levels = [np.asarray(image.convert("L"), dtype=float) for image in images]
    assert all(one.std() > 2 for one in levels)
    assert np.abs(levels[0] - levels[1]).mean() > 1


def test_features_are_made_of_every_picture():
    extractor = Extractor(architecture_schema())
    vectors = extractor.extract_many(picture.data for picture in other_pictures(1, 7))
    assert np.isfinite(vectors).all()
