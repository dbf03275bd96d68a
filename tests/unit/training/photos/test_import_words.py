"""What an import says: causes grouped, ties and why, what was ignored, and what stops it."""

import csv
import os
from pathlib import Path

import pytest
from support.photo_files import encoded, jpeg, scene
from support.training_doubles import Serial, small_params, style_tree

from features import PhotoTooSmall
from training.errors import UnforeseenFile, UnusableDataset
from training.models import model_definition
from training.photos import import_photos as importing
from training.photos.dataset_folder import DatasetFolder
from training.photos.import_photos import ImportOutcome, import_photos
from training.photos.photo_folder import PhotoFolder


def take_in(photos: Path, dataset: Path, *, dry_run: bool = False) -> ImportOutcome:
    params = small_params().import_photos
    model = model_definition("architecture")
    source, folder = PhotoFolder(photos), DatasetFolder(dataset)
    return import_photos(source, folder, model, params, 7, Serial(), exact=False, dry_run=dry_run)


def said(outcome: ImportOutcome) -> str:
    return "\n".join(outcome.lines())


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_files_with_one_cause_are_told_of_once(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 10)
    for number in range(8):
        put(tree / f"gothic/x{number}.jpg", f"no photo {number}".encode())
    words = said(take_in(tree, tmp_path / "out"))
    assert "10 photos added, 0 known, 8 files left out" in words
    assert words.count("the file is text") == 1
    assert "8 files: the file is text. Send a still JPEG" in words
    assert "[gothic/x0.jpg, gothic/x1.jpg, gothic/x2.jpg and 5 more]" in words
    assert "(the service would refuse 8 of them too: it reads photos by the same limits)" in words


def test_every_finding_lies_in_a_list_for_programs(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 4)
    put(tree / "gothic/bad.jpg", b"no photo")
    put(tree / "gothic/really.jpg", encoded(scene(9), "PNG"))
    put(tree / "gothic/Thumbs.db", b"x")
    outcome = take_in(tree, tmp_path / "out")
    assert outcome.quarantine is not None
    with outcome.quarantine.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["path"], row["code"], row["outcome"]) for row in rows} == {
        ("gothic/bad.jpg", "not_an_image", "left out"),
        ("gothic/really.jpg", "wrong_extension", "warning"),
        ("gothic/Thumbs.db", "ignored", "ignored"),
    }


def test_a_clean_import_after_a_bad_one_leaves_no_old_reasons(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 4)
    bad = put(tree / "gothic/bad.jpg", b"no photo")
    take_in(tree, tmp_path / "out")
    bad.unlink()
    outcome = take_in(tree, tmp_path / "out")
    assert outcome.quarantine is not None
    assert "bad.jpg" not in outcome.quarantine.read_text(encoding="utf-8")


def test_what_no_photo_can_be_meant_by_is_not_bad(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 4)
    for number in range(4):
        put(tree / f"gothic/{number}.jpg.json", b"{}")
    put(tree / "gothic/Thumbs.db", b"x")
    outcome = take_in(tree, tmp_path / "out")
    assert outcome.intake.bad_share == 0
    assert "4 photos added, 0 known, 0 files left out, 5 ignored" in said(outcome)
    assert "sidecar files: 4 (0.jpg.json, 1.jpg.json, 2.jpg.json and 1 more)" in said(outcome)


def test_copies_are_left_out_and_say_nothing_against_the_folder(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 3)
    for number in range(6):
        put(tree / f"gothic/copy{number}.jpg", (tree / "gothic/0.jpg").read_bytes())
    outcome = take_in(tree, tmp_path / "out")
    assert (outcome.refused, outcome.intake.bad_share) == (False, 0)
    assert "6 files: the same bytes lie in another file, whose photo is taken in" in said(outcome)
    assert not list((tmp_path / "out/quarantine").glob("*.jpg"))


