import os
from pathlib import Path

import pytest
from support.training_doubles import Serial

from artifacts.digests import digest_bytes
from artifacts.errors import UnreadableRecord
from artifacts.records.photos import PhotoManifest, PhotoRow
from training.errors import PhotosMissing
from training.photos.dataset_folder import DatasetFolder
from training.photos.exchange_photos import Exchanged, FolderSharedPhotos, fetch_photos, push_photos

PHOTOS = {digest_bytes(data): data for data in (b"one", b"two", b"three")}


def manifest() -> PhotoManifest:
    return PhotoManifest(
        rows=tuple(
            PhotoRow(
                photo=photo,
                split="train",
                group=photo,
                style="gothic",
                year=None,
                source="made up",
                licence="CC0-1.0",
            )
            for photo in sorted(PHOTOS)
        )
    )


def dataset(folder: Path, photos: dict[str, bytes]) -> DatasetFolder:
    made = DatasetFolder(folder)
    for data in photos.values():
        made.photos.put(data)
    return made


def push(own: DatasetFolder, shared: FolderSharedPhotos) -> Exchanged:
    return push_photos(manifest(), own.photos, shared, Serial())


def fetch(own: DatasetFolder, shared: FolderSharedPhotos) -> Exchanged:
    return fetch_photos(manifest().rows, own.photos, shared, Serial())


def test_photos_that_were_pushed_are_fetched_elsewhere_byte_by_byte(tmp_path: Path) -> None:
    shared = FolderSharedPhotos(tmp_path / "shared")

    pushed = push(dataset(tmp_path / "mine", PHOTOS), shared)
    theirs = dataset(tmp_path / "theirs", {})
    fetched = fetch(theirs, shared)

    assert (pushed, fetched) == (Exchanged(3, 0), Exchanged(3, 0))
    assert {photo: theirs.photos.get(photo) for photo in PHOTOS} == PHOTOS


def test_what_is_there_is_not_moved_again(tmp_path: Path) -> None:
    shared, mine = FolderSharedPhotos(tmp_path / "shared"), dataset(tmp_path / "mine", PHOTOS)
    push(mine, shared)

    assert push(mine, shared) == Exchanged(0, 3)
    assert fetch(mine, shared) == Exchanged(0, 3)


def test_a_fetched_photo_takes_no_second_place_on_the_disk(tmp_path: Path) -> None:
    shared = FolderSharedPhotos(tmp_path / "shared")
    push(dataset(tmp_path / "mine", PHOTOS), shared)
    theirs = dataset(tmp_path / "theirs", {})

    fetch(theirs, shared)

    assert {theirs.photos.path(photo).stat().st_nlink for photo in PHOTOS} == {2}


def test_a_photo_is_copied_where_links_are_not_to_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    shared = FolderSharedPhotos(tmp_path / "shared")
    push(dataset(tmp_path / "mine", PHOTOS), shared)
    theirs = dataset(tmp_path / "theirs", {})

    fetch(theirs, shared)

    assert {photo: theirs.photos.get(photo) for photo in PHOTOS} == PHOTOS


def test_a_changed_photo_is_replaced_on_both_sides(tmp_path: Path) -> None:
    shared, mine = FolderSharedPhotos(tmp_path / "shared"), dataset(tmp_path / "mine", PHOTOS)
    push(mine, shared)
    photo = min(PHOTOS)
    for place in (tmp_path / "shared", tmp_path / "mine/photos"):
        (found,) = place.rglob(photo.removeprefix("sha256:"))
        found.unlink()
        found.write_bytes(b"other bytes")

    with pytest.raises(PhotosMissing, match="its bytes were changed"):
        fetch(mine, shared)
    mine.photos.path(photo).write_bytes(PHOTOS[photo])

    assert push(mine, shared) == Exchanged(1, 2)


def test_every_missing_photo_is_named_and_the_others_are_brought(tmp_path: Path) -> None:
    shared = FolderSharedPhotos(tmp_path / "shared")
    there, *missing = sorted(PHOTOS)
    shared.send(there, PHOTOS[there])
    theirs = dataset(tmp_path / "theirs", {})

    with pytest.raises(PhotosMissing) as refusal:
        fetch(theirs, shared)

    assert all(photo in str(refusal.value) for photo in missing)
    assert len(refusal.value.problems) == len(missing)
    assert theirs.photos.get(there) == PHOTOS[there]


def test_a_dataset_without_its_photos_pushes_none(tmp_path: Path) -> None:
    with pytest.raises(PhotosMissing, match="the dataset lacks 3 photos"):
        push(dataset(tmp_path / "mine", {}), FolderSharedPhotos(tmp_path / "shared"))


def test_bytes_of_another_digest_are_not_kept(tmp_path: Path) -> None:
    shared, photo = FolderSharedPhotos(tmp_path / "shared"), min(PHOTOS)

    with pytest.raises(UnreadableRecord, match="another digest"):
        shared.send(photo, b"other bytes")

    assert not shared.holds(photo)
