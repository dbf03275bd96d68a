import io

import numpy as np
import pytest
from PIL import Image
from support.photo_files import animated, encoded, jpeg, scene, sideways

from features import (
    CORRUPTIONS,
    AnimatedPhoto,
    Corruption,
    Extractor,
    NotAnImage,
    architecture_schema,
    corrupt_photo,
    read_photo,
)

PHOTO = jpeg(1, width=300, height=240)


def worse(data: bytes, name: str, severity: int = 1, seed: int = 0) -> Image.Image:
    chosen = [c for c in CORRUPTIONS if (c.name, c.severity) == (name, severity)]
    (copy,) = corrupt_photo(data, chosen, np.random.default_rng(seed))
    return Image.open(io.BytesIO(copy))


def levels(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB"), dtype=float)


def change(name: str, severity: int) -> float:
    """The mean difference, in grey levels, from the scaled original (a crop of it all)."""
    whole = Corruption("crop", 1, "all of it", 1.0)
    (clean,) = corrupt_photo(PHOTO, [whole], np.random.default_rng(0))
    original = levels(Image.open(io.BytesIO(clean)))
    return float(np.abs(levels(worse(PHOTO, name, severity)) - original).mean())


def test_every_kind_comes_in_three_severities_and_grey_in_one():
    kinds = {name: [] for name in ("jpeg", "blur", "noise", "brightness", "crop", "grey")}
    for corruption in CORRUPTIONS:
        kinds[corruption.name].append(corruption.severity)
    assert kinds.pop("grey") == [1]
    assert set(map(tuple, kinds.values())) == {(1, 3, 5)}


def test_settings_are_in_words_and_no_two_are_alike():
    settings = [(corruption.name, corruption.setting) for corruption in CORRUPTIONS]
    assert len(set(settings)) == len(settings)
    assert ("jpeg", "quality 15") in settings
    assert ("noise", "Gaussian of 8% of full scale") in settings


@pytest.mark.parametrize("name", ["jpeg", "blur", "noise", "brightness", "crop"])
def test_a_higher_severity_changes_more(name):
    mild, middling, severe = (change(name, severity) for severity in (1, 3, 5))
    assert 0 < mild < middling < severe


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda c: f"{c.name} {c.severity}")
@pytest.mark.parametrize("size", [(64, 64), (160, 120), (120, 900), (700, 500)])
def test_a_copy_of_any_photo_can_be_read_and_has_its_shape(corruption, size):
    data = jpeg(2, *size)
    (copy,) = corrupt_photo(data, [corruption], np.random.default_rng(0))
    photo = read_photo(copy)
    scale = min(1.0, 224 / min(size))
    assert (photo.width, photo.height) == tuple(round(side * scale) for side in size)
    assert np.isfinite(Extractor(architecture_schema()).extract(photo)).all()


def test_grey_photos_stay_grey_and_grey_conversion_changes_nothing():
    data = encoded(scene(3).convert("L"), "PNG")
    for corruption in CORRUPTIONS:
        (copy,) = corrupt_photo(data, [corruption], np.random.default_rng(0))
        assert Image.open(io.BytesIO(copy)).mode == "L"
    assert (levels(worse(data, "grey")) == levels(Image.open(io.BytesIO(data)))).all()


def test_grey_conversion_takes_the_colour_away():
    found = levels(worse(PHOTO, "grey"))
    assert np.ptp(levels(worse(PHOTO, "blur")), axis=2).max() > 0
    assert np.ptp(found, axis=2).max() == 0


def test_brightness_raises_the_value_and_turns_black_grey():
    squares = np.zeros((64, 64, 3), np.uint8)
    squares[:, 32:] = (100, 50, 0)
    found = levels(worse(encoded(Image.fromarray(squares), "PNG"), "brightness"))
    assert found[0, 0].tolist() == [26, 26, 26]
    assert found[0, 40].tolist() == [126, 63, 0]


def test_noise_has_the_spread_that_its_setting_says():
    grey = encoded(Image.new("L", (224, 224), 128), "PNG")
    assert levels(worse(grey, "noise", 1)).std() == pytest.approx(0.08 * 255, rel=0.02)


def test_blur_is_relative_to_the_photo_so_that_a_small_one_suffers_alike():
    edge = np.zeros((448, 448), np.uint8)
    edge[:, 224:] = 255
    wide = worse(encoded(Image.fromarray(edge), "PNG"), "blur", 5)
    small = worse(encoded(Image.fromarray(edge[::4, ::4]), "PNG"), "blur", 5)
    assert (wide.size, small.size) == ((224, 224), (112, 112))
    profile = levels(wide)[100, ::2, 0] - levels(small)[50, :, 0]
    assert np.abs(profile).max() < 0.05 * 255


@pytest.mark.parametrize("name", ["noise", "crop"])
def test_what_is_random_depends_on_the_generator_alone(name):
    first = levels(worse(PHOTO, name, seed=1))
    assert (first == levels(worse(PHOTO, name, seed=1))).all()
    assert (first != levels(worse(PHOTO, name, seed=2))).any()


def test_a_photo_on_its_side_is_put_upright():
    upright = read_photo(sideways(4))
    (copy,) = corrupt_photo(sideways(4), CORRUPTIONS[:1], np.random.default_rng(0))
    assert read_photo(copy).width < read_photo(copy).height
    assert (read_photo(copy).width, read_photo(copy).height) == (upright.width, upright.height)


@pytest.mark.parametrize(("data", "refusal"), [(b"none", NotAnImage), (animated(), AnimatedPhoto)])
def test_what_is_no_photo_is_refused_as_everywhere(data, refusal):
    with pytest.raises(refusal):
        corrupt_photo(data, CORRUPTIONS, np.random.default_rng(0))
