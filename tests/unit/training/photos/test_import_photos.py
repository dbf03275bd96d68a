from pathlib import Path

import pytest
from support.photo_files import BAD_PHOTOS, jpeg, scene, sideways
from support.photo_files import encoded as encode
from support.training_doubles import Serial, small_params, style_tree

from artifacts.digests import digest_bytes, hex_part
from training.errors import BadTable, NoPhotos
from training.models import model_definition
from training.photos.dataset_folder import DatasetFolder
from training.photos.import_photos import ImportOutcome, import_photos
from training.photos.photo_folder import PhotoFolder

STYLES = ("gothic", "baroque", "georgian")


def take_in(
    photos: Path, dataset: Path, *, exact: bool = False, max_bad_share: float = 1.0
) -> ImportOutcome:
    params = small_params().import_photos.model_copy(update={"max_bad_share": max_bad_share})
    model = model_definition("architecture")
    source, folder = PhotoFolder(photos), DatasetFolder(dataset)
    return import_photos(source, folder, model, params, 7, Serial(), exact)


def codes(outcome: ImportOutcome) -> dict[str, str]:
    return {problem.path: problem.code for problem in outcome.intake.problems}


def test_sound_photos_are_kept_under_their_digests_with_year_and_slices(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", STYLES, 4)
    outcome = take_in(tree, tmp_path / "out")
    dataset = DatasetFolder(tmp_path / "out")
    rows = dataset.manifest().rows
    assert len(rows) == 12
    assert not outcome.intake.problems
    data = (tree / "gothic/0.jpg").read_bytes()
    row = next(row for row in rows if row.photo == digest_bytes(data))
    assert dataset.photos.get(row.photo) == data
    assert (row.style, row.year, row.slices) == ("gothic", 1900, {"region": "north"})


REFUSED = sorted(set(BAD_PHOTOS) - {"wrong_extension"})


@pytest.mark.parametrize("code", REFUSED)
def test_a_bad_file_is_named_with_its_reason_and_kept_in_quarantine(
    tmp_path: Path, code: str
) -> None:
    tree = style_tree(tmp_path / "in", STYLES, 2)
    name, make = BAD_PHOTOS[code]
    data = make()
    (tree / "gothic" / name).write_bytes(data)
    outcome = take_in(tree, tmp_path / "out")
    (problem,) = outcome.intake.problems
    assert (problem.path, problem.code) == (f"gothic/{name}", code)
    assert problem.reason
    assert problem.advice
    kept = tmp_path / "out/quarantine" / (hex_part(digest_bytes(data)) + Path(name).suffix)
    assert kept.read_bytes() == data
    assert outcome.quarantine is not None
    assert code in outcome.quarantine.read_text(encoding="utf-8")


def test_all_problems_are_reported_at_once_and_no_file_is_lost(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", STYLES, 3)
    for name, make in BAD_PHOTOS.values():
        (tree / "gothic" / name).write_bytes(make())
    outcome = take_in(tree, tmp_path / "out")
    assert set(codes(outcome).values()) == set(REFUSED)
    files = sum(path.is_file() for path in tree.rglob("*")) - 1  # the table is no photo
    assert len(outcome.intake.added) + len(outcome.intake.problems) == files


def test_a_photo_that_lies_on_its_side_is_taken_in(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", STYLES, 2)
    (tree / "gothic/sideways.jpg").write_bytes(sideways(55))
    assert not take_in(tree, tmp_path / "out").intake.problems


def test_an_unknown_style_is_refused_file_by_file(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", STYLES, 2)
    (tree / "brutalism").mkdir()
    (tree / "brutalism/a.jpg").write_bytes(jpeg(60))
    outcome = take_in(tree, tmp_path / "out")
    assert codes(outcome) == {"brutalism/a.jpg": "unknown_style"}
    (problem,) = outcome.intake.problems
    assert "none of the 25 styles" in problem.reason
    assert problem.place == "brutalism/"


def test_a_file_beside_the_style_folders_is_named(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", STYLES, 2)
    (tree / "stray.jpg").write_bytes(jpeg(61))
    assert codes(take_in(tree, tmp_path / "out")) == {"stray.jpg": "outside_a_style_folder"}


def test_folders_named_as_the_public_data_sets_name_them_are_understood(tmp_path: Path) -> None:
    for number, folder in enumerate(("Gothic architecture", "American craftsman style")):
        (tmp_path / "in" / folder).mkdir(parents=True)
        (tmp_path / "in" / folder / "a.jpg").write_bytes(jpeg(number))
    outcome = take_in(tmp_path / "in", tmp_path / "out")
    assert {row.style for row in outcome.intake.manifest.rows} == {"gothic", "american_craftsman"}


def test_the_second_copy_of_a_photo_is_left_out(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", STYLES, 2)
    (tree / "gothic/copy.jpg").write_bytes((tree / "gothic/0.jpg").read_bytes())
    assert codes(take_in(tree, tmp_path / "out")) == {"gothic/copy.jpg": "duplicate"}


def test_a_photo_under_two_styles_is_left_out_under_both(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", STYLES, 2)
    (tree / "baroque/again.jpg").write_bytes((tree / "gothic/0.jpg").read_bytes())
    found = codes(take_in(tree, tmp_path / "out"))
    assert found == {"baroque/again.jpg": "two_styles", "gothic/0.jpg": "two_styles"}


def test_a_photo_that_is_in_the_dataset_under_another_style_is_left_out(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", STYLES, 2)
    take_in(tree, tmp_path / "out")
    (tree / "baroque/moved.jpg").write_bytes((tree / "gothic/0.jpg").read_bytes())
    (tree / "gothic/0.jpg").unlink()
    assert codes(take_in(tree, tmp_path / "out"))["baroque/moved.jpg"] == "two_styles"


def test_too_many_bad_files_leave_the_dataset_as_it_was(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", STYLES, 3)
    take_in(tree, tmp_path / "out")
    before = (tmp_path / "out/manifest.csv").read_bytes()
    for number in range(2):
        (tree / f"gothic/bad{number}.jpg").write_bytes(b"no image")
    outcome = take_in(tree, tmp_path / "out", max_bad_share=0.1)
    assert outcome.refused
    assert (tmp_path / "out/manifest.csv").read_bytes() == before
    assert len(list((tmp_path / "out/quarantine").glob("*.jpg"))) == 1, "equal bytes, one copy"


def test_the_stated_share_itself_is_not_too_many(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", STYLES, 3)
    (tree / "gothic/bad.jpg").write_bytes(b"no image")
    assert not take_in(tree, tmp_path / "out", max_bad_share=0.1).refused


def test_importing_again_changes_nothing(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", STYLES, 3)
    take_in(tree, tmp_path / "out")
    before = (tmp_path / "out/manifest.csv").read_bytes()
    outcome = take_in(tree, tmp_path / "out")
    assert (len(outcome.intake.added), len(outcome.intake.known)) == (0, 9)
    assert (tmp_path / "out/manifest.csv").read_bytes() == before


def test_splits_stay_when_photos_are_added(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", STYLES, 6)
    before = {r.photo: r.split for r in take_in(tree, tmp_path / "out").intake.manifest.rows}
    style_tree(tmp_path / "more", STYLES, 6, first_seed=500)
    rows = take_in(tmp_path / "more", tmp_path / "out").intake.manifest.rows
    after = {row.photo: row.split for row in rows}
    assert len(after) == 2 * len(before)
    assert all(after[photo] == split for photo, split in before.items())


def test_a_recompressed_copy_joins_the_group_of_its_original(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", STYLES, 4)
    (tree / "gothic/recompressed.jpg").write_bytes(jpeg(100, quality=60))
    rows = {row.photo: row for row in take_in(tree, tmp_path / "out").intake.manifest.rows}
    original = rows[digest_bytes((tree / "gothic/0.jpg").read_bytes())]
    copy = rows[digest_bytes((tree / "gothic/recompressed.jpg").read_bytes())]
    assert (copy.group, copy.split) == (original.group, original.split)


def test_a_new_photo_that_ties_two_splits_together_is_left_out(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 12)
    rows = take_in(tree, tmp_path / "out").intake.manifest.rows
    holdout = next(row for row in rows if row.split == "holdout")
    train_paths = {
        digest_bytes(path.read_bytes()): path for path in (tree / "gothic").glob("*.jpg")
    }
    train = next(row for row in rows if row.split == "train")
    # Looks like a training photo, and its table says that it shows the holdout's building.
    seed = 100 + int(train_paths[train.photo].stem)
    more = tmp_path / "more/gothic"
    more.mkdir(parents=True)
    (more / "bridge.jpg").write_bytes(jpeg(seed, quality=50))
    (tmp_path / "more/table.csv").write_text(f"path,group\ngothic/bridge.jpg,{holdout.group}\n")
    outcome = take_in(tmp_path / "more", tmp_path / "out")
    assert codes(outcome) == {"gothic/bridge.jpg": "ties_splits"}
    assert outcome.intake.manifest.rows == rows


def test_photos_of_one_building_by_the_table_share_a_split(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", ("gothic",), 20)
    lines = [f"gothic/{n}.jpg,abbey-{n // 10}" for n in range(20)]
    (tree / "table.csv").write_text("\n".join(["path,group", *lines]), encoding="utf-8")
    rows = take_in(tree, tmp_path / "out").intake.manifest.rows
    assert {row.group for row in rows} == {"abbey-0", "abbey-1"}


def test_exact_import_drops_what_has_left_the_folder(tmp_path: Path) -> None:
    tree = style_tree(tmp_path / "in", STYLES, 3)
    take_in(tree, tmp_path / "out")
    (tree / "gothic/0.jpg").unlink()
    (tree / "table.csv").unlink()
    outcome = take_in(tree, tmp_path / "out", exact=True)
    assert (outcome.intake.removed, len(outcome.intake.manifest.rows)) == (1, 8)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("gothic/0.jpg,c. 1900", "not a plain whole number"),
        ("gothic/0.jpg,2400", "not before 2030"),
        ("gothic/0.jpg", "1 cell for 2 columns"),
        ("gothic/0.jpg,1900\ngothic/0.jpg,1901", "another row of this photo says otherwise: year"),
        ("gothic/absent.jpg,1900", "fits no photo"),
    ],
)
def test_a_bad_row_of_the_table_is_named_and_costs_no_photo(
    tmp_path: Path, row: str, reason: str
) -> None:
    tree = style_tree(tmp_path / "in", STYLES, 2)
    (tree / "table.csv").write_text(f"path,year\n{row}\n", encoding="utf-8")
    intake = take_in(tree, tmp_path / "out").intake
    (warning,) = intake.warnings
    assert reason in warning.reason
    assert len(intake.manifest.rows) == 6
    assert all(found.year is None for found in intake.manifest.rows)


@pytest.mark.parametrize("text", ["year\n1900\n", "path,yaer\ngothic/0.jpg,1900\n"])
def test_a_table_with_wrong_columns_stops_the_import(tmp_path: Path, text: str) -> None:
    tree = style_tree(tmp_path / "in", STYLES, 2)
    (tree / "table.csv").write_text(text, encoding="utf-8")
    with pytest.raises(BadTable):
        take_in(tree, tmp_path / "out")


def test_an_empty_folder_is_an_error_that_shows_the_layout(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(NoPhotos, match="one folder a style"):
        take_in(tmp_path / "in", tmp_path / "out")


def test_formats_other_than_jpeg_are_taken_in_under_their_own_endings(tmp_path: Path) -> None:
    folder = tmp_path / "in/gothic"
    folder.mkdir(parents=True)
    (folder / "a.png").write_bytes(encode(scene(1), "PNG"))
    (folder / "b.WEBP").write_bytes(encode(scene(2), "WEBP"))
    (folder / "c.JPEG").write_bytes(jpeg(3))
    assert len(take_in(tmp_path / "in", tmp_path / "out").intake.added) == 3
