import numpy as np
import pytest

from artifacts.records.evaluation import Evaluation
from gate.measures.slices import measure_dimension, slices_of
from gate.resampling import interval
from scoring.metrics import metrics_of, resampled_metric, sliced_metric


def only(given: Evaluation, dimension: str, name: str) -> Evaluation:
    """The slow reference: the photos of a slice, alone."""
    rows = [i for i, value in enumerate(given.slices[dimension]) if value == name]

    def pick(record, *columns):
        update = {c: tuple(getattr(record, c)[i] for i in rows) for c in columns}
        return record.model_copy(update=update)

    (style,), (era,) = given.classification, given.regression
    return pick(given, "photos", "groups").model_copy(
        update={
            "slices": {},
            "classification": (pick(style, "truths", "probabilities"),),
            "regression": (pick(era, "truths", "values", "lows", "highs"),),
        }
    )


@pytest.mark.parametrize("dimension", ["light", "each"])
def test_a_slice_has_the_metrics_of_its_photos_alone(noisy, resampling, dimension):
    measured = measure_dimension(noisy, dimension, resampling).points
    for name in sorted(set(noisy.slices[dimension])):
        alone = metrics_of(only(noisy, dimension, name))
        found = {metric: values[name] for metric, values in measured.items() if name in values}
        assert found == pytest.approx(alone, abs=1e-12)


def test_a_slice_has_the_metrics_that_its_photos_allow_and_no_other(noisy, resampling):
    found = {s.name: s for s in slices_of(measure_dimension(noisy, "light", resampling), 0.9)}
    assert list(found) == ["day", "dusk", "night", "none"]
    assert {m.partition(".")[0] for m in found["day"].metrics} == {"style", "era"}
    assert {m.partition(".")[0] for m in found["dusk"].metrics} == {"style"}
    assert "style.accuracy" not in found["none"].metrics


def test_a_slice_counts_its_photos_and_building_groups(noisy, resampling):
    found = slices_of(measure_dimension(noisy, "light", resampling), 0.9)
    for one in found:
        inside = [i for i, light in enumerate(noisy.slices["light"]) if light == one.name]
        assert one.photos == len(inside)
        assert one.groups == len({noisy.groups[i] for i in inside})


def test_intervals_are_those_of_the_slices_own_resamples(noisy, resampling):
    (day, *_) = slices_of(measure_dimension(noisy, "light", resampling), 0.9)
    mask = np.array([[light == "day"] for light in noisy.slices["light"]])
    statistics = sliced_metric(noisy, "style.macro_f1", resampling, mask)[:, 0]
    found = day.metrics["style.macro_f1"]
    assert (found.low, found.high) == interval(statistics, 0.9)
    assert found.low < found.value < found.high


def test_a_slice_of_all_photos_is_measured_like_all_photos(noisy, resampling):
    whole = noisy.model_copy(update={"slices": {"all": ("one",) * len(noisy.photos)}})
    (one,) = slices_of(measure_dimension(whole, "all", resampling), 0.95)
    assert {m: e.value for m, e in one.metrics.items()} == pytest.approx(metrics_of(noisy))
    for metric, found in one.metrics.items():
        expected = interval(resampled_metric(noisy, metric, resampling), 0.95)
        assert (found.low, found.high) == pytest.approx(expected)


def test_a_slice_that_some_resample_misses_has_a_value_without_bounds(noisy, resampling):
    """A slice of one photo is drawn in two of three resamples."""
    found = slices_of(measure_dimension(noisy, "each", resampling), 0.95)
    measured = [one.metrics["style.accuracy"] for one in found if "style.accuracy" in one.metrics]
    assert measured
    assert all((e.low, e.high) == (None, None) for e in measured)


def test_a_dimension_of_more_slices_than_a_block_is_measured_whole(noisy, resampling):
    found = measure_dimension(noisy, "each", resampling)
    assert found.statistics["style.accuracy"].shape == (200, 90)
    last = sliced_metric(
        noisy,
        "style.accuracy",
        resampling,
        np.array([[p == found.names[-1]] for p in noisy.photos]),
    )
    np.testing.assert_array_equal(found.statistics["style.accuracy"][:, -1], last[:, 0])
