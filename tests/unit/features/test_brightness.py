import numpy as np
import pytest
from PIL import Image
from support.photo_files import encoded, scene

from features import mean_brightness, read_photo


@pytest.mark.parametrize(("level", "expected"), [(0, 0.0), (255, 1.0), (51, 0.2)])
def test_mean_brightness_is_that_of_the_pixels(level, expected):
    data = encoded(Image.new("L", (200, 100), level), "PNG")
    assert mean_brightness(read_photo(data)) == pytest.approx(expected, abs=1e-3)


def test_mean_brightness_of_a_large_jpeg_is_not_lost_in_scaled_decoding():
    image = scene(5, 1600, 1200)
    exact = np.asarray(image.convert("L")).mean() / 255
    assert mean_brightness(read_photo(encoded(image, quality=95))) == pytest.approx(exact, abs=0.01)
