import re
from pathlib import Path

import pytest
from support.html_pages import HtmlPage
from support.photo_files import BAD_PHOTOS, jpeg
from support.training_doubles import Serial, small_params, style_tree

from training.errors import NoPhotos
from training.models import model_definition
from training.photos.data_report import data_report, survey_photos
from training.photos.photo_folder import PhotoFolder
from training.photos.survey import OF_A_GROUP, SAMPLES, Survey

STYLES = ("gothic", "baroque", "georgian")


def surveyed(root: Path, **changes: object) -> Survey:
    params = small_params(**changes)
    model = model_definition(params.model)
    return survey_photos(PhotoFolder(root), model, params, Serial())


def report(root: Path, **changes: object) -> HtmlPage:
    found = surveyed(root, **changes)
    return HtmlPage(data_report(PhotoFolder(root), found, root.name, Serial()))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return style_tree(tmp_path / "in", STYLES, 10)


def test_a_sound_folder_is_importable_and_every_part_is_there(tree: Path) -> None:
    read = report(tree)
    assert read.faults == []
    assert "Importable An import would take in 30 photos and leave 0 files out." in read.text
    assert "30 of 30 photos have a year, from 1900 to 1929." in read.text
    assert "Formats JPEG 30" in read.text
    assert "160 x 120 30" in read.text
    assert "have no stated source or licence" in read.text
    assert len(read.attributes("img")) == len(STYLES) * SAMPLES


def test_every_bad_file_is_listed_with_reason_and_advice(tree: Path) -> None:
    for name, make in BAD_PHOTOS.values():
        (tree / "gothic" / name).write_bytes(make())
    found = surveyed(tree)
    read = report(tree)
    assert read.faults == []
    told = (*found.problems, *found.intake.warnings)
    assert {problem.code for problem in told} == set(BAD_PHOTOS)
    for problem in told:
        for words in (problem.path, problem.reason, problem.advice):
            assert " ".join(words.split()) in read.text


def test_a_folder_that_import_would_refuse_says_so(tree: Path) -> None:
    (tree / "gothic/notes.jpg").write_bytes(b"no photo")
    limits = small_params().import_photos.model_dump() | {"max_bad_share": 0.01}
    read = report(tree, import_photos=limits)
    assert "Not importable An import would refuse this folder. 3.2% of the files" in read.text


def test_what_training_would_miss_is_said(tree: Path) -> None:
    asked = {"min_groups_per_label": 11, "min_labels": 2, "min_photos_with_year": 50}
    read = report(tree, prepare=asked)
    assert "under 11 buildings, so not trained on: baroque, georgian, gothic" in read.text
    assert "photos with a year: 30; the era is learned from 50 or more" in read.text


def test_a_folder_without_years_is_importable_and_the_report_says_where_the_era_comes_from(
    tree: Path,
) -> None:
    (tree / "table.csv").unlink()
    read = report(tree)
    assert "Importable An import" in read.text
    assert "photos with a year: 0; the era is learned from 10 or more to train on" in read.text


def test_copies_and_look_alikes_are_told_apart(tree: Path) -> None:
    data = (tree / "gothic/0.jpg").read_bytes()
    (tree / "gothic/copy.jpg").write_bytes(data)
    (tree / "gothic/alike.jpg").write_bytes(jpeg(100, quality=60))
    found = surveyed(tree)
    assert found.copies == (("gothic/0.jpg", "gothic/copy.jpg"),)
    assert found.alike == (("gothic/0.jpg", "gothic/alike.jpg"),)
    assert [problem.code for problem in found.problems] == ["duplicate"]
    assert "gothic/0.jpg = gothic/copy.jpg" in report(tree).text


def test_a_large_group_of_look_alikes_shows_a_few(tree: Path) -> None:
    for quality in range(60, 80, 2):
        (tree / f"gothic/q{quality}.jpg").write_bytes(jpeg(100, quality=quality))
    found = surveyed(tree)
    assert len(found.alike[0]) == 11
    samples = {one.found.path for files in found.sheets().values() for one in files}
    assert len(set(found.photos_shown()) - samples) <= OF_A_GROUP


def test_the_sheets_are_the_same_for_a_seed_and_others_for_another(tree: Path) -> None:
    first, again, other = surveyed(tree), surveyed(tree), surveyed(tree, seed=8)
    assert first.photos_shown() == again.photos_shown() != other.photos_shown()


def test_a_folder_of_an_unknown_name_is_shown_to_be_renamed(tree: Path) -> None:
    (tree / "gotik").mkdir()
    (tree / "gotik/1.jpg").write_bytes(jpeg(900))
    read = report(tree)
    assert "gotik/ (did you mean gothic?)" in read.text
    assert re.search(r"gotik unknown style 1\.jpg", read.text)


def test_a_hostile_file_name_is_shown_with_what_turns_text_around_escaped(tree: Path) -> None:
    name = "<img src=x onerror=alert(1)>\u202egpj.jpg"
    (tree / "gothic" / name).write_bytes(b"no photo")
    read = report(tree)
    assert read.faults == []
    assert "gothic/<img src=x onerror=alert(1)>\\u202egpj.jpg" in read.text


def test_nothing_in_the_folder_is_changed(tree: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in tree.rglob("*")}
    report(tree)
    assert {path: path.stat().st_mtime_ns for path in tree.rglob("*")} == before


def test_an_empty_folder_is_a_breakdown(tmp_path: Path) -> None:
    with pytest.raises(NoPhotos):
        surveyed(tmp_path)


def test_files_without_a_single_photo_are_reported_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "gothic").mkdir()
    (tmp_path / "gothic/a.jpg").write_bytes(b"no photo")
    read = report(tmp_path)
    assert read.faults == []
    assert "No file is a photo that can be read." in read.text
    assert "no picture" in read.text


def test_a_folder_whose_styles_lie_deeper_is_no_empty_one(tmp_path: Path) -> None:
    style_tree(tmp_path / "train", ("gothic",), 2)
    (tmp_path / "Thumbs.db").write_bytes(b"x")
    read = report(tmp_path)
    assert read.faults == []
    assert "Not importable An import would refuse this folder. the styles seem to lie" in read.text
    assert "1 system files Thumbs.db" in read.text
    assert "No file is a photo that can be read." not in read.text


def test_the_page_says_what_an_import_says(tree: Path) -> None:
    """The same groups, ties and limits of the service; `import-photos` prints them."""
    for number in range(3):
        (tree / f"gothic/bad{number}.jpg").write_bytes(f"no photo {number}".encode())
    (tree / "gothic/alike.jpg").write_bytes(jpeg(100, quality=60))
    (tree / "gothic/0.jpg.json").write_bytes(b"{}")
    (tree / "Table.CSV").write_text("path,year\ngothic/0.jpg,c. 1900\n", encoding="utf-8")
    (tree / "table.csv").unlink()
    read = report(tree)
    assert read.faults == []
    for words in (
        "3 the file is text. Send a still JPEG, PNG or WebP photo.",
        "The service would refuse 3 of them too: it reads photos by the same limits.",
        "1 its year 'c. 1900' is not a plain whole number.",
        "1 sidecar files 0.jpg.json",
        "2 photos count as 1 building by likeness",
        "Table.CSV has a row for 1 of 34 files, and a year for 0.",
    ):
        assert words in read.text, words
