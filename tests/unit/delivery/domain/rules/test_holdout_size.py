import pytest
from support.delivery_fakes import dataset_rows, evaluation

from delivery.domain.evidence import Absent
from delivery.domain.policy import HoldoutSize
from delivery.domain.rules.holdout_size import judge_holdout_size

SIZE = HoldoutSize(min_photos=10, min_groups=5)


def judged(photos, per_group):
    rows = dataset_rows(photos, per_group)
    return judge_holdout_size(SIZE, evaluation(rows, [True] * photos, rows.digest))


def test_a_holdout_on_the_boundary_is_large_enough():
    photos, groups = judged(photos=10, per_group=2)
    assert (photos.outcome, photos.value) == ("passed", 10)
    assert (groups.outcome, groups.value) == ("passed", 5)


def test_one_photo_too_few_is_insufficient():
    photos, groups = judged(photos=9, per_group=1)
    assert (photos.outcome, groups.outcome) == ("insufficient", "passed")
    assert photos.reason == "9 photos in the holdout, 10 are needed"


def test_many_photos_of_too_few_buildings_are_insufficient():
    photos, groups = judged(photos=40, per_group=10)
    assert (photos.outcome, groups.outcome) == ("passed", "insufficient")


def test_one_photo_that_stands_often_counts_once():
    rows = dataset_rows(10, 2)
    found = evaluation(rows, [True] * 10, rows.digest)
    again = found.model_copy(update={"photos": (found.photos[0],) * 10})
    photos, _ = judge_holdout_size(SIZE, again)
    assert (photos.outcome, photos.value) == ("insufficient", 1)


@pytest.mark.parametrize(("at_fault", "outcome"), [(False, "missing"), (True, "failed")])
def test_the_size_is_not_known_without_an_evaluation(at_fault, outcome):
    found = judge_holdout_size(SIZE, Absent("nothing", at_fault))
    assert [one.outcome for one in found] == [outcome, outcome]
