import pytest
from support.cases import evidence, measured, outcome, passing, result_of, slice_of
from support.policy_documents import DECIDED, policy, settings
from support.staging_asked import WHY

from judging.case import Absent

NAME = "slice_floor.lighting"
NORMAL = slice_of("lighting", "normal", 200, 0.76)


def sliced(*found):
    return measured(slices=found)


def optional(dimension, *found):
    """A floor over a dimension that the policy doesn't require."""
    floor = settings()["slice_floors"][0] | {"dimension": dimension}
    entry = {"dimension": dimension, "min_photos": 30, **DECIDED}
    slices = {
        "required": [{"dimension": "lighting", "names": ["normal"], "min_photos": 30, **DECIDED}],
        "optional": [entry],
    }
    rules = settings(slice_floors=[floor])
    case = passing(policy=policy(slices=slices, rules=rules), evidence=evidence(slices=found))
    return result_of(case, f"slice_floor.{dimension}")


@pytest.mark.parametrize(("half", "expected"), [(0.1, "passed"), (0.1001, "failed")])
def test_slice_floors_on_the_boundary_judge_the_lower_bound_and_not_the_value(half, expected):
    found = result_of(sliced(NORMAL, slice_of("lighting", "dark", 40, 0.5, half)), NAME)
    assert found.outcome == expected
    assert found.value == found.low == pytest.approx(0.5 - half)


def test_slice_floors_refuses_and_names_every_slice_that_breaks_the_floor():
    found = result_of(
        sliced(
            NORMAL,
            slice_of("lighting", "dark", 40, 0.45),
            slice_of("lighting", "bright", 50, 0.3),
            slice_of("lighting", "blue", 29, 0.1),
        ),
        NAME,
    )
    assert (found.outcome, found.value) == ("failed", 0.2)
    assert "dark 0.450 (from 0.350 to 0.550, 40 photos)" in found.reason
    assert "bright 0.300" in found.reason
    assert "normal" not in found.reason
    assert "blue" not in found.reason
    assert "1 with fewer than 30 photos not judged" in found.reason
    assert WHY in found.reason


@pytest.mark.parametrize(("photos", "expected"), [(29, "passed"), (30, "failed")])
def test_a_slice_is_judged_from_the_policys_size_on(photos, expected):
    assert outcome(sliced(NORMAL, slice_of("lighting", "dark", photos, 0.1)), NAME) == expected


def test_slice_floors_is_missing_where_a_large_slice_has_no_lower_bound():
    found = result_of(sliced(NORMAL, slice_of("lighting", "dark", 40, 0.9, None)), NAME)
    assert found.outcome == "missing"
    assert "dark" in found.reason


def test_slice_floors_is_missing_where_the_metric_was_not_measured():
    dark = slice_of("lighting", "dark", 40, 0.9).model_copy(update={"metrics": {}})
    assert outcome(sliced(NORMAL, dark), NAME) == "missing"


def test_a_slice_that_fails_is_not_hidden_by_one_without_a_bound():
    unmeasured = slice_of("lighting", "bright", 40, 0.9, None)
    found = result_of(sliced(unmeasured, slice_of("lighting", "dark", 40, 0.1)), NAME)
    assert found.outcome == "failed"
    assert "no lower bound of bright" in found.reason


@pytest.mark.parametrize("name", [(), ("unknown",)])
def test_a_required_dimension_that_no_photo_carries_is_missing(name):
    found = sliced(*(slice_of("lighting", one, 200, 0.9) for one in name))
    assert outcome(found, NAME) == "missing"


def test_a_required_dimension_whose_slices_are_all_too_small_is_insufficient():
    assert outcome(sliced(slice_of("lighting", "normal", 29, 0.9)), NAME) == "insufficient"


def test_an_optional_dimension_that_no_photo_carries_passes_and_says_so():
    found = optional("region")
    assert found.outcome == "passed"
    assert "no photo of the holdout carries region" in found.reason


def test_an_optional_dimension_of_small_slices_passes_and_says_so():
    found = optional("region", slice_of("region", "north", 29, 0.0))
    assert found.outcome == "passed"
    assert "none of 1 slices of region has 30 photos" in found.reason


def test_an_optional_dimension_of_large_slices_is_judged():
    assert optional("region", slice_of("region", "north", 30, 0.2)).outcome == "failed"


def test_photos_that_lack_the_dimension_are_judged_beside_those_that_carry_it():
    """Else a bad slice could be hidden by leaving its cells empty."""
    unknown = slice_of("lighting", "unknown", 40, 0.1)
    assert outcome(sliced(NORMAL, unknown), NAME) == "failed"


@pytest.mark.parametrize(("at_fault", "expected"), [(False, "missing"), (True, "failed")])
def test_slice_floors_is_missing_without_evidence(at_fault, expected):
    assert outcome(passing(evidence=Absent("gone", at_fault)), NAME) == expected
