import io

import numpy as np
import pytest
from PIL import Image

from samples.facades import SPANS, STYLES, UnknownStyle, draw_building, draw_facades
from samples.facades.canvas import Canvas
from samples.facades.dice import Dice
from samples.facades.draw import _plan
from samples.facades.geometry import Vec, aim
from samples.facades.mood import LONGEST, SHORTEST, Mood, draw_mood
from samples.facades.palette import mix_palette
from samples.facades.site import Site
from samples.facades.styles import RULES

MANY = (3, 3)


def mood_of(seed: int) -> Mood:
    return draw_mood(Dice(np.random.SeedSequence(seed)))


def site_under(mood: Mood, seed: int) -> Site:
    def begin(extent: Vec) -> Canvas:
        size = (mood.size[0] * 2, mood.size[1] * 2)
        return Canvas(aim(mood.pose, extent, size), mood.sun, size)

    dice = Dice(np.random.SeedSequence(seed))
    palette = mix_palette(dice, ("brick",))
    return Site(dice, palette, begin, Dice(np.random.SeedSequence(seed)), mood.lit_share)


def test_there_are_25_styles_and_each_has_a_span_and_a_drawing():
    assert len(STYLES) == len(set(STYLES)) == 25
    assert set(STYLES) == set(SPANS) == set(RULES)


def test_the_same_seed_gives_the_same_bytes():
    styles = ("gothic", "novelty")
    first = list(draw_facades(1, 7, styles=styles))
    assert first == list(draw_facades(1, 7, styles=styles))


def test_another_seed_gives_other_photos():
    assert draw_building("gothic", 0, 7)[0].photo != draw_building("gothic", 0, 8)[0].photo


def test_a_larger_count_leaves_the_earlier_photos_equal():
    few = list(draw_facades(1, 3, styles=("baroque", "georgian")))
    many = list(draw_facades(2, 3, styles=("baroque", "georgian")))
    assert [f for f in many if f.building.endswith("-0000")] == few


def test_a_building_drawn_alone_equals_the_one_in_the_set():
    of_set = [
        f for f in draw_facades(3, 3, styles=("byzantine",)) if f.building == "byzantine-0002"
    ]
    assert tuple(of_set) == draw_building("byzantine", 2, 3)


def test_more_views_leave_the_earlier_ones_equal():
    assert draw_building("palladian", 0, 3, (3, 3))[:2] == draw_building("palladian", 0, 3, (2, 2))


@pytest.mark.parametrize("style", STYLES)
def test_each_style_draws_photos_that_decode_and_are_not_blank(style):
    for seed in (1, 2):
        for facade in draw_building(style, 0, seed, (1, 1)):
            image = Image.open(io.BytesIO(facade.photo))
            assert image.format == "JPEG"
            assert image.size == (facade.width, facade.height)
            assert SHORTEST <= max(image.size) <= LONGEST
            assert np.asarray(image.convert("L")).std() > 6


@pytest.mark.parametrize("style", STYLES)
def test_a_style_makes_the_same_choices_in_every_view(style):
    """Else two views of one building would show two buildings."""
    states = []
    for mood_seed in (1, 2, 3):
        site = site_under(mood_of(mood_seed), 11)
        RULES[style].draw(site)
        states.append(site.dice.generator.bit_generator.state)
    assert all(state == states[0] for state in states)


@pytest.mark.parametrize("style", STYLES)
def test_years_and_regions_lie_within_the_span_of_the_style(style):
    span = SPANS[style]
    plans = [_plan(5, style, number, (1, 1)) for number in range(20)]
    assert all(span.first <= plan.year <= span.last for plan in plans)
    assert {plan.region for plan in plans} <= set(span.regions)


def test_views_of_a_building_share_group_year_and_region_but_not_bytes():
    views = draw_building("queen_anne", 4, 9, MANY)
    assert [f.view for f in views] == [0, 1, 2]
    assert {f.building for f in views} == {"queen_anne-0004"}
    assert len({(f.year, f.region) for f in views}) == 1
    assert len({f.photo for f in views}) == 3


def test_the_number_of_views_stays_within_its_bounds():
    counts = {len(draw_building("novelty", k, 2, (1, 2))) for k in range(6)}
    assert counts == {1, 2}


def test_an_unknown_style_is_refused_with_its_name():
    with pytest.raises(UnknownStyle) as caught:
        draw_building("brutalist", 0, 1)
    assert caught.value.style == "brutalist"


def test_a_style_that_paints_before_it_stands_is_told_so():
    with pytest.raises(RuntimeError, match="stand"):
        _ = site_under(mood_of(1), 1).canvas
