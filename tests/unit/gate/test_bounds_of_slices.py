"""The bounds of a slice's difference, worked out beside the rule by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
from support.cases import PHOTOS, champion, evaluation, passing, result_of

from gate.comparing import PairedResamples, student_quantile
from gate.resampling import resample_groups

METRIC, NAME = "style.accuracy", "slice_regression.lighting"
SIX = tuple(f"building {i // 40}" for i in range(PHOTOS))
OURS = [i % 7 != 0 for i in range(PHOTOS)]
THEIRS = [i % 5 != 0 for i in range(PHOTOS)]


def compared(groups, lighting=("normal",) * PHOTOS, hidden=(), heads=()):
    """A case over given buildings; the style of hidden photos is not known."""

    def changed(found):
        (style,) = found.classification
        truths = tuple(None if i in hidden else truth for i, truth in enumerate(style.truths))
        known = style.model_copy(update={"truths": truths})
        others = tuple(style.model_copy(update=one) for one in heads)
        changes = {"groups": groups, "slices": {"lighting": lighting}}
        return found.model_copy(update=changes | {"classification": (known, *others)})

    serving = champion(THEIRS)
    return passing(
        evaluation=changed(evaluation(OURS)),
        champion=replace(serving, evaluation=changed(serving.evaluation)),
        comparing=PairedResamples(resample_groups(groups, 2000, 7)),
    )


def differences(case, *masks, confidence=0.95):
    members = {f"slice {i}": tuple(mask.tolist()) for i, mask in enumerate(masks)}
    theirs = case.champion.evaluation
    found = case.comparing.by_slice(case.evaluation, theirs, METRIC, members, confidence)
    assert found is not None
    return found


# Abramowitz and Stegun (1964), 26.7.5, evaluated with forty digits.
@pytest.mark.parametrize(
    ("confidence", "degrees", "expected"),
    [(0.9, 4, 1.5329177515071137), (0.95, 4, 2.129917998885199), (0.998, 7, 4.193827665223461)],
)
def test_the_quantile_is_that_of_the_expansion_to_the_last_term(confidence, degrees, expected):
    assert student_quantile(confidence, degrees) == pytest.approx(expected, rel=1e-9)


def test_the_bounds_are_the_enlarged_error_of_the_bootstrap_at_the_corrected_confidence():
    case = compared(SIX)
    gain = np.array(OURS, dtype=float) - np.array(THEIRS, dtype=float)
    masks = np.arange(PHOTOS) < 200, np.ones(PHOTOS, dtype=bool)
    for one, mask, buildings in zip(differences(case, *masks), masks, (5, 6), strict=True):
        sums = np.array([gain[mask & (np.array(SIX) == f"building {i}")].sum() for i in range(6)])
        sizes = np.array([(mask & (np.array(SIX) == f"building {i}")).sum() for i in range(6)])
        counts = case.comparing.resampling.counts
        error = np.std((counts @ sums) / (counts @ sizes)) * math.sqrt(buildings / (buildings - 1))
        reach = student_quantile(1 - 0.05 / 2, buildings - 1) * error
        assert (one.photos, one.difference) == (mask.sum(), pytest.approx(gain[mask].mean()))
        assert one.bounds == pytest.approx((one.difference - reach, one.difference + reach))


@pytest.mark.parametrize(("buildings", "bounded"), [(4, False), (5, True)])
def test_five_buildings_have_bounds_and_four_have_none(buildings, bounded):
    groups = tuple(f"building {i * buildings // PHOTOS}" for i in range(PHOTOS))
    (one,) = differences(compared(groups), np.ones(PHOTOS, dtype=bool))
    assert (one.bounds is not None) is bounded


def test_a_slice_that_some_resample_lacks_has_no_bounds():
    groups = tuple(f"building {i // 2}" for i in range(PHOTOS))
    (one,) = differences(compared(groups), np.arange(PHOTOS) < 10)
    assert one.bounds is None


def test_where_no_slice_has_bounds_there_is_no_value():
    found = result_of(compared(("castle",) * PHOTOS), NAME)
    assert (found.outcome, found.value, found.high) == ("missing", None, None)


@pytest.mark.parametrize(("hidden", "word"), [(0, "none of 2 slices"), (11, "1 with fewer than")])
def test_photos_of_unknown_style_are_left_out_of_a_slice(hidden, word):
    lighting = ("dark",) * 40 + ("normal",) * (PHOTOS - 40)
    groups = tuple(f"building {i // 4}" for i in range(PHOTOS))
    found = result_of(compared(groups, lighting, hidden=range(hidden)), NAME)
    assert word in found.reason


def test_photos_of_which_another_head_knows_nothing_are_not():
    lighting = ("dark",) * 40 + ("normal",) * (PHOTOS - 40)
    groups = tuple(f"building {i // 4}" for i in range(PHOTOS))
    roof = {"head": "roof", "truths": (None,) * PHOTOS}
    found = result_of(compared(groups, lighting, heads=[roof]), NAME)
    assert "none of 2 slices is surely worse" in found.reason
