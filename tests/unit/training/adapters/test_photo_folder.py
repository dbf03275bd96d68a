import os
from pathlib import Path

import pytest
from support.photo_files import jpeg
from support.training_doubles import style_tree

from training.adapters.photo_folder import PhotoFolder, read_table
from training.domain.sources import UNSTATED, FoundFile, TableRow
from training.errors import BadTable, NoPhotos


def put(path: Path, data: bytes = b"any bytes") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def table_of(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    return put(folder / "table.csv", text.encode(encoding))


def test_files_come_sorted_with_the_folder_that_names_their_style(tmp_path: Path) -> None:
    for name in ("gothic/b.jpg", "gothic/a.jpg", "baroque/deeper/c.jpg", "stray.jpg"):
        put(tmp_path / name)
    assert PhotoFolder(tmp_path).files() == [
        FoundFile("baroque/deeper/c.jpg", "baroque"),
        FoundFile("gothic/a.jpg", "gothic"),
        FoundFile("gothic/b.jpg", "gothic"),
        FoundFile("stray.jpg", None),
    ]


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    for name in ("gothic/a.jpg", "gothic/.DS_Store", ".git/objects/x.jpg", "gothic/.trash/y.jpg"):
        put(tmp_path / name)
    assert [found.path for found in PhotoFolder(tmp_path).files()] == ["gothic/a.jpg"]


def test_a_linked_folder_is_not_followed_out_of_the_tree(tmp_path: Path) -> None:
    put(tmp_path / "elsewhere/secret.jpg")
    put(tmp_path / "in/gothic/a.jpg")
    (tmp_path / "in/linked").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert [found.path for found in PhotoFolder(tmp_path / "in").files()] == ["gothic/a.jpg"]


def test_the_table_beside_the_photos_is_no_photo(tmp_path: Path) -> None:
    folder = PhotoFolder(style_tree(tmp_path, ("gothic",), 2))
    assert [found.path for found in folder.files()] == ["gothic/0.jpg", "gothic/1.jpg"]
    assert set(folder.table().rows) == {"gothic/0.jpg", "gothic/1.jpg"}


def test_a_table_elsewhere_is_read_in_place_of_the_one_beside(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 1)
    other = table_of(tmp_path, "path,year\ngothic/0.jpg,1234\n")
    assert PhotoFolder(tree, other).table().rows["gothic/0.jpg"].year == 1234


def test_bytes_are_read_by_the_path_that_was_listed(tmp_path: Path) -> None:
    put(tmp_path / "gothic/a.jpg", jpeg(1))
    folder = PhotoFolder(tmp_path)
    assert folder.read(folder.files()[0].path) == jpeg(1)


def test_a_file_that_is_gone_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"gothic/a\.jpg"):
        PhotoFolder(tmp_path).read("gothic/a.jpg")


@pytest.mark.parametrize("missing", [True, False])
def test_no_folder_and_an_empty_one_say_what_was_expected(tmp_path: Path, missing: bool) -> None:
    with pytest.raises(NoPhotos, match=r"gothic/cathedral\.jpg"):
        PhotoFolder(tmp_path / "in" if missing else tmp_path).files()


def test_a_folder_that_holds_nothing_but_its_table_has_no_photos(tmp_path: Path) -> None:
    table_of(tmp_path, "path\n")
    with pytest.raises(NoPhotos):
        PhotoFolder(tmp_path).files()


def test_names_beyond_ascii_come_through(tmp_path: Path) -> None:
    put(tmp_path / "gothic/Kölner Dom, Südseite.jpg")
    table_of(tmp_path, 'path,source\n"gothic/Kölner Dom, Südseite.jpg",Wikimedia - Foto\n')
    folder = PhotoFolder(tmp_path)
    (found,) = folder.files()
    assert folder.table().rows[found.path].source == "Wikimedia - Foto"


def test_no_table_is_an_empty_one() -> None:
    table = read_table(None)
    assert (table.rows, table.bad) == ({}, {})


def test_every_column_of_a_table_is_understood(tmp_path: Path) -> None:
    path = table_of(
        tmp_path,
        "path,year,group,source,licence,slice.region,slice.lighting\n"
        "a.jpg,-438,parthenon,taken by us,CC0-1.0,south,\n"
        "b.jpg,,,,,,\n",
    )
    rows = read_table(path).rows
    assert rows["a.jpg"] == TableRow(
        -438, "parthenon", "taken by us", "CC0-1.0", {"region": "south"}
    )
    assert rows["b.jpg"] == TableRow(None, None, UNSTATED, UNSTATED, {})


def test_a_table_saved_by_a_spreadsheet_is_understood(tmp_path: Path) -> None:
    """With a byte order mark, carriage returns and blanks around cells."""
    path = table_of(tmp_path, "path,year\r\na.jpg, 1890 \r\n", "utf-8-sig")
    assert read_table(path).rows["a.jpg"].year == 1890


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a.jpg,1890.5,x", "not a whole number"),
        ("a.jpg,1890", "too many or too few cells"),
        ("a.jpg,1890,x,y", "too many or too few cells"),
        ("a.jpg,1890,x\x07", "control characters"),
    ],
)
def test_a_bad_row_is_named_and_the_others_are_kept(tmp_path: Path, line: str, reason: str) -> None:
    table = read_table(table_of(tmp_path, f"path,year,group\n{line}\nb.jpg,1900,y\n"))
    assert reason in table.bad["a.jpg"]
    assert table.rows["a.jpg"] == TableRow()
    assert table.rows["b.jpg"].year == 1900


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no column `path`"),
        (b"photo,year\n", "no column `path`"),
        (b"path,region\n", "unknown column region"),
        (b"path,year\n\xff\xfe,1\n", "codec can't decode"),
        (b'path,year\n"a.jpg"x,1\n', "expected after"),
    ],
    ids=["empty", "no-path", "stray-column", "not-utf-8", "stray-quote"],
)
def test_what_is_no_table_is_refused_whole(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(BadTable, match=reason):
        read_table(put(tmp_path / "table.csv", data))


def test_a_named_table_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="No such file"):
        PhotoFolder(tmp_path, tmp_path / "years.csv").table()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_files_that_are_no_regular_files_do_not_hang_the_import(tmp_path: Path) -> None:
    put(tmp_path / "gothic/a.jpg")
    os.mkfifo(tmp_path / "gothic/pipe.jpg")
    folder = PhotoFolder(tmp_path)
    assert "gothic/a.jpg" in [found.path for found in folder.files()]