def test_a_sound_photo_under_a_wrong_ending_is_taken_in_and_told_of(tmp_path: Path) -> None:
    put(tmp_path / "in/gothic/a.jpg", encoded(scene(1), "WEBP"))
    put(tmp_path / "in/gothic/b.jfif", jpeg(2))
    put(tmp_path / "in/gothic/c", jpeg(3))
    outcome = take_in(tmp_path / "in", tmp_path / "out")
    assert len(outcome.intake.added) == 3
    assert [found.path for found in outcome.intake.warnings] == ["gothic/a.jpg", "gothic/c"]


def test_strangers_in_equal_frames_are_buildings_of_their_own(tmp_path: Path) -> None:
    for number in range(12):
        frame = scene(1).resize((256, 256)).copy()
        frame.paste("white", (0, 0, 256, 256))
        frame.paste(scene(number, 48, 48), (104, 104))
        style = "gothic" if number % 2 else "baroque"
        put(tmp_path / f"in/{style}/{number}.png", encoded(frame, "PNG"))
    outcome = take_in(tmp_path / "in", tmp_path / "out")
    assert len({row.group for row in outcome.intake.manifest.rows}) == 12
    assert "Tied" not in said(outcome)


def test_what_was_tied_and_by_what_is_said(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 6)
    put(tree / "gothic/0b.jpg", jpeg(100, quality=60))
    rows = "path,group\ngothic/1.jpg,b1\ngothic/2.jpg,b1\ngothic/3.jpg,b1\n"
    (tree / "table.csv").write_text(rows, encoding="utf-8")
    words = said(take_in(tree, tmp_path / "out"))
    assert "3 photos count as 1 building by the table's groups" in words
    assert "2 photos count as 1 building by likeness" in words
    assert "the largest building has 3 photos (gothic/1.jpg and others)" in words
    assert "table.csv has a row for 3 of 7 files, and a year for 0" in words


def test_photos_taken_in_again_are_not_tied_to_themselves(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 4)
    take_in(tree, tmp_path / "out")
    assert "Tied" not in said(take_in(tree, tmp_path / "out"))


def test_group_numbers_are_of_their_style(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic", "baroque"), 4)
    rows = [f"{style}/{n}.jpg,{n // 2}" for style in ("gothic", "baroque") for n in range(4)]
    (tree / "table.csv").write_text("\n".join(["path,group", *rows]), encoding="utf-8")
    rows_in = take_in(tree, tmp_path / "out").intake.manifest.rows
    assert {(row.style, row.group) for row in rows_in} == {
        (style, f"{style}/{number}") for style in ("gothic", "baroque") for number in (0, 1)
    }


def test_a_shared_group_ties_across_styles_and_is_told_of(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic", "baroque"), 2)
    rows = "path,shared_group\ngothic/0.jpg,1\nbaroque/0.jpg,1\n"
    (tree / "table.csv").write_text(rows, encoding="utf-8")
    outcome = take_in(tree, tmp_path / "out")
    assert len({row.group for row in outcome.intake.manifest.rows}) == 3
    (warning,) = outcome.intake.warnings
    assert warning.code == "building_of_two_styles"
    assert "2 photos count as one building (by the table), 1 of baroque and 1 of gothic" in str(
        warning
    )


def test_a_number_that_another_style_uses_later_is_another_building(tmp_path: Path) -> None:
    first = style_tree(tmp_path / "first", ("gothic",), 2)
    (first / "table.csv").write_text("path,group\ngothic/0.jpg,1\n", encoding="utf-8")
    take_in(first, tmp_path / "out")
    more = style_tree(tmp_path / "more", ("gothic", "baroque"), 1, first_seed=300)
    (more / "table.csv").write_text("path,group\ngothic/0.jpg,1\nbaroque/0.jpg,1\n")
    rows = take_in(more, tmp_path / "out").intake.manifest.rows
    groups = sorted((row.style, row.group) for row in rows if len(row.group) < 30)
    assert groups == [("baroque", "baroque/1"), ("gothic", "1"), ("gothic", "1")]


def test_a_building_of_more_than_a_share_of_all_photos_is_told_of(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 20)
    rows = [f"gothic/{number}.jpg,same" for number in range(12)]
    (tree / "table.csv").write_text("\n".join(["path,group", *rows]), encoding="utf-8")
    outcome = take_in(tree, tmp_path / "out")
    assert not outcome.refused
    assert "12 photos, 60% of all, count as one building (by the table)" in said(outcome)


def test_a_row_with_a_building_that_fits_no_photo_stops_the_import(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 4)
    (tree / "table.csv").write_text("path,group\nhouses/0.jpg,b1\n", encoding="utf-8")
    outcome = take_in(tree, tmp_path / "out")
    assert outcome.refused
    assert not (tmp_path / "out/manifest.csv").exists()
    assert "refused: 1 row: the row names a building and fits no photo" in said(outcome)


def test_a_photo_whose_building_can_not_be_known_is_left_out(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 4)
    rows = "path,group\ngothic/0.jpg\n" + "".join(f"gothic/{n}.jpg,b\n" for n in range(1, 4))
    (tree / "table.csv").write_text(rows, encoding="utf-8")
    outcome = take_in(tree, tmp_path / "out")
    (problem,) = outcome.intake.problems
    assert (problem.path, problem.code) == ("gothic/0.jpg", "group_unknown")
    assert "line 2 of the table: it has 1 cell for 2 columns" in problem.reason


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (("train/gothic/a.jpg", "val/gothic/b.jpg"), "the styles seem to lie in train/ and val/,"),
        (("buildings/gothic/a.jpg",), "Give that folder: .../in/buildings"),
        (("a/b/gothic/a.jpg",), "the styles seem to lie in a/b/,"),
        (("a.jpg", "b.jpg"), "no folder at the top is named as a style. Put photos into one"),
        (("gotick/a.jpg",), "there is gotick/ (did you mean gothic?)"),
    ],
)
def test_where_no_folder_names_a_style_that_is_said_once(
    tmp_path: Path, files: tuple[str, ...], words: str
) -> None:
    for number, name in enumerate(files):
        put(tmp_path / "in" / name, jpeg(number))
    outcome = take_in(tmp_path / "in", tmp_path / "out")
    assert outcome.refused
    assert said(outcome).count("refused:") == 1
    assert words in said(outcome)
    assert not (tmp_path / "out/manifest.csv").exists()


