import pytest
from support.cases import RIGHT, evaluation, first_right, passing, result_of
from support.policy_documents import ruled, settings

from judging.case import Absent

PHOTOS, GROUPS = "holdout_size.photos", "holdout_size.groups"


def sized(photos, groups, **changes):
    size = settings()["holdout_size"] | {"min_photos": photos, "min_groups": groups}
    return passing(policy=ruled(holdout_size=size), **changes)


@pytest.mark.parametrize(("least", "expected"), [(240, "passed"), (241, "insufficient")])
def test_holdout_size_on_the_boundary_has_just_enough_photos(least, expected):
    found = result_of(sized(least, 2), PHOTOS)
    assert (found.outcome, found.value) == (expected, 240)


@pytest.mark.parametrize(("least", "expected"), [(120, "passed"), (121, "insufficient")])
def test_holdout_size_refuses_many_photos_of_too_few_buildings(least, expected):
    found = result_of(sized(1, least), GROUPS)
    assert (found.outcome, found.value) == (expected, 120)


def test_what_is_needed_is_told():
    reason = result_of(sized(241, 2), PHOTOS).reason
    assert reason == "240 photos in the holdout, 241 are needed"


def test_one_photo_that_stands_often_counts_once():
    found = evaluation(first_right(RIGHT))
    again = found.model_copy(update={"photos": (found.photos[0],) * 240})
    assert result_of(sized(2, 2, evaluation=again), PHOTOS).outcome == "insufficient"


@pytest.mark.parametrize("name", [PHOTOS, GROUPS])
@pytest.mark.parametrize(("at_fault", "expected"), [(False, "missing"), (True, "failed")])
def test_holdout_size_is_missing_without_an_evaluation(name, at_fault, expected):
    assert result_of(passing(evaluation=Absent("gone", at_fault)), name).outcome == expected
