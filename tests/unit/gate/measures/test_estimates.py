import numpy as np
import pytest
from support.dataset_rows import dataset_rows
from support.gate_cases import evaluation

from gate.measures.slices import estimate, measure_metrics
from gate.resampling import interval, resample_groups
from scoring.metrics import LABELS, NUMBERS, metrics_of, resampled_metric


def test_every_metric_has_its_value_and_the_interval_of_its_resamples(noisy, resampling):
    found = measure_metrics(noisy, resampling, 0.9)
    assert {name: one.value for name, one in found.items()} == metrics_of(noisy)
    assert {name.partition(".")[2] for name in found} == {*LABELS, *NUMBERS}
    for name, one in found.items():
        assert (one.low, one.high) == interval(resampled_metric(noisy, name, resampling), 0.9)


def test_a_higher_confidence_gives_a_wider_interval(noisy, resampling):
    narrow = measure_metrics(noisy, resampling, 0.5)["style.accuracy"]
    wide = measure_metrics(noisy, resampling, 0.99)["style.accuracy"]
    assert wide.low < narrow.low < narrow.high < wide.high


def test_there_are_no_bounds_where_a_resample_had_nothing_to_measure():
    found = estimate(0.5, np.array([0.4, np.nan, 0.6]), 0.9)
    assert (found.value, found.low, found.high) == (0.5, None, None)


def test_what_cannot_be_measured_is_not_there(noisy, resampling):
    style = noisy.classification[0].model_copy(update={"truths": (None,) * len(noisy.photos)})
    blind = noisy.model_copy(update={"classification": (style,)})
    assert {n.partition(".")[0] for n in measure_metrics(blind, resampling, 0.9)} == {"era"}
    assert "style.accuracy" in measure_metrics(noisy, resampling, 0.9)


def test_intervals_hold_the_truth_as_often_as_they_say():
    """200 holdouts of 60 buildings, two photos each, from a model that is right 6 times of 10."""
    rows, rng, held = dataset_rows(120, per_group=2), np.random.default_rng(2), 0
    for trial in range(200):
        of_building = rng.beta(3, 2, 60).repeat(2)
        given = evaluation(rows, (rng.random(120) < of_building).tolist(), rows.digest)
        drawn = resample_groups(given.groups, 400, trial)
        statistics = resampled_metric(given, "style.accuracy", drawn)
        one = estimate(0.0, statistics, 0.9)
        held += one.low <= 0.6 <= one.high
    assert held / 200 == pytest.approx(0.9, abs=0.05)
