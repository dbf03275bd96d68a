from support.training_doubles import small_params

from artifacts.records.photos import PhotoManifest, PhotoRow, Split
from training.dataset.validation import data_of, dataset_problems
from training.models import model_definition

MODEL = model_definition("architecture")
PARAMS = small_params().prepare


def manifest(rows: list[tuple[str, Split, str, int | None]]) -> PhotoManifest:
    made = [
        PhotoRow(
            photo=f"sha256:{number:064x}",
            style=style,
            split=split,
            group=group,
            year=year,
            source="drawn",
            licence="CC0-1.0",
        )
        for number, (style, split, group, year) in enumerate(rows)
    ]
    return PhotoManifest(rows=tuple(made))


def sound() -> list[tuple[str, Split, str, int | None]]:
    rows: list[tuple[str, Split, str, int | None]] = [
        (style, "train", f"{style}-{n}", 1800) for style in ("gothic", "baroque") for n in range(5)
    ]
    return [*rows, ("gothic", "validation", "v", None), ("gothic", "holdout", "h", None)]


def test_a_sound_dataset_has_no_problems() -> None:
    assert dataset_problems(manifest(sound()), MODEL, PARAMS) == ()


def test_every_problem_of_a_dataset_is_named_at_once() -> None:
    rows = [row for row in sound() if row[1] != "holdout" and row[2] != "baroque-0"]
    thin = [row for row in rows if row[0] != "baroque" or row[2] == "baroque-1"]
    thin += [("brutalism", "train", "b1", None), ("brutalism", "train", "b2", None)]
    problems = "\n".join(dataset_problems(manifest(thin), MODEL, PARAMS))
    assert "unknown style brutalism" in problems
    assert "the split holdout is empty" in problems
    assert "style baroque has 1 buildings to train on, at least 2 are needed" in problems


def test_a_style_that_is_only_held_out_is_a_problem() -> None:
    rows = [*sound(), ("tudor_revival", "holdout", "t", None)]
    assert dataset_problems(manifest(rows), MODEL, PARAMS) == (
        (
            "style tudor_revival has 0 buildings to train on, at least 2 are needed; its buildings "
            "are 0 in train, 0 in validation, 1 in holdout"
        ),
    )


def test_one_style_is_not_enough_to_tell_styles() -> None:
    rows = [row for row in sound() if row[0] == "gothic"] * 1
    assert any("1 style" in p for p in dataset_problems(manifest(rows), MODEL, PARAMS))


def test_counts_and_digests_of_splits_are_recorded() -> None:
    found = manifest(sound())
    train = data_of(found).split("train")
    assert train is not None
    assert (train.photos, train.groups) == (10, 10)
    assert train.digest == found.split_digest("train")