def test_the_folder_of_a_style_given_alone_is_seen(tmp_path: Path) -> None:
    put(tmp_path / "Gothic architecture/a.jpg", jpeg(1))
    outcome = take_in(tmp_path / "Gothic architecture", tmp_path / "out")
    assert "the folder is itself the one of a style (gothic)" in said(outcome)
    assert "Give the folder above it" in said(outcome)


def test_a_folder_that_names_no_style_beside_others_is_hinted_at(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 4)
    put(tree / "Barok/a.jpg", jpeg(1))
    put(tree / "Barok/b.jpg", jpeg(2))
    put(tree / "val/baroque/c.jpg", jpeg(3))
    words = said(take_in(tree, tmp_path / "out"))
    assert words.count("the folder's name is none of the 25 styles") == 1
    assert "Barok/ (did you mean baroque?) (2)" in words
    assert "val/ (styles lie in it: move them up beside it)" in words


def test_oddities_of_folders_are_told_of(tmp_path: Path) -> None:
    put(tmp_path / "in/gothic/a.jpg", jpeg(1))
    put(tmp_path / "in/GOTHIC architecture/b.jpg", jpeg(2))
    put(tmp_path / "in/gothic/baroque/c.jpg", jpeg(3))
    (tmp_path / "in/georgian").mkdir()
    outcome = take_in(tmp_path / "in", tmp_path / "out")
    assert {found.code for found in outcome.intake.warnings} == {
        "style_in_two_folders",
        "style_within_a_style",
        "folder_within_style",
        "empty_style_folder",
    }
    assert "several folders are taken as gothic: GOTHIC architecture, gothic" in said(outcome)


