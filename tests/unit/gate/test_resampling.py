import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.resampling import interval, one_sided_bounds, resample_groups

GROUPS = ("a", "a", "b", "c", "c", "c")


def test_every_resample_draws_as_many_groups_as_there_are():
    resampling = resample_groups(GROUPS, resamples=500, seed=1)
    assert resampling.counts.shape == (500, 3)
    assert (resampling.counts.sum(axis=1) == 3).all()


def test_photos_of_one_group_are_drawn_together():
    resampling = resample_groups(GROUPS, resamples=50, seed=1)
    per_photo = resampling.counts[:, resampling.group_of]
    assert (per_photo[:, 0] == per_photo[:, 1]).all()
    assert (per_photo[:, 3] == per_photo[:, 5]).all()


def test_a_seed_repeats_the_draw_and_another_one_changes_it():
    first = resample_groups(GROUPS, resamples=50, seed=1).counts
    assert (first == resample_groups(GROUPS, resamples=50, seed=1).counts).all()
    assert (first != resample_groups(GROUPS, resamples=50, seed=2).counts).any()


def test_groups_are_drawn_evenly_however_many_photos_they_have():
    counts = resample_groups(GROUPS, resamples=20_000, seed=3).counts
    assert counts.mean(axis=0) == pytest.approx([1, 1, 1], abs=0.03)


@settings(max_examples=40, deadline=None)
@given(
    values=st.lists(st.integers(-1000, 1000), min_size=1, max_size=12),
    labels=st.lists(st.sampled_from("abcd"), min_size=12, max_size=12),
    counted=st.lists(st.booleans(), min_size=12, max_size=12),
)
def test_sums_and_medians_are_those_of_photos_repeated_one_by_one(values, labels, counted):
    size = len(values)
    numbers, mask = np.array(values, dtype=float), np.array(counted[:size])
    resampling = resample_groups(tuple(labels[:size]), resamples=30, seed=4)
    sums, medians = resampling.sums(numbers[:, None]), resampling.medians(numbers, mask)
    for row, (counts, total, median) in enumerate(
        zip(resampling.counts, sums[:, 0], medians, strict=True)
    ):
        times = counts[resampling.group_of].astype(int)
        assert total == np.repeat(numbers, times).sum(), row
        chosen = np.repeat(numbers[mask], times[mask])
        if len(chosen):
            assert median == np.median(chosen)
        else:
            assert np.isnan(median)


def test_once_draws_every_group_once():
    once = resample_groups(GROUPS, resamples=5, seed=1).once()
    assert once.sums(np.ones((6, 1))).tolist() == [[6.0]]


def test_bounds_are_order_statistics_rounded_outwards():
    statistics = np.arange(1000.0)
    assert one_sided_bounds(statistics, 0.95) == (49.0, 950.0)
    assert interval(statistics, 0.95) == (24.0, 975.0)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_there_is_no_interval_where_a_resample_had_nothing_to_measure(bad):
    assert one_sided_bounds(np.array([0.1, bad, 0.2]), 0.95) is None
    assert interval(np.array([]), 0.95) is None
