"""Rows find their photos however the path was written, and no tie is lost in silence."""

import pytest

from training.photos.row_matching import PlacedRows, place_rows
from training.photos.sources import FoundFile, Line, Table, TableRow


def placed(rows: list[Line], *paths: str) -> PlacedRows:
    files = [FoundFile(path, path.partition("/")[0]) for path in paths]
    return place_rows(Table("table.csv", tuple(rows)), files, lambda _year: None)


def line(path: str, number: int = 2, **cells: object) -> Line:
    return Line(number, path, TableRow(**cells))


@pytest.mark.parametrize(
    "written",
    [
        "gothic/001.jpg",
        "gothic\\001.jpg",
        "./gothic/001.jpg",
        ".\\gothic\\001.jpg",
        "/gothic//001.jpg",
        "Gothic/001.JPG",
        "gothic%2F001.jpg",
        "/photos/buildings/gothic/001.jpg",
        "C:\\Users\\Ada\\buildings\\gothic\\001.jpg",
        "file:///photos/gothic/001.jpg",
        "buildings/gothic/001.jpg",
    ],
)
def test_a_path_is_understood_however_it_is_written(written: str) -> None:
    found = placed([line(written, group="b1")], "gothic/001.jpg", "baroque/001.jpg")
    assert found.rows["gothic/001.jpg"].group == "b1"
    assert list(found.rows) == ["gothic/001.jpg"]
    assert (found.warnings, found.refusals) == ((), ())


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("gothic/caf\u00e9.jpg", "gothic/cafe\u0301.jpg"),
        ("gothic/cafe\u0301.jpg", "gothic/caf\u00e9.jpg"),
        ("gothic/caf\u00e9.jpg", "gothic/caf\udce9.jpg"),
        ("gothic/caf%C3%A9.jpg", "gothic/caf\u00e9.jpg"),
        ("001.jpg", "gothic/001.jpg"),
        ("100%25.jpg", "gothic/100%25.jpg"),
        ("gothic/a%20b.jpg", "gothic/a%20b.jpg"),
    ],
    ids=[
        *("decomposed file", "decomposed row", "file name in latin 1", "percent-encoded"),
        *("name alone", "a true percent", "a true percent in the path"),
    ],
)
def test_a_name_is_understood_in_every_form(written: str, path: str) -> None:
    found = placed([line(written, year=1890)], path)
    assert found.rows == {path: TableRow(year=1890)}


def test_a_path_that_fits_exactly_is_not_taken_for_another() -> None:
    found = placed([line("gothic/A.jpg", year=1), line("gothic/a.jpg", year=2)], *PAIR)
    assert {path: row.year for path, row in found.rows.items()} == {PAIR[0]: 1, PAIR[1]: 2}


PAIR = ("gothic/A.jpg", "gothic/a.jpg")


def test_a_path_that_fits_two_photos_fits_none() -> None:
    found = placed([line("GOTHIC/A.JPG", year=1)], *PAIR)
    assert found.rows == {}
    (warning,) = found.warnings
    assert warning.reason == "the row fits 2 photos"


def test_a_row_with_a_building_that_fits_no_photo_refuses_while_photos_have_no_row() -> None:
    found = placed([line("gothic/1.jpg", group="b1")], "gothic/001.jpg")
    (refusal,) = found.refusals
    assert refusal.code == "groups_without_photos"
    assert "fits no photo, while 1 photos have no row: the tie would be lost" in refusal.reason
    assert refusal.place == "line 2: gothic/1.jpg"


def test_a_row_with_a_building_is_only_told_of_where_every_photo_has_its_own_row() -> None:
    """Its photo was deleted: no photo that is there can lose its tie."""
    rows = [line("gothic/001.jpg", group="b1"), line("gothic/gone.jpg", 3, group="b1")]
    found = placed(rows, "gothic/001.jpg")
    assert found.refusals == ()
    (warning,) = found.warnings
    assert (warning.code, warning.reason) == ("row_without_photo", "the row fits no photo")


def test_a_row_without_a_building_that_fits_no_photo_is_told_of() -> None:
    found = placed([line("gothic/1.jpg", year=1890)], "gothic/001.jpg")
    assert found.refusals == ()
    assert [warning.code for warning in found.warnings] == ["row_without_photo"]


def test_two_rows_of_a_photo_keep_what_they_agree_on() -> None:
    rows = [
        line("gothic/001.jpg", year=1890, group="b1", slices={"region": "north", "a": "x"}),
        line("./gothic/001.jpg", 3, year=1891, source="us", slices={"region": "south"}),
    ]
    found = placed(rows, "gothic/001.jpg")
    kept = TableRow(group="b1", source="us", slices={"a": "x"})
    assert found.rows == {"gothic/001.jpg": kept}
    (warning,) = found.warnings
    assert warning.reason == "another row of this photo says otherwise: slice.region, year"
    assert found.group_lost == {}


def test_where_two_rows_disagree_no_third_decides_and_each_is_named() -> None:
    rows = [
        line("gothic/001.jpg", number, year=year, source=f"s{number}", slices={"region": place})
        for number, year, place in ((2, 1200, "north"), (3, 1300, "south"), (4, 1400, "east"))
    ]
    found = placed(rows, "gothic/001.jpg")
    assert found.rows == {"gothic/001.jpg": TableRow()}
    says = "another row of this photo says otherwise: slice.region, source, year"
    assert [(w.place, w.reason) for w in found.warnings] == [
        ("line 3: gothic/001.jpg", says),
        ("line 4: gothic/001.jpg", says),
    ]


def test_two_rows_that_name_different_buildings_leave_the_photo_out() -> None:
    rows = [line("gothic/001.jpg", group="b1"), line("gothic/001.jpg", 3, group="b2")]
    lost = placed(rows, "gothic/001.jpg").group_lost
    assert lost == {"gothic/001.jpg": "two rows of the table name different buildings (group)"}


def test_equal_rows_of_a_photo_are_no_matter() -> None:
    rows = [line("gothic/001.jpg", year=1890), line("gothic/001.jpg", 3, year=1890)]
    assert placed(rows, "gothic/001.jpg").warnings == ()


def test_a_year_that_can_not_be_costs_the_year_alone() -> None:
    table = Table("table.csv", (line("gothic/001.jpg", year=2400, group="b1"),))
    files = [FoundFile("gothic/001.jpg", "gothic")]
    found = place_rows(table, files, lambda year: f"{year} is to come")
    assert found.rows == {"gothic/001.jpg": TableRow(group="b1")}
    assert [warning.reason for warning in found.warnings] == ["its year can't be: 2400 is to come"]


def test_a_photo_whose_row_lost_its_building_is_named() -> None:
    row = Line(7, "gothic/001.jpg", TableRow(), ("it has 1 cell",), "it has 1 cell")
    found = placed([row], "gothic/001.jpg")
    assert found.group_lost == {"gothic/001.jpg": "line 7 of the table: it has 1 cell"}
