import pytest
from support.cases import outcome, passing, result_of

from artifacts.certificate import Proof
from judging.case import Absent


def proved(*differences, bit_equal=True):
    return passing(proof=Proof(differences, bit_equal))


def test_parity_refuses_one_difference_and_names_it():
    found = result_of(proved("golden/a.jpg: style says gothic"), "parity")
    assert (found.outcome, found.value) == ("failed", 1)
    assert "golden/a.jpg" in found.reason


def test_parity_on_the_boundary_differs_in_nothing():
    found = result_of(proved(), "parity")
    assert (found.outcome, found.value) == ("passed", 0)
    assert "last bit" in found.reason


def test_vectors_that_differ_within_the_tolerance_pass_and_are_told():
    found = result_of(proved(bit_equal=False), "parity")
    assert found.outcome == "passed"
    assert "tolerance" in found.reason


def test_many_differences_are_counted_and_the_first_are_named():
    found = result_of(proved(*(f"photo {i}" for i in range(8))), "parity")
    assert found.value == 8
    assert found.reason.endswith("photo 4; and 3 more")


@pytest.mark.parametrize(("at_fault", "expected"), [(False, "missing"), (True, "failed")])
def test_parity_is_missing_where_golden_photos_could_not_be_answered(at_fault, expected):
    assert outcome(passing(proof=Absent("no runtime", at_fault)), "parity") == expected
