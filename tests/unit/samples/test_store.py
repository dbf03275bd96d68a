import csv
from pathlib import Path

from PIL import Image

from samples.facades import contact_sheet, draw_facades, write_facades

STYLES = ("art_deco", "colonial")


def rows_of(table: Path) -> list[dict[str, str]]:
    with table.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_the_table_names_every_file_and_no_other(tmp_path):
    facades = list(draw_facades(2, 1, styles=STYLES))
    table = write_facades(facades, tmp_path / "set")
    written = {p.relative_to(table.parent).as_posix() for p in table.parent.rglob("*.jpg")}
    assert {row["path"] for row in rows_of(table)} == written
    assert len(written) == len(facades)


def test_a_row_says_what_the_facade_says(tmp_path):
    facade = next(draw_facades(1, 1, styles=STYLES))
    table = write_facades([facade], tmp_path)
    assert rows_of(table) == [
        {
            "path": f"{facade.style}/{facade.building}-{facade.view}.jpg",
            "year": str(facade.year),
            "group": facade.building,
            "source": "drawn",
            "licence": "CC0-1.0",
            "slice.region": facade.region,
            "slice.lighting": facade.lighting,
        }
    ]
    assert (tmp_path / rows_of(table)[0]["path"]).read_bytes() == facade.photo


def test_writing_twice_gives_the_same_table(tmp_path):
    first = write_facades(draw_facades(1, 4, styles=STYLES), tmp_path / "a").read_bytes()
    assert write_facades(draw_facades(1, 4, styles=STYLES), tmp_path / "b").read_bytes() == first


def test_the_contact_sheet_has_a_row_a_style(tmp_path):
    path = contact_sheet(draw_facades(2, 1, styles=STYLES), tmp_path / "sheet.png", 3, 50)
    with Image.open(path) as sheet:
        assert sheet.size == (150, 2 * 64)
