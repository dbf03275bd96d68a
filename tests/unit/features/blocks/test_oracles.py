"""Independent code computes the same features, where the definitions coincide."""

import numpy as np
import pytest
from PIL import Image
from skimage.feature import local_binary_pattern

from features.blocks import Gradients, Texture
from features.blocks.texture import binary_patterns
from features.pixels import Pixels
from features.schema import PixelSpec

_SIDE = PixelSpec().side
_RNG = np.random.default_rng(5)
_WAVES = 127 + 100 * np.sin(np.indices((_SIDE, _SIDE)).sum(axis=0) / 7)
IMAGES = {
    "noise": _RNG.integers(0, 256, (_SIDE, _SIDE), dtype=np.uint8),
    "waves": (_WAVES + _RNG.normal(0, 3, (_SIDE, _SIDE))).clip(0, 255).astype(np.uint8),
}


def _pixels(grey):
    return Pixels(Image.fromarray(grey), PixelSpec())


def _counted_pairs(grey, down, right):
    """Count pairs one by one: joint[a, b] of strong pixels a and the pixel (down, right) of a."""
    wide = np.pad(grey.astype(float), 1, mode="edge")
    level, upright = wide[1:-1, 2:] - wide[1:-1, :-2], wide[2:, 1:-1] - wide[:-2, 1:-1]
    level[:, [0, -1]] = 0
    upright[[0, -1]] = 0
    strong = np.hypot(level, upright) > np.hypot(level, upright).mean()
    code = np.floor(np.arctan2(upright, level) / (np.pi / 4) + 0.5).astype(int) % 8
    joint = np.zeros((8, 8))
    for row, column in zip(*np.nonzero(strong), strict=True):
        end = row + down, column + right
        if max(end) < _SIDE and min(end) >= 0 and strong[end]:
            joint[code[row, column], code[end]] += 1
    return joint


@pytest.mark.parametrize("name", IMAGES)
def test_gradient_pairs_agree_with_counting_them_one_by_one(name):
    grey = IMAGES[name]
    block = Gradients(distances=(3,), band_distance=3)
    found = block.compute(_pixels(grey))[: 3 * 64].reshape(3, 8, 8) ** 2
    mirror = (4 - np.arange(8)) % 8

    def mirrored(joint):
        return joint[mirror][:, mirror]

    right, below = _counted_pairs(grey, 0, 3), _counted_pairs(grey, 3, 0)
    diagonals = _counted_pairs(grey, 3, 3) + mirrored(_counted_pairs(grey, 3, -3))
    expected = np.stack([right + mirrored(right).T, below + mirrored(below), diagonals])
    assert found == pytest.approx(expected / expected.sum(), abs=1e-5)


@pytest.mark.parametrize("name", IMAGES)
def test_binary_patterns_agree_with_scikit_image(name):
    """There a neighbour as bright counts; so it does here in the negative, where bits turn."""
    grey = IMAGES[name]
    codes = ~binary_patterns(255 - grey, 1)
    axes = local_binary_pattern(grey, 4, 1)[1:-1, 1:-1].astype(int)
    for bit in range(4):
        assert np.array_equal(codes >> 2 * bit & 1, axes >> bit & 1)


def test_a_neighbour_must_be_brighter_by_the_tolerance_even_next_to_white():
    grey = np.full((3, 3), 250, dtype=np.uint8)
    grey[1, 2] = 255
    assert [int(binary_patterns(grey, step)[0, 0]) for step in (5, 6, 255)] == [1, 0, 0]


def test_a_tolerance_beyond_eight_bits_is_refused():
    for tolerance in (0, 256):
        with pytest.raises(ValueError, match="tolerance"):
            Texture(tolerance=tolerance)


def test_a_mirrored_photo_has_the_same_pairs_and_patterns():
    grey = IMAGES["waves"]
    there, back = _pixels(grey), _pixels(np.ascontiguousarray(grey[:, ::-1]))
    for block in (Gradients(), Texture()):
        assert block.compute(there) == pytest.approx(block.compute(back), abs=0.02)
