import os

import pytest

from inference.adapters.csv_table import CsvTable
from inference.errors import OutputUnwritable


def broken_rows():
    yield ("1",)
    raise KeyboardInterrupt


def test_a_table_is_written_with_its_header_and_folders(tmp_path):
    out = tmp_path / "deep" / "out.csv"
    CsvTable(out).write(("a", "b"), [("1", 'say "x", y')])
    assert out.read_text() == 'a,b\n1,"say ""x"", y"\n'


def test_an_interrupted_table_leaves_what_was_there_and_no_draft(tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("before")
    with pytest.raises(KeyboardInterrupt):
        CsvTable(out).write(("a",), broken_rows())
    assert out.read_text() == "before"
    assert os.listdir(tmp_path) == ["out.csv"]  # noqa: PTH208 - hidden names too


def test_a_name_that_is_no_utf_8_comes_out_as_it_was(tmp_path):
    name = os.fsdecode(b"caf\xe9.jpg")
    CsvTable(tmp_path / "out.csv").write(("path",), [(name,)])
    assert b"caf\xe9.jpg" in (tmp_path / "out.csv").read_bytes()


def test_a_place_that_cannot_be_written_is_told_with_its_path(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputUnwritable, match="--out"):
        CsvTable(tmp_path / "file" / "out.csv").write(("a",), [])
