"""The table as people's programs write it, and what is wrong with it in their words."""

from contextlib import suppress

import pytest

from training.photos.photo_table import parse_table
from training.photos.sources import UNSTATED, Line, TableRow


def lines(text: str, encoding: str = "utf-8") -> tuple[Line, ...]:
    return parse_table(text.encode(encoding), "table.csv").lines


def only(text: str, encoding: str = "utf-8") -> Line:
    (line,) = lines(text, encoding)
    return line


def test_every_column_of_a_table_is_understood() -> None:
    first, second = lines(
        "path,year,group,shared_group,source,licence,slice.region,slice.lighting\n"
        "a.jpg,-438,parthenon,greek,taken by us,CC0-1.0,south,\n"
        "b.jpg,,,,,,,\n"
    )
    assert first == Line(
        2,
        "a.jpg",
        TableRow(-438, "parthenon", "taken by us", "CC0-1.0", {"region": "south"}, "greek"),
    )
    assert second == Line(3, "b.jpg", TableRow(None, None, UNSTATED, UNSTATED, {}))


@pytest.mark.parametrize(
    "encoding",
    [
        *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"),
        *("utf-32", "cp1252"),
    ],
)
def test_the_encodings_of_spreadsheets_are_read(encoding: str) -> None:
    line = only("path,year,source\r\ngothic/a.jpg,1890,Musée\r\n", encoding)
    assert (line.path, line.row.year, line.row.source) == ("gothic/a.jpg", 1890, "Musée")


def test_that_a_table_was_guessed_to_be_windows_1252_is_said() -> None:
    table = parse_table("path,source\na.jpg,Musée\n".encode("cp1252"), "table.csv")
    (remark,) = table.remarks
    assert "no UTF-8 (line 2), and was read as Windows-1252" in remark.reason


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_cells_may_be_parted_by_any_usual_mark(mark: str) -> None:
    line = only(f"path{mark}year\na.jpg{mark}1890\n")
    assert (line.path, line.row.year) == ("a.jpg", 1890)


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\npath;year\na.jpg;1890\n",
        "\n\npath,year\na.jpg,1890\n",
        "Path , YEAR\na.jpg, 1890 \n",
        '"path","year"\n"a.jpg","1890"\n',
        ",path,year\n0,a.jpg,1890\n",
        "Unnamed: 0,path,year\n0,a.jpg,1890\n",
        "path,year,\na.jpg,1890,\n",
        "path,year\na.jpg,1890,,\n",
        "path,year\na.jpg,1890\n,\n\n",
    ],
    ids=[
        *("announced mark", "blank lines first", "capitals", "quotes", "pandas index"),
        *("pandas index twice", "comma at the end", "empty cells behind", "empty rows"),
    ],
)
def test_what_programs_add_to_a_table_is_seen_through(text: str) -> None:
    line = only(text)
    assert (line.path, line.row.year, line.faults) == ("a.jpg", 1890, ())


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    numbers = [line.number for line in lines("\npath\na\n\nb\n")]
    assert numbers == [3, 5]


def test_a_slice_keeps_its_own_spelling() -> None:
    assert only("path,Slice.Region\na.jpg,North\n").row.slices == {"Region": "North"}


def test_license_is_licence() -> None:
    assert only("path,license\na.jpg,CC0-1.0\n").row.licence == "CC0-1.0"


@pytest.mark.parametrize(
    ("cell", "year"),
    [
        *(("1887", 1887), ("1887.0", 1887), ("1887.", 1887), ("0800", 800), ("+12", 12)),
        *(("-300", -300), ("\u2212300", -300), ("", None)),
    ],
)
def test_a_year_is_a_plain_whole_number(cell: str, year: int | None) -> None:
    line = only(f"path,year\na.jpg,{cell}\n")
    assert (line.row.year, line.faults) == (year, ())


def test_a_year_may_end_in_a_decimal_comma() -> None:
    assert only("path;year\na.jpg;1887,0\n").row.year == 1887


@pytest.mark.parametrize(
    "cell",
    [
        *("18_87", "١٨٨٧", "1887?", "c. 1887", "1880s", "1880-1890", "1887.5", "1887 AD"),
        *("15th century", "nan", "1e3", "0x7cf", "\u2460", "1 887", "99999999"),
    ],
)
def test_anything_else_is_a_fault_that_costs_the_year_alone(cell: str) -> None:
    line = only(f"path,year,group\na.jpg,{cell},abbey\n")
    assert (line.row.year, line.row.group, line.group_lost) == (None, "abbey", "")
    (fault,) = line.faults
    assert "not a plain whole number" in fault


