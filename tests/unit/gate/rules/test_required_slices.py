import pytest
from support.cases import measured, outcome, passing, result_of, slice_of
from support.policy_documents import DECIDED, policy

from judging.case import Absent

NAME = "required_slices.lighting"


def with_photos(photos, name="normal", dimension="lighting"):
    return measured(slices=(slice_of(dimension, name, photos, 0.75),))


@pytest.mark.parametrize(("photos", "expected"), [(29, "insufficient"), (30, "passed")])
def test_required_slices_on_the_boundary_have_just_enough_photos(photos, expected):
    found = result_of(with_photos(photos), NAME)
    assert (found.outcome, found.value) == (expected, photos)


def test_required_slices_refuses_too_few_photos_and_names_the_slice():
    assert "normal has 29" in result_of(with_photos(29), NAME).reason


@pytest.mark.parametrize("case", [with_photos(99, name="dark"), with_photos(99, dimension="era")])
def test_a_slice_that_is_not_there_is_insufficient_and_not_forgotten(case):
    found = result_of(case, NAME)
    assert (found.outcome, found.value) == ("insufficient", 0)


def test_every_named_slice_must_be_there():
    required = {"dimension": "lighting", "names": ["normal", "dark"], "min_photos": 30, **DECIDED}
    both = policy(
        slices={
            "required": [required],
            "optional": [{"dimension": "style", "min_photos": 30, **DECIDED}],
        }
    )
    assert outcome(passing(policy=both), NAME) == "passed"
    few = with_photos(99).evidence
    assert outcome(passing(policy=both, evidence=few), NAME) == "insufficient"


@pytest.mark.parametrize(("at_fault", "expected"), [(False, "missing"), (True, "failed")])
def test_required_slices_is_missing_without_evidence(at_fault, expected):
    assert outcome(passing(evidence=Absent("gone", at_fault)), NAME) == expected


def test_the_value_is_the_smallest_named_slice():
    required = {"dimension": "lighting", "names": ["normal", "dark"], "min_photos": 30, **DECIDED}
    both = policy(
        slices={
            "required": [required],
            "optional": [{"dimension": "style", "min_photos": 30, **DECIDED}],
        }
    )
    assert result_of(passing(policy=both), NAME).value == 40
