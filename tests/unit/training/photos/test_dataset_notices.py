"""What people should know of a dataset before anything is fitted, naming the split."""

from collections.abc import Sequence

import pytest
from support.training_doubles import small_params

from artifacts.records.photos import PhotoManifest, PhotoRow, Split
from training.dataset.validation import dataset_notices, dataset_problems
from training.errors import UnusableDataset
from training.models import model_definition

MODEL = model_definition("architecture")
ASKED = small_params().prepare.model_copy(update={"min_groups_per_label": 4})
Buildings = Sequence[tuple[str, Split, int]]
"""Style, split and photos of each building."""


def manifest(buildings: Buildings) -> PhotoManifest:
    rows = [
        PhotoRow(
            photo=f"sha256:{1000 * number + photo:064x}",
            split=split,
            group=f"building {number}",
            style=style,
            year=None,
            source="drawn",
            licence="CC0-1.0",
        )
        for number, (style, split, photos) in enumerate(buildings)
        for photo in range(photos)
    ]
    return PhotoManifest(rows=tuple(rows))


def split_up(style: str, train: int, validation: int, holdout: int) -> list[tuple[str, Split, int]]:
    counts: tuple[tuple[Split, int], ...] = (
        ("train", train),
        ("validation", validation),
        ("holdout", holdout),
    )
    return [(style, split, 1) for split, count in counts for _ in range(count)]


@pytest.mark.parametrize(
    ("split", "said"),
    [
        ((3, 1, 0), "has 3 buildings to train on, at least 4 are needed; its buildings are 3 in"),
        ((3, 1, 1), "3 in train, 1 in validation, 1 in holdout"),
        ((2, 2, 2), "2 in train, 2 in validation, 2 in holdout"),
        ((0, 0, 5), "0 in train, 0 in validation, 5 in holdout"),
    ],
)
def test_a_style_with_four_to_six_buildings_is_named_with_where_they_lie(split, said):
    found = manifest([*split_up("gothic", *split), *split_up("baroque", 8, 1, 3)])
    (problem,) = dataset_problems(found, MODEL, ASKED)
    assert problem.startswith("style gothic ")
    assert said in problem


def test_four_buildings_to_train_on_are_enough():
    found = manifest([*split_up("gothic", 4, 1, 1), *split_up("baroque", 4, 1, 1)])
    assert dataset_problems(found, MODEL, ASKED) == ()
    assert dataset_notices(found) == ()


@pytest.mark.parametrize(("lacking", "split"), [((4, 0, 2), "validation"), ((4, 2, 0), "holdout")])
def test_a_style_that_a_split_lacks_is_told_with_the_split(lacking, split):
    found = manifest([*split_up("gothic", *lacking), *split_up("baroque", 8, 1, 3)])
    assert dataset_problems(found, MODEL, ASKED) == ()
    assert dataset_notices(found) == (
        f"the split {split} has no building of gothic: nothing is measured of it there",
    )


def test_one_building_with_most_photos_of_a_style_is_told():
    found = manifest(
        [("gothic", "train", 200), *split_up("gothic", 4, 1, 1), *split_up("baroque", 4, 1, 1)]
    )
    assert dataset_notices(found) == (
        (
            "of 204 photos of gothic in the split train 200 show one building (building 0): the "
            "style is learned mostly from it"
        ),
    )


def test_a_style_that_is_one_building_can_not_be_trained_on():
    found = manifest([("gothic", "train", 200), *split_up("baroque", 8, 1, 3)])
    (problem,) = dataset_problems(found, MODEL, ASKED)
    assert "style gothic has 1 buildings to train on" in problem


def test_everything_that_is_missing_is_said_in_one_error_with_what_to_do():
    problems = dataset_problems(manifest(split_up("gothic", 2, 0, 1)), MODEL, ASKED)
    said = str(UnusableDataset(problems))
    assert "- the split validation is empty" in said
    assert "- style gothic has 2 buildings to train on" in said
    assert "- 1 style, at least 2 are needed" in said
    assert said.endswith("`prepare` in params.yaml says how many are asked for")
