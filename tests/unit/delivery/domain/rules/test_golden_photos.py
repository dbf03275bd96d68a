import pytest

from delivery.domain.evidence import Absent
from delivery.domain.rules.golden_photos import judge_golden_photos
from scoring.proof import Proof


def test_golden_photos_pass_without_a_difference():
    found = judge_golden_photos(Proof((), bit_equal=True))
    assert (found.outcome, found.value) == ("passed", 0)
    assert "last bit" in found.reason


def test_vectors_that_differ_within_the_tolerance_pass_and_are_told():
    found = judge_golden_photos(Proof((), bit_equal=False))
    assert found.outcome == "passed"
    assert "tolerance" in found.reason


def test_one_difference_fails_and_is_named():
    found = judge_golden_photos(Proof(("golden/a.jpg: style says gothic",), bit_equal=True))
    assert (found.outcome, found.value) == ("failed", 1)
    assert "golden/a.jpg" in found.reason


def test_many_differences_are_counted_and_the_first_are_named():
    found = judge_golden_photos(Proof(tuple(f"photo {i}" for i in range(8)), bit_equal=True))
    assert found.value == 8
    assert found.reason.endswith("photo 4; and 3 more")


@pytest.mark.parametrize(("at_fault", "outcome"), [(False, "missing"), (True, "failed")])
def test_golden_photos_that_could_not_be_answered_do_not_pass(at_fault, outcome):
    assert judge_golden_photos(Absent("no runtime", at_fault)).outcome == outcome
