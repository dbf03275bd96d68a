import csv
from pathlib import Path

import pytest
from support.photo_files import jpeg

from artifacts.digests import digest_bytes, hex_part
from artifacts.errors import UnreadableRecord
from artifacts.records.photos import PhotoManifest, PhotoRow
from training.photos.dataset_folder import DatasetFolder
from training.photos.problems import Problem

ADVICE = "Replace it"


def a_manifest(*photos: bytes) -> PhotoManifest:
    rows = [
        PhotoRow(
            photo=digest_bytes(data),
            split="train",
            group=f"building {number}",
            style="gothic",
            year=1248,
            source="drawn",
            licence="CC0-1.0",
            slices={"region": "north"},
        )
        for number, data in enumerate(photos)
    ]
    return PhotoManifest(rows=tuple(sorted(rows, key=lambda row: row.photo)))


def test_a_new_dataset_is_empty(tmp_path: Path) -> None:
    assert DatasetFolder(tmp_path / "data").manifest().rows == ()


def test_a_manifest_comes_back_as_it_was_written(tmp_path: Path) -> None:
    manifest = a_manifest(jpeg(1), jpeg(2))
    DatasetFolder(tmp_path / "data").write(manifest)
    found = DatasetFolder(tmp_path / "data").manifest()
    assert found == manifest
    assert found.digest == manifest.digest


def test_a_manifest_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text("photo,style\nnonsense\n", encoding="utf-8")
    with pytest.raises(UnreadableRecord, match=r"manifest\.csv"):
        DatasetFolder(tmp_path).manifest()


def test_photos_lie_under_their_digests(tmp_path: Path) -> None:
    dataset = DatasetFolder(tmp_path)
    photo = dataset.photos.put(jpeg(1))
    name = hex_part(photo)
    assert photo == digest_bytes(jpeg(1))
    assert (tmp_path / "photos" / name[:2] / name).read_bytes() == jpeg(1)
    assert dataset.photos.get(photo) == jpeg(1)


def test_quarantine_keeps_the_bytes_and_says_why(tmp_path: Path) -> None:
    data = b"no image"
    problem = Problem("gothic/a.JPG", digest_bytes(data), "not_an_image", "no, image", ADVICE)
    table = DatasetFolder(tmp_path).quarantine([problem], {"gothic/a.JPG": data}.__getitem__)
    kept = tmp_path / "quarantine" / f"{hex_part(problem.photo)}.JPG"
    assert kept.read_bytes() == data
    with table.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row == {
        "path": "gothic/a.JPG",
        "photo": problem.photo,
        "code": "not_an_image",
        "reason": "no, image",
        "advice": ADVICE,
        "outcome": "left out",
        "cause": "not_an_image",
    }


def test_a_problem_without_bytes_is_told_and_nothing_is_read_for_it(tmp_path: Path) -> None:
    def read(path: str) -> bytes:
        raise AssertionError(path)

    problem = Problem("gothic/gone.jpg", "", "bad_table_row", "no such file", ADVICE)
    table = DatasetFolder(tmp_path).quarantine([problem], read)
    assert "gothic/gone.jpg" in table.read_text(encoding="utf-8")
    assert list(table.parent.iterdir()) == [table]


def test_the_table_of_reasons_is_that_of_the_last_import(tmp_path: Path) -> None:
    dataset = DatasetFolder(tmp_path)
    for name in ("first.jpg", "second.jpg"):
        table = dataset.quarantine([Problem(name, "", "bad_table_row", "why", ADVICE)], bytes)
    text = table.read_text(encoding="utf-8")
    assert "second.jpg" in text
    assert "first.jpg" not in text
