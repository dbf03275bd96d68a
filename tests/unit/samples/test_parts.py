import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.facades.canvas import Canvas
from samples.facades.dice import Dice
from samples.facades.elements.openings import disc, grown, outline
from samples.facades.geometry import Pose, aim, blend, cross, dot, tint, unit

SIZE = (400, 300)
STRAIGHT = Pose(0.0, 1.6, 2.0, 0.0, 0.0, 0.9, (0.0, 0.0))
BOX = (0.0, 0.0, 2.0, 4.0)


def canvas_from(pose=STRAIGHT):
    return Canvas(aim(pose, (10.0, 8.0, 6.0), SIZE), (0.0, 0.6, 0.8), SIZE)


def test_the_camera_frames_the_whole_building():
    camera = aim(STRAIGHT, (10.0, 8.0, 6.0), SIZE)
    for corner in ((-5.0, 0.0, 0.0), (5.0, 8.0, 0.0), (5.0, 8.0, -6.0)):
        x, y = camera.project(corner)
        assert 0 <= x <= SIZE[0]
        assert 0 <= y <= SIZE[1]


def test_a_point_behind_the_lens_has_no_pixel():
    assert aim(STRAIGHT, (10.0, 8.0, 6.0), SIZE).project((0.0, 0.0, 500.0)) is None


def test_a_surface_and_the_camera_agree_on_every_pixel():
    canvas = canvas_from(Pose(0.4, 2.0, 1.8, 0.5, 0.02, 0.9, (0.0, 0.0)))
    surface = canvas.surface((1.0, 2.0, -1.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0), (9, 9, 9))
    place = surface.world(0.5, 1.5, 0.2)
    assert surface.at(0.5, 1.5, 0.2) == pytest.approx(canvas.camera.project(place))


def test_a_wall_turned_away_takes_no_paint():
    canvas = canvas_from()
    back = canvas.surface((5.0, 0.0, -6.0), (-1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (200, 0, 0))
    back.rect(0, 0, 10, 8)
    assert canvas.colour.getbbox() is None


def test_a_wall_that_faces_the_sun_is_lighter_than_one_that_does_not():
    canvas = canvas_from()
    assert canvas.lit((0.0, 0.0, 1.0)) > canvas.lit((1.0, 0.0, 0.0))


@pytest.mark.parametrize("kind", ["rect", "round", "pointed", "segment", "whiplash", "kokoshnik"])
def test_an_outline_fills_its_box_from_foot_to_crown(kind):
    points = outline(kind, BOX)
    assert min(v for _, v in points) == 0.0
    assert max(v for _, v in points) == pytest.approx(4.0)


def test_a_pointed_arch_is_sharper_than_a_round_one():
    def width_near_top(kind):
        high = [u for u, v in outline(kind, BOX) if v > 3.6]
        return max(high) - min(high)

    assert width_near_top("pointed") < width_near_top("round")


def test_a_grown_outline_keeps_its_foot():
    small = disc(1.0, 1.0, 1.0)
    points = grown(small, 0.5)
    assert min(v for _, v in points) == pytest.approx(min(v for _, v in small))
    assert max(u for u, _ in points) == pytest.approx(2.5)


@given(st.integers(0, 2**32), st.integers(-5, 5), st.integers(0, 9))
def test_dice_stay_within_their_bounds(seed, low, more):
    dice = Dice(np.random.SeedSequence(seed))
    assert low <= dice.whole(low, low + more) <= low + more
    assert low <= dice.between(low, low + 1) < low + 1
    assert dice.pick("abc") in "abc"
    assert -2 <= dice.near(0, 1) <= 2


def test_vectors_obey_their_algebra():
    a, b = (1.0, 2.0, 3.0), (-2.0, 0.5, 1.0)
    assert dot(cross(a, b), a) == pytest.approx(0)
    assert dot(unit(a), unit(a)) == pytest.approx(1)


def test_colours_stay_colours():
    assert tint((200, 100, 0), 9.0) == (255, 255, 0)
    assert blend((0, 0, 0), (100, 200, 50), 0.5) == (50, 100, 25)
