import os
from collections import Counter
from pathlib import Path

import pytest
from support.photo_files import jpeg
from support.training_doubles import style_tree

from training.errors import BadTable, NoPhotos
from training.photos.photo_folder import PhotoFolder
from training.photos.sources import FoundFile, Table


def put(path: Path, data: bytes = b"any bytes") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def table_of(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    return put(folder / "table.csv", text.encode(encoding))


def test_files_come_sorted_with_the_folder_that_names_their_style(tmp_path: Path) -> None:
    for name in ("gothic/b.jpg", "gothic/a.jpg", "baroque/deeper/c.jpg", "stray.jpg"):
        put(tmp_path / name)
    assert PhotoFolder(tmp_path).listing().files == (
        FoundFile("baroque/deeper/c.jpg", "baroque"),
        FoundFile("gothic/a.jpg", "gothic"),
        FoundFile("gothic/b.jpg", "gothic"),
        FoundFile("stray.jpg", None),
    )


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    for name in ("gothic/a.jpg", "gothic/.DS_Store", ".git/objects/x.jpg", "gothic/.trash/y.jpg"):
        put(tmp_path / name)
    assert [found.path for found in PhotoFolder(tmp_path).listing().files] == ["gothic/a.jpg"]


def test_what_is_passed_over_is_counted_by_its_kind(tmp_path: Path) -> None:
    ignored = ("Thumbs.db", "desktop.ini", "IMG_1.AAE", "a.jpg.json", "a.MOV", "notes.txt", "x.zip")
    for name in ("a.jpg", ".DS_Store", "._a.jpg", *ignored, "@eaDir/a.jpg", "b.jpg.part"):
        put(tmp_path / "gothic" / name)
    put(tmp_path / "__MACOSX/gothic/a.jpg")
    listing = PhotoFolder(tmp_path).listing()
    assert [found.path for found in listing.files] == ["gothic/a.jpg"]
    assert Counter(found.reason for found in listing.ignored) == {
        "hidden files": 2,
        "system files": 2,
        "system folders": 2,
        "sidecar files": 2,
        "documents": 1,
        "films and sound": 1,
        "archives": 1,
        "unfinished downloads": 1,
    }


def test_a_linked_style_folder_is_entered_and_said(tmp_path: Path) -> None:
    put(tmp_path / "elsewhere/b.jpg")
    put(tmp_path / "in/gothic/a.jpg")
    (tmp_path / "in/baroque").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    listing = PhotoFolder(tmp_path / "in").listing()
    assert [found.path for found in listing.files] == ["baroque/b.jpg", "gothic/a.jpg"]
    assert [(one.code, one.path) for one in listing.remarks] == [("linked_folder", "baroque")]


def test_folders_within_a_style_are_said_to_tie_nothing(tmp_path: Path) -> None:
    put(tmp_path / "gothic/notre dame/a.jpg")
    put(tmp_path / "gothic/chartres/west/a.jpg")
    listing = PhotoFolder(tmp_path).listing()
    assert len(listing.files) == 2
    assert {(one.code, one.path) for one in listing.remarks} == {
        ("folder_within_style", "gothic/notre dame"),
        ("folder_within_style", "gothic/chartres"),
    }


def test_links_in_a_loop_are_entered_once(tmp_path: Path) -> None:
    put(tmp_path / "gothic/a.jpg")
    (tmp_path / "gothic/up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "gothic/self").symlink_to(tmp_path / "gothic/self")
    listing = PhotoFolder(tmp_path).listing()
    assert [found.path for found in listing.files] == ["gothic/a.jpg"]
    assert [found.path for found in listing.ignored] == ["gothic/up"]
    assert [(one.path, one.code) for one in listing.unusable] == [("gothic/self", "broken_link")]


def test_a_file_of_more_bytes_than_a_photo_may_have_is_named_and_not_read(tmp_path: Path) -> None:
    put(tmp_path / "gothic/a.jpg")
    with put(tmp_path / "gothic/film.jpg").open("r+b") as file:
        file.truncate(30_000_000)
    listing = PhotoFolder(tmp_path).listing()
    assert [found.path for found in listing.files] == ["gothic/a.jpg"]
    (problem,) = listing.unusable
    assert problem.code == "file_too_large"
    assert "the file has 30.0 MB, at most 20 may be" in problem.reason


def test_a_link_to_nowhere_is_named(tmp_path: Path) -> None:
    put(tmp_path / "gothic/a.jpg")
    (tmp_path / "gothic/b.jpg").symlink_to(tmp_path / "gone.jpg")
    (problem,) = PhotoFolder(tmp_path).listing().unusable
    assert (problem.path, problem.code) == ("gothic/b.jpg", "broken_link")


def test_a_folder_that_may_not_be_entered_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system refuses root nothing, so the refusal is played."""
    put(tmp_path / "gothic/a.jpg")
    put(tmp_path / "baroque/b.jpg")
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if path.name == "baroque":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr("training.photos.photo_folder.os.scandir", refuse)
    (problem,) = PhotoFolder(tmp_path).listing().unusable
    assert (problem.path, problem.code) == ("baroque", "unreadable_folder")
    assert "chmod" in problem.advice


def test_a_style_folder_without_a_file_is_known(tmp_path: Path) -> None:
    put(tmp_path / "gothic/a.jpg")
    (tmp_path / "baroque").mkdir()
    assert PhotoFolder(tmp_path).listing().empty == ("baroque",)


@pytest.mark.parametrize("name", ["table.csv", "Table.csv", "TABLE.CSV", "table.tsv"])
def test_the_table_is_found_however_its_name_is_written(tmp_path: Path, name: str) -> None:
    put(tmp_path / "gothic/a.jpg")
    put(tmp_path / name, b"path\ngothic/a.jpg\n")
    folder = PhotoFolder(tmp_path)
    assert [line.path for line in folder.table().lines] == ["gothic/a.jpg"]
    assert [found.path for found in folder.listing().files] == ["gothic/a.jpg"]


def test_two_tables_are_refused(tmp_path: Path) -> None:
    put(tmp_path / "gothic/a.jpg")
    put(tmp_path / "Table.csv", b"path\n")
    put(tmp_path / "table.tsv", b"path\n")
    with pytest.raises(BadTable, match=r"Table\.csv and table\.tsv: keep one"):
        PhotoFolder(tmp_path).table()


@pytest.mark.parametrize("name", ["table.xlsx", "Table.ods"])
def test_a_spreadsheet_in_place_of_the_table_is_to_be_exported(tmp_path: Path, name: str) -> None:
    put(tmp_path / "gothic/a.jpg")
    put(tmp_path / name, b"PK\x03\x04")
    with pytest.raises(BadTable, match="export it as CSV"):
        PhotoFolder(tmp_path).table()


def test_a_table_of_another_name_is_said_to_be_unread(tmp_path: Path) -> None:
    put(tmp_path / "gothic/a.jpg")
    put(tmp_path / "years.xlsx", b"PK\x03\x04")
    remarks = PhotoFolder(tmp_path).listing().remarks
    assert [(one.code, one.path) for one in remarks] == [("table_not_read", "years.xlsx")]


def test_the_table_beside_the_photos_is_no_photo(tmp_path: Path) -> None:
    folder = PhotoFolder(style_tree(tmp_path, ("gothic",), 2))
    assert [found.path for found in folder.listing().files] == ["gothic/0.jpg", "gothic/1.jpg"]
    assert [line.path for line in folder.table().lines] == ["gothic/0.jpg", "gothic/1.jpg"]


def test_a_table_elsewhere_is_read_in_place_of_the_one_beside(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 1)
    other = table_of(tmp_path, "path,year\ngothic/0.jpg,1234\n")
    assert PhotoFolder(tree, other).table().lines[0].row.year == 1234


def test_bytes_are_read_by_the_path_that_was_listed(tmp_path: Path) -> None:
    put(tmp_path / "gothic/a.jpg", jpeg(1))
    folder = PhotoFolder(tmp_path)
    assert folder.read(folder.listing().files[0].path) == jpeg(1)


def test_a_file_that_is_gone_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"gothic/a\.jpg"):
        PhotoFolder(tmp_path).read("gothic/a.jpg")


@pytest.mark.parametrize("missing", [True, False])
def test_no_folder_and_an_empty_one_say_what_was_expected(tmp_path: Path, missing: bool) -> None:
    with pytest.raises(NoPhotos, match=r"gothic/cathedral\.jpg"):
        PhotoFolder(tmp_path / "in" if missing else tmp_path).listing()


def test_what_is_no_folder_is_not_said_to_hold_no_photos(tmp_path: Path) -> None:
    (tmp_path / "photos.zip").write_bytes(b"PK")
    with pytest.raises(NoPhotos, match=r"photos\.zip is a file \(unpack an archive first\)"):
        PhotoFolder(tmp_path / "photos.zip").listing()
    with pytest.raises(NoPhotos, match="nowhere isn't there: name the folder"):
        PhotoFolder(tmp_path / "nowhere").listing()


def test_a_folder_that_holds_nothing_but_its_table_has_no_photos(tmp_path: Path) -> None:
    table_of(tmp_path, "path\n")
    with pytest.raises(NoPhotos):
        PhotoFolder(tmp_path).listing()


def test_names_beyond_ascii_come_through(tmp_path: Path) -> None:
    put(tmp_path / "gothic/Kölner Dom, Südseite.jpg")
    table_of(tmp_path, 'path,source\n"gothic/Kölner Dom, Südseite.jpg",Wikimedia - Foto\n')
    folder = PhotoFolder(tmp_path)
    (found,), (line,) = folder.listing().files, folder.table().lines
    assert (line.path, line.row.source) == (found.path, "Wikimedia - Foto")


def test_no_table_is_an_empty_one(tmp_path: Path) -> None:
    assert PhotoFolder(tmp_path).table() == Table()


def test_a_named_table_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="No such file"):
        PhotoFolder(tmp_path, tmp_path / "years.csv").table()


def test_files_that_are_no_regular_files_do_not_hang_the_import(tmp_path: Path) -> None:
    put(tmp_path / "gothic/a.jpg")
    os.mkfifo(tmp_path / "gothic/pipe.jpg")
    listing = PhotoFolder(tmp_path).listing()
    assert [found.path for found in listing.files] == ["gothic/a.jpg"]
    assert [found.code for found in listing.unusable] == ["no_regular_file"]
