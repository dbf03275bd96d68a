"""A holdout may grow. Whoever takes a photo away, or eases its truth, is refused by name."""

import pytest
from support.dataset_rows import dataset_rows

from artifacts.policies.holdouts import Grown, grow, shrunk
from artifacts.policies.membership import Membership
from artifacts.records.holdout import HoldoutPin
from artifacts.records.photos import PhotoManifest
from artifacts.refusal import Refusal

SMALL, LARGE = dataset_rows(10), dataset_rows(14)
PIN = HoldoutPin.of("architecture", SMALL)


def changed(**change: object) -> PhotoManifest:
    first, *rest = SMALL.rows
    return PhotoManifest(rows=(first.model_copy(update=change), *rest))


def test_the_first_pin_takes_the_holdout_as_it_is():
    assert grow(None, "architecture", SMALL) == Grown(PIN, 10)


def test_the_same_holdout_pins_nothing_new():
    assert grow(PIN, "architecture", SMALL) == Grown(PIN, 0)


def test_added_photos_are_pinned():
    # The first ten photos of both have the same digests and truths; groups follow the sorted order.
    before = HoldoutPin.of("architecture", PhotoManifest(rows=LARGE.rows[:10]))
    outcome = grow(before, "architecture", LARGE)
    assert isinstance(outcome, Grown)
    assert (outcome.added, outcome.pin.split_digest) == (4, LARGE.split_digest("holdout"))


def test_a_photo_that_is_gone_is_refused_by_its_digest():
    outcome = grow(PIN, "architecture", PhotoManifest(rows=SMALL.rows[1:]))
    assert isinstance(outcome, Refusal)
    assert "1 pinned photos are missing" in outcome.reason
    assert SMALL.rows[0].photo in outcome.reason


CHANGES = pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"style": "tudor"}, "style"),
        ({"year": 1200}, "year"),
        ({"group": "another"}, "group"),
        ({"source": "another"}, "source"),
        ({"slices": {"region": "south"}}, "slice.region"),
    ],
)


@CHANGES
def test_a_photo_of_which_a_pinned_column_changed_is_refused_by_the_column(
    change: dict[str, object], column: str
):
    outcome = grow(PIN, "architecture", changed(**change))
    assert isinstance(outcome, Refusal)
    assert f"1 pinned photos are changed in {column} (" in outcome.reason


@CHANGES
def test_a_pin_that_says_something_else_of_a_photo_is_no_grown_one(
    change: dict[str, object], column: str
):
    after = HoldoutPin.of("architecture", changed(**change))
    assert f"1 pinned photos are changed in {column} (" in shrunk(PIN, after)
    assert not shrunk(PIN, HoldoutPin.of("architecture", SMALL))


def test_another_licence_is_no_other_holdout():
    assert grow(PIN, "architecture", changed(licence="another")) == Grown(PIN, 0)


def test_a_photo_that_moved_to_train_is_missing():
    outcome = grow(PIN, "architecture", changed(split="train", group="alone"))
    assert isinstance(outcome, Refusal)
    assert "missing" in outcome.reason


def test_no_more_than_a_few_photos_are_named():
    outcome = grow(PIN, "architecture", PhotoManifest(rows=SMALL.rows[8:]))
    assert isinstance(outcome, Refusal)
    assert "and 3 more" in outcome.reason


def test_a_manifest_without_a_holdout_pins_nothing():
    rows = tuple(row.model_copy(update={"split": "train"}) for row in SMALL.rows)
    assert isinstance(grow(PIN, "architecture", PhotoManifest(rows=rows)), Refusal)


def test_membership_tells_photos_apart_that_are_gone_changed_and_new():
    gone, kept, eased = SMALL.rows[0], SMALL.rows[1:9], SMALL.rows[9]
    new = eased.model_copy(update={"photo": "sha256:" + "f" * 64})
    rows = (*kept, eased.model_copy(update={"year": 1}), new)
    found = Membership.of(PIN, PhotoManifest(rows=rows))
    assert (found.missing, found.changed) == ((gone.photo,), (eased.photo,))
    assert (found.unpinned, found.pin) == ((new.photo,), PIN.split_digest)
    assert found.columns == ("year",)


def test_every_pinned_photo_is_missing_from_a_manifest_without_a_holdout():
    rows = tuple(row.model_copy(update={"split": "train"}) for row in SMALL.rows)
    found = Membership.of(PIN, PhotoManifest(rows=rows))
    assert len(found.missing) == len(PIN.photos)
