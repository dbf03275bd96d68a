import numpy as np
import pytest
from PIL import Image

from features.blocks import Lines
from features.pixels import Pixels
from features.schema import PixelSpec

_SIDE = PixelSpec().side
_BLOCK = Lines()
_UPPER, _LOWER, _LEVEL = range(3)


def _values(grey):
    """Return (shares of the spectrum, contrast, share of edge strength) of each profile."""
    values = _BLOCK.compute(Pixels(Image.fromarray(grey), PixelSpec())).reshape(3, -1)
    return values[:, :-2] ** 2, values[:, -2], values[:, -1]


def _comb(spacing):
    """Upright bars whose edges are so many pixels apart."""
    row = np.where(np.arange(_SIDE) // spacing % 2, 200, 50).astype(np.uint8)
    return np.tile(row, (_SIDE, 1))


def _band(frequency):
    return int(np.searchsorted(_BLOCK.edges, frequency, side="right")) - 1


@pytest.mark.parametrize("spacing", [6, 8, 12, 16])
def test_a_comb_of_upright_bars_peaks_at_the_spacing_of_its_edges(spacing):
    shares, _contrast, _strength = _values(_comb(spacing))
    assert shares[_UPPER].argmax() == shares[_LOWER].argmax() == _band(_SIDE / spacing)
    assert shares[_LEVEL].sum() == pytest.approx(0, abs=1e-3)


def test_level_bars_show_in_the_level_profile_only():
    shares, _contrast, strength = _values(np.ascontiguousarray(_comb(12).T))
    assert shares[_LEVEL].argmax() == _band(_SIDE / 12)
    assert strength == pytest.approx([0, 0, 1], abs=1e-3)


def test_the_halves_are_told_apart():
    grey = _comb(8)
    grey[: _SIDE // 2] = _comb(16)[: _SIDE // 2]
    shares, _contrast, _strength = _values(grey)
    assert (shares[_UPPER].argmax(), shares[_LOWER].argmax()) == (_band(6), _band(12))


def test_lines_have_more_contrast_than_noise_and_a_wall_has_none():
    noise = np.random.default_rng(2).integers(0, 256, (_SIDE, _SIDE), dtype=np.uint8)
    wall = np.full((_SIDE, _SIDE), 120, dtype=np.uint8)
    assert _values(_comb(8))[1][_UPPER] > 5 * _values(noise)[1].max()
    assert not np.concatenate([part.ravel() for part in _values(wall)]).any()