@pytest.mark.parametrize("cell", ["nan", "NaN", "NULL", "None", "#N/A", "n/a", "<NA>"])
def test_what_programs_write_for_nothing_ties_no_photos(cell: str) -> None:
    line = only(f"path,group,shared_group\na.jpg,{cell},{cell}\n")
    assert (line.row.group, line.row.shared_group, line.group_lost) == (None, None, "")
    assert line.faults[0] == f"its group is {cell!r}, which names no building: taken as empty"


def test_there_was_no_year_0() -> None:
    assert only("path,year\na.jpg,0\n").faults == ("its year is 0, and there was none",)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("Total", "it has 1 cell for 3 columns"),
        ("a.jpg,1890,x,y", "it has 4 cells for 3 columns"),
        ('a.jpg,1890,"x\ny"', "its group holds a line break or another control character"),
        ("a.jpg,1890,x\x07", "its group holds a line break or another control character"),
        (f"a.jpg,1890,{'x' * 251}", "its group has 251 characters, at most 250 may be"),
        ("a.jpg,1890,#REF!", "its group is '#REF!', a formula of the spreadsheet that broke"),
    ],
)
def test_a_row_whose_building_can_not_be_known_says_so(row: str, fault: str) -> None:
    bad, good = lines(f"path,year,group\n{row}\nb.jpg,1900,y\n")
    assert bad.faults == (fault,)
    assert bad.group_lost == fault
    assert (good.path, good.row.year, good.row.group) == ("b.jpg", 1900, "y")


def test_a_row_of_another_width_costs_no_building_where_the_table_has_none() -> None:
    bad = only("path,year\na.jpg\n")
    assert (bad.path, bad.faults, bad.group_lost) == (
        "a.jpg",
        ("it has 1 cell for 2 columns",),
        "",
    )


@pytest.mark.parametrize("column", ["source", "licence", "slice.region"])
def test_a_cell_that_is_too_long_is_a_fault_of_its_row(column: str) -> None:
    line = only(f"path,{column},year\na.jpg,{'x' * 301},1890\n")
    assert line.faults == (f"its {column} has 301 characters, at most 300 may be",)
    assert (line.row.source, line.row.licence, line.row.slices) == (UNSTATED, UNSTATED, {})
    assert line.row.year == 1890


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "it is empty"),
        (b"\n\n", "it is empty"),
        (b"photo,year\n", "no column `path`.*rename `photo` to `path`"),
        (b"year,group\n", "no column `path`.*its first line says: year, group"),
        (b"gothic/a.jpg,1890\n", "no column `path`.*its first line says: gothic/a.jpg, 1890"),
        (b"path,yaer\n", r"unknown column `yaer` \(did you mean `year`\?\)"),
        (b"path,building\n", r"unknown column `building` \(did you mean `group`\?\)"),
        (b"path,notes\n", r"unknown column `notes`\. Known are path, year.*slice\.<name>"),
        (b"path,year,Year\n", "the column year is there twice"),
        (b"path,slice.\n", r"column 2 is `slice\.` without a name"),
        (b"path,\na.jpg,gothic\n", "column 2 has no name, and holds 'gothic'"),
        (b'path,year\n"a.jpg"x,1\n', "line 2 is no line of a CSV"),
        (b'path,year\n"a.jpg,1\n', "line 2 is no line of a CSV"),
        (b"PK\x03\x04rest", "spreadsheet under another name: export it as CSV"),
        (b"path,source\na.jpg,\x81\x8d\n", "line 2 is neither UTF-8 nor Windows-1252"),
        (b"path,year\ngothic/a.jpg,\x001890\n", "line 2 holds a zero byte"),
        (b"\xff\xfep\x00a\x00t\x00h\x00\n\x00\x00", "is not UTF-16-LE"),
    ],
)
def test_what_is_no_such_table_is_said_in_words_of_its_owner(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_table(data, "table.csv")


def test_whatever_bytes_a_table_holds_it_is_read_or_refused() -> None:
    """Every cut and many changed bytes of a table, in several encodings."""
    text = 'path,year,group\ngothic/a.jpg,1890,"x,y"\nbaroque/é.jpg,,z\n'
    for encoding in ("utf-8", "utf-16", "cp1252"):
        whole = text.encode(encoding)
        cuts = [whole[:at] for at in range(len(whole))]
        changes = [
            whole[:at] + bytes([byte]) + whole[at + 1 :]
            for at in range(len(whole))
            for byte in (0, 10, 34, 44, 0x81, 0xFF)
        ]
        for data in (*cuts, *changes):
            # Anything but a ValueError would end the test.
            with suppress(ValueError):
                parse_table(data, "table.csv")