def test_a_name_that_is_no_utf_8_is_shown_escaped_and_the_import_goes_on(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 4)
    odd = os.fsdecode(os.fsencode(tree / "gothic") + b"/caf\xe9.jpg")
    Path(odd).write_bytes(b"no photo")
    put(tree / "gothic/line\nbreak\x1b[31m.jpg", b"no photo either")
    outcome = take_in(tree, tmp_path / "out")
    assert len(outcome.intake.added) == 4
    words = said(outcome)
    assert r"gothic/caf\xe9.jpg" in words
    assert r"gothic/line\nbreak\x1b[31m.jpg" in words
    assert outcome.quarantine is not None
    assert r"gothic/caf\xe9.jpg" in outcome.quarantine.read_text(encoding="utf-8")


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 4)
    put(tree / "gothic/bad.jpg", b"no photo")
    outcome = take_in(tree, tmp_path / "out", dry_run=True)
    assert "4 photos would be added, 0 known, 1 file left out" in said(outcome)
    assert "the dataset would hold 4 photos" in said(outcome)
    assert "Nothing was written: this was a dry run" in said(outcome)
    assert not (tmp_path / "out").exists()


def test_a_file_that_can_not_be_read_is_left_out_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system refuses root nothing, so the refusal is played."""
    tree = style_tree(tmp_path / "in", ("gothic",), 4)
    source, read = PhotoFolder(tree), PhotoFolder.read

    def refuse(path: str) -> bytes:
        if path == "gothic/1.jpg":
            raise PermissionError(13, "Permission denied")
        return read(source, path)

    monkeypatch.setattr(source, "read", refuse)
    params, model = small_params().import_photos, model_definition("architecture")
    dataset = DatasetFolder(tmp_path / "out")
    outcome = import_photos(source, dataset, model, params, 7, Serial(), exact=False)
    assert len(outcome.intake.added) == 3
    assert "1 file: the file can't be read: Permission denied" in said(outcome)


def test_an_error_that_nobody_foresaw_names_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 2)

    def break_down(*_: object) -> None:
        raise ZeroDivisionError("by a photo")

    monkeypatch.setattr(importing, "inspect", break_down)
    with pytest.raises(UnforeseenFile, match=r"gothic/0\.jpg.*ZeroDivisionError: by a photo"):
        take_in(tree, tmp_path / "out")


def test_a_file_that_changes_while_it_is_imported_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 2)
    source, once = PhotoFolder(tree), PhotoFolder.read
    seen: set[str] = set()

    def read(path: str) -> bytes:
        """The true bytes the first time, others from then on."""
        data = once(source, path) if path not in seen else jpeg(99)
        seen.add(path)
        return data

    monkeypatch.setattr(source, "read", read)
    model = model_definition("architecture")
    params, folder = small_params().import_photos, DatasetFolder(tmp_path / "out")
    with pytest.raises(UnforeseenFile, match=r"gothic/0\.jpg.*changed while it was imported"):
        import_photos(source, folder, model, params, 7, Serial(), exact=False)
    assert not (tmp_path / "out/manifest.csv").exists()


def test_a_photo_of_the_dataset_that_can_not_be_read_any_more_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 2)
    take_in(tree, tmp_path / "out")

    def refuse(_: bytes) -> None:
        raise PhotoTooSmall("the photo is too small", "Send a larger one")

    monkeypatch.setattr(importing, "read_photo", refuse)
    with pytest.raises(UnusableDataset, match=r"sha256:.* taken in before.*too small"):
        take_in(tree, tmp_path / "out")


def test_a_refused_exact_import_speaks_of_nothing_removed(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 2)
    take_in(tree, tmp_path / "out")
    put(tmp_path / "other/train/gothic/a.jpg", jpeg(1))
    params, model = small_params().import_photos, model_definition("architecture")
    source, folder = PhotoFolder(tmp_path / "other"), DatasetFolder(tmp_path / "out")
    outcome = import_photos(source, folder, model, params, 7, Serial(), exact=True)
    assert outcome.refused
    assert "removed" not in said(outcome)
    assert len(folder.manifest().rows) == 2


def test_a_file_whose_ending_is_longer_than_a_name_may_be_is_kept_all_the_same(
    tmp_path: Path,
) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 4)
    put(tree / f"gothic/a.{'x' * 240}", b"no photo")
    take_in(tree, tmp_path / "out")
    assert len(list((tmp_path / "out/quarantine").iterdir())) == 2
