import numpy as np
import pytest
from PIL import Image

from features.blocks import Symmetry
from features.pixels import Pixels
from features.schema import PixelSpec

_SIDE = PixelSpec().side
_NOISE = np.random.default_rng(1).integers(0, 256, (_SIDE, _SIDE), dtype=np.uint8)


def _scores(grey):
    block = Symmetry()
    values = block.compute(Pixels(Image.fromarray(grey), PixelSpec()))
    return values.reshape(3, block.bands)


def _mirrored(grey):
    left = grey[:, : _SIDE // 2]
    return np.hstack([left, left[:, ::-1]])


def test_a_picture_of_two_mirrored_halves_scores_one():
    assert _scores(_mirrored(_NOISE)) == pytest.approx(np.ones((3, 8)), abs=1e-3)


def test_a_picture_without_symmetry_scores_about_zero():
    assert abs(_scores(_NOISE).mean()) < 0.2


def test_light_that_falls_from_one_side_scores_minus_one_in_brightness():
    ramp = np.tile(np.linspace(0, 255, _SIDE).astype(np.uint8), (_SIDE, 1))
    assert _scores(ramp)[0] == pytest.approx(-np.ones(8), abs=1e-3)


def test_every_band_of_rows_is_scored_for_itself():
    half = _NOISE.copy()
    half[: _SIDE // 2] = _mirrored(_NOISE)[: _SIDE // 2]
    brightness = _scores(half)[0]
    assert brightness[:4] == pytest.approx(np.ones(4), abs=1e-3)
    assert brightness[4:].max() < 0.9


def test_an_empty_wall_scores_zero():
    wall = np.full((_SIDE, _SIDE), 90, dtype=np.uint8)
    assert _scores(wall) == pytest.approx(np.zeros((3, 8)), abs=1e-5)
