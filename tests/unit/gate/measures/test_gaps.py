import pytest
from support.dataset_rows import dataset_rows
from support.gate_cases import evaluation

from artifacts.records.evaluation import Evaluation
from gate.measures.slices import Dimension, gaps_of, measure_dimension
from gate.resampling import resample_groups

PHOTOS = 100


def measured(hits: list[bool], column: list[str], **changes: object) -> Dimension:
    """A dimension over photos of which each is a building of its own."""
    rows = dataset_rows(len(hits), per_group=1)
    plain: Evaluation = evaluation(rows, hits, rows.digest)
    sliced = plain.model_copy(update={"slices": {"light": tuple(column)}} | changes)
    return measure_dimension(sliced, "light", resample_groups(sliced.groups, 500, 1))


def day_and_night(small: int = 0) -> Dimension:
    """By day 45 of 50 right, by night 30 of 50, and perhaps some photos at dusk, none right."""
    hits = [i < 45 for i in range(50)] + [i < 30 for i in range(50)] + [False] * small
    return measured(hits, ["day"] * 50 + ["night"] * 50 + ["dusk"] * small)


def gap(dimension: Dimension, metric: str, min_photos: int = 20):
    return next(g for g in gaps_of(dimension, min_photos, 0.9) if g.metric == metric)


def test_a_gap_is_best_minus_worst():
    found = gap(day_and_night(), "style.accuracy")
    assert (found.dimension, found.best, found.worst) == ("light", "day", "night")
    assert found.gap.value == pytest.approx(0.9 - 0.6)
    assert found.gap.low < 0.3 < found.gap.high


def test_where_less_is_better_the_best_slice_has_least():
    found = gap(day_and_night(), "style.calibration_error")
    assert (found.best, found.worst) == ("day", "night")
    assert found.gap.value == pytest.approx((0.8 - 0.6) - (0.9 - 0.8))


def test_slices_with_too_few_photos_are_left_out():
    assert gap(day_and_night(small=19), "style.accuracy").worst == "night"
    assert gap(day_and_night(small=20), "style.accuracy").worst == "dusk"


def test_photos_without_a_truth_do_not_make_a_slice_large():
    dimension = day_and_night()
    fewer = dict.fromkeys(dimension.measured, (50, 19))
    assert gaps_of(Dimension(**(vars(dimension) | {"measured": fewer})), 20, 0.9) == ()


def test_one_large_slice_alone_has_no_gap():
    assert gaps_of(measured([True] * 50, ["day"] * 50), 20, 0.9) == ()
    assert gaps_of(day_and_night(), 51, 0.9) == ()


def test_slices_that_are_equally_good_have_a_gap_of_nothing():
    found = gap(measured([True] * 100, ["day"] * 50 + ["night"] * 50), "style.accuracy")
    assert (found.gap.value, found.gap.low, found.gap.high) == (0, 0, 0)


def test_a_gap_that_chance_could_have_made_has_an_interval_around_zero():
    hits = [i % 50 < (40 if i < 50 else 38) for i in range(100)]
    found = gap(measured(hits, ["day"] * 50 + ["night"] * 50), "style.accuracy")
    assert found.gap.low < 0 < found.gap.value < found.gap.high
