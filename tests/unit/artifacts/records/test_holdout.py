"""The pin of a holdout: its digest is the split's, and everything a score depends on is in it."""

import pytest
from pydantic import ValidationError

from artifacts.digests import digest_json
from artifacts.records.holdout import HoldoutPin, PinnedPhoto
from artifacts.records.photos import PhotoManifest, PhotoRow, Split


def row(number: int, split: Split = "holdout", year: int | None = 1900) -> PhotoRow:
    return PhotoRow(
        photo=digest_json(number),
        split=split,
        group=f"building {number}",
        style="gothic",
        year=year,
        source="made up",
        licence="CC0-1.0",
        slices={"region": "north"},
    )


def manifest(*rows: PhotoRow) -> PhotoManifest:
    return PhotoManifest(rows=tuple(sorted(rows, key=lambda one: one.photo)))


ROWS = manifest(row(1), row(2, year=None), row(3, "train"))
PIN = HoldoutPin.of("architecture", ROWS)


def test_a_pin_has_the_digest_of_the_split_that_it_pins():
    assert PIN.split_digest == ROWS.split_digest("holdout")


def test_a_pin_holds_the_holdout_and_nothing_else():
    assert {p.photo for p in PIN.photos} == {row(1).photo, row(2).photo}


@pytest.mark.parametrize(
    "change",
    [
        *(
            {"style": "tudor"},
            {"year": 1901},
            {"group": "another"},
            {"photo": "sha256:" + "0" * 64},
        ),
        *({"source": "another"}, {"slices": {"region": "south"}}, {"slices": {}}),
    ],
)
def test_every_pinned_field_changes_the_digest(change: dict[str, object]):
    first, *rest = PIN.photos
    photos = sorted([first.model_copy(update=change), *rest], key=lambda p: p.photo)
    assert HoldoutPin(model="architecture", photos=tuple(photos)).split_digest != PIN.split_digest


def test_a_pin_of_nothing_is_no_pin():
    with pytest.raises(ValidationError):
        HoldoutPin.of("architecture", manifest(row(1, "train")))


@pytest.mark.parametrize("order", [lambda p: p[::-1], lambda p: (p[0], p[0])])
def test_photos_stand_once_and_in_order(order):
    with pytest.raises(ValidationError, match="not sorted, or one stands twice"):
        HoldoutPin(model="architecture", photos=order(PIN.photos))


def test_a_pinned_photo_takes_all_but_split_and_licence_from_its_row():
    assert PinnedPhoto.of(row(1)) == PinnedPhoto(
        photo=row(1).photo,
        group="building 1",
        style="gothic",
        year=1900,
        source="made up",
        slices={"region": "north"},
    )


def test_a_pinned_photo_names_its_columns_as_the_manifest_does():
    assert PinnedPhoto.of(row(1)).columns == {
        "photo": row(1).photo,
        "group": "building 1",
        "style": "gothic",
        "year": 1900,
        "source": "made up",
        "slice.region": "north",
    }
