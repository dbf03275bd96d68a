"""What training gets of a photo store: every photo of the manifest but for the holdout's."""

import os
from pathlib import Path

import pytest

from artifacts.errors import UnreadableRecord
from artifacts.photo_store import FolderPhotoStore
from delivery.rooms.training_rooms import lay_out_photos


def there(place: Path) -> set[str]:
    return {f"sha256:{path.name}" for path in place.rglob("*") if path.is_file()}


def seen(dataset) -> set[str]:
    return {row.photo for row in dataset.manifest().rows if row.split != "holdout"}


def test_training_gets_no_photo_of_the_holdout(dataset, tmp_path: Path) -> None:
    place = lay_out_photos(dataset.root / "manifest.csv", dataset.store, tmp_path / "photos")
    assert there(place) == seen(dataset)
    for photo in seen(dataset):
        assert FolderPhotoStore(place).get(photo) == dataset.photo(photo)


def test_what_an_earlier_training_was_given_is_gone(dataset, tmp_path: Path) -> None:
    place = tmp_path / "photos"
    (place / "aa").mkdir(parents=True)
    (place / "aa" / "an earlier photo of the holdout").write_bytes(b"photo")
    lay_out_photos(dataset.root / "manifest.csv", dataset.store, place)
    assert there(place) == seen(dataset)


def test_a_photo_that_the_store_lacks_is_left_out(dataset, tmp_path: Path) -> None:
    place = lay_out_photos(dataset.root / "manifest.csv", tmp_path / "empty", tmp_path / "photos")
    assert there(place) == set()


def test_photos_are_copied_where_they_can_not_be_linked(
    dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("another file system")

    monkeypatch.setattr(os, "link", refuse)
    place = lay_out_photos(dataset.root / "manifest.csv", dataset.store, tmp_path / "photos")
    assert there(place) == seen(dataset)


def test_a_manifest_that_can_not_be_read_is_named(dataset, tmp_path: Path) -> None:
    with pytest.raises(UnreadableRecord, match=r"manifest\.csv"):
        lay_out_photos(tmp_path / "manifest.csv", dataset.store, tmp_path / "photos")
