import math

import pytest
from support.cases import gap, measured, outcome, passing, result_of, slice_of
from support.staging_asked import WHY

from judging.case import Absent

NAME = "slice_gap.lighting"


@pytest.mark.parametrize(
    ("value", "expected"), [(0.3, "passed"), (0.9 - 0.6, "passed"), (0.3001, "failed")]
)
def test_slice_gaps_on_the_boundary_pass_and_beyond_it_fail(value, expected):
    assert outcome(measured(gaps=(gap(value),)), NAME) == expected


def test_slice_gaps_refuses_and_names_best_and_worst():
    found = result_of(measured(gaps=(gap(0.5),)), NAME)
    assert (found.outcome, found.value, found.low) == ("failed", 0.5, 0.45)
    assert "normal is best, dark worst" in found.reason
    assert WHY in found.reason


@pytest.mark.parametrize(
    "gaps",
    [
        (),
        (gap(0.1, dimension="style"),),
        (gap(0.1, min_photos=60),),
        (gap(0.1).model_copy(update={"metric": "style.macro_f1"}),),
        (gap(0.1).model_copy(update={"gap": gap(0.1).gap.model_copy(update={"value": math.nan})}),),
    ],
)
def test_slice_gaps_is_missing_where_this_very_gap_was_not_measured(gaps):
    assert outcome(measured(gaps=gaps), NAME) == "missing"


def test_one_large_slice_alone_has_no_gap_and_that_is_told():
    slices = (slice_of("lighting", "normal", 200, 0.8), slice_of("lighting", "dark", 29, 0.1))
    found = result_of(measured(slices=slices, gaps=()), NAME)
    assert found.outcome == "passed"
    assert "one alone has no gap" in found.reason
    assert "1 with fewer than 30 photos not judged" in found.reason


def test_a_required_dimension_that_no_photo_carries_is_missing():
    assert outcome(measured(slices=(), gaps=(gap(0.1),)), NAME) == "missing"


@pytest.mark.parametrize(("at_fault", "expected"), [(False, "missing"), (True, "failed")])
def test_slice_gaps_is_missing_without_evidence(at_fault, expected):
    assert outcome(passing(evidence=Absent("gone", at_fault)), NAME) == expected
