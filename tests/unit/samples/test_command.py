import csv
from pathlib import Path

import pytest

from samples.__main__ import main
from samples.facades import STYLES, draw_facades


def test_one_building_of_every_style_is_drawn_with_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = tmp_path / "drawn"

    assert main([str(drawn), "--buildings", "1"]) == 0

    photos = sorted(path.relative_to(drawn).as_posix() for path in drawn.rglob("*.jpg"))
    assert {path.partition("/")[0] for path in photos} == set(STYLES)
    with (drawn / "table.csv").open(encoding="utf-8", newline="") as file:
        assert sorted(row["path"] for row in csv.DictReader(file)) == photos
    assert f"{len(photos)} photos of 25 buildings" in capsys.readouterr().out


def test_processes_draw_the_bytes_that_one_after_the_other_draws(tmp_path: Path) -> None:
    styles = ("--style", "gothic", "--style", "colonial")

    assert main([str(tmp_path), "--buildings", "2", "--seed", "3", "--jobs", "2", *styles]) == 0

    for facade in draw_facades(2, 3, styles=("gothic", "colonial")):
        path = tmp_path / facade.style / f"{facade.building}-{facade.view}.jpg"
        assert path.read_bytes() == facade.photo


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--style", "igloo"], "no style igloo; there are achaemenid"),
        (["--buildings", "0"], "--buildings is 0: give 1 or more"),
        (["--seed", "-1"], "--seed is -1: give 0 or more"),
    ],
)
def test_a_bad_argument_is_named_and_nothing_is_written(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path / "out"), *words])

    assert ended.value.code == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path / "file"), "--buildings", "1", "--style", "gothic", "--jobs", "1"])

    assert ended.value.code == 2
    assert f"can't be written: [Errno 17] File exists: '{tmp_path}/file'" in capsys.readouterr().err
