import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from gate.measures.answers import known_answers, measure_confusion, measure_reliability
from scoring.metrics import metrics_of


def test_a_confusion_is_sklearns_over_photos_of_known_truth(noisy):
    style = noisy.classification[0]
    seen = known_answers(style)
    found = measure_confusion(style)
    expected = confusion_matrix(seen.truths, seen.answers, labels=range(5))
    assert found.labels == style.labels
    assert np.array(found.counts).tolist() == expected.tolist()
    assert sum(map(sum, found.counts)) == sum(truth is not None for truth in style.truths)


def test_a_label_that_never_occurs_keeps_its_row_and_column(noisy):
    style = noisy.classification[0]
    rare = style.model_copy(update={"truths": tuple(t and 1 for t in style.truths)})
    assert [sum(row) > 0 for row in measure_confusion(rare).counts] == [True, True, *[False] * 3]


def test_bins_add_up_to_the_calibration_error(noisy):
    found = measure_reliability(noisy.classification[0])
    photos = sum(one.photos for one in found.bins)
    gaps = [one.photos * abs(one.confidence - one.accuracy) for one in found.bins if one.photos]
    assert sum(gaps) / photos == pytest.approx(metrics_of(noisy)["style.calibration_error"])


def test_bins_lie_end_to_end_and_hold_what_lies_in_them(noisy):
    bins = measure_reliability(noisy.classification[0]).bins
    assert [one.low for one in bins] == pytest.approx(np.arange(10) / 10)
    assert [one.high for one in bins[:-1]] == [one.low for one in bins[1:]]
    assert all(one.low < one.confidence <= one.high for one in bins if one.photos)


def test_an_empty_bin_has_no_means(noisy):
    bins = measure_reliability(noisy.classification[0]).bins
    empty = [one for one in bins if not one.photos]
    assert empty
    assert {(one.confidence, one.accuracy) for one in empty} == {(None, None)}
