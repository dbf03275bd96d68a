import pytest
from support.cases import HOLDOUT, outcome, passing, result_of

from artifacts.policies.membership import Membership
from judging.case import Absent

PHOTOS = tuple(f"photo {i}" for i in range(8))


def pinned(missing=(), changed=(), unpinned=()):
    columns = ("slice.region", "year") if changed else ()
    return passing(membership=Membership(HOLDOUT, missing, changed, unpinned, columns))


@pytest.mark.parametrize("what", ["missing", "changed"])
def test_holdout_pin_refuses_a_holdout_from_which_one_photo_was_taken_or_changed(what):
    found = result_of(pinned(**{what: PHOTOS[:1]}), "holdout_pin")
    assert (found.outcome, found.value) == ("failed", 1)
    assert "photo 0" in found.reason


def test_some_are_named_and_all_are_counted():
    found = result_of(pinned(missing=PHOTOS[:6], changed=PHOTOS[6:]), "holdout_pin")
    assert found.value == 8
    assert (
        "6 pinned photos are missing and 2 differ from the pin in slice.region, year"
        in found.reason
    )
    assert found.reason.endswith("photo 4 and more")


def test_holdout_pin_on_the_boundary_has_every_pinned_photo_and_no_other():
    found = result_of(pinned(), "holdout_pin")
    assert (found.outcome, found.value) == ("passed", 0)


def test_photos_that_are_not_pinned_leave_undecided_and_say_what_to_do():
    found = result_of(pinned(unpinned=PHOTOS[:1]), "holdout_pin")
    assert (found.outcome, found.value) == ("missing", 1)
    assert "gate pin-holdout" in found.reason


def test_new_photos_do_not_excuse_one_that_is_gone():
    assert outcome(pinned(missing=PHOTOS[:1], unpinned=PHOTOS[1:]), "holdout_pin") == "failed"


@pytest.mark.parametrize(("at_fault", "expected"), [(False, "missing"), (True, "failed")])
def test_holdout_pin_is_missing_where_nothing_is_pinned(at_fault, expected):
    assert outcome(passing(membership=Absent("no pin", at_fault)), "holdout_pin") == expected
