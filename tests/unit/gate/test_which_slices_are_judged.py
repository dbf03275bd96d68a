"""Which slices the rules on slices judge, and what they say of the others."""

import math

import pytest
from support.cases import gap, measured, passing, result_of, slice_of
from support.policy_documents import DECIDED, policy, settings

NORMAL = slice_of("lighting", "normal", 200, 0.76)
FLOOR, GAP = "slice_floor.lighting", "slice_gap.lighting"


def judged(name, *slices):
    return result_of(measured(slices=slices), name)


@pytest.mark.parametrize("name", [FLOOR, GAP])
def test_slices_of_another_dimension_are_not_taken_for_this_one(name):
    found = judged(name, slice_of("style", "gothic", 80, 0.0), slice_of("style", "tudor", 80, 0.9))
    assert found.outcome == "missing"
    assert "no photo of the holdout carries lighting" in found.reason


@pytest.mark.parametrize("name", [FLOOR, GAP])
def test_a_slice_without_a_photo_is_not_there(name):
    assert judged(name, slice_of("lighting", "dark", 0, 0.9)).outcome == "missing"
    assert "not judged" not in judged(name, NORMAL, slice_of("lighting", "dark", 0, 0.9)).reason


@pytest.mark.parametrize("name", [FLOOR, GAP])
def test_a_slice_of_just_enough_photos_is_not_counted_as_too_small(name):
    found = judged(name, NORMAL, slice_of("lighting", "dark", 30, 0.75))
    assert found.value is not None
    assert "not judged" not in found.reason


def test_two_slices_of_just_enough_photos_have_a_gap():
    small = [slice_of("lighting", one, 30, 0.75) for one in ("dark", "normal")]
    found = judged(GAP, *small)
    assert (found.outcome, found.value) == ("passed", 0.06)


def test_two_large_slices_have_a_gap_beside_one_that_is_too_small():
    sizes = {"dark": 40, "normal": 171, "bright": 29}
    slices = [slice_of("lighting", name, photos, 0.75) for name, photos in sizes.items()]
    assert result_of(measured(slices=slices, gaps=(gap(0.5),)), GAP).outcome == "failed"


def test_a_slice_whose_metric_is_no_number_has_no_lower_bound():
    dark = slice_of("lighting", "dark", 40, 0.9)
    broken = dark.metrics["style.accuracy"].model_copy(update={"value": math.nan})
    dark = dark.model_copy(update={"metrics": {"style.accuracy": broken}})
    assert judged(FLOOR, NORMAL, dark).outcome == "missing"


def test_where_no_slice_has_a_lower_bound_there_is_no_value():
    found = judged(FLOOR, slice_of("lighting", "normal", 200, 0.9, None))
    assert (found.outcome, found.value, found.low) == ("missing", None, None)


@pytest.mark.parametrize("rule", ["slice_floors", "slice_gaps", "slice_regressions"])
def test_a_size_of_the_policy_is_that_of_its_own_dimension(rule):
    slices = {
        "required": [{"dimension": "style", "names": ["gothic"], "min_photos": 5, **DECIDED}],
        "optional": [{"dimension": "lighting", "min_photos": 201, **DECIDED}],
    }
    case = passing(policy=policy(slices=slices, rules=settings()))
    found = result_of(case, f"{rule.removesuffix('s')}.lighting")
    assert found.outcome == "passed"
    assert "none of 2 slices of lighting has 201 photos" in found.reason
