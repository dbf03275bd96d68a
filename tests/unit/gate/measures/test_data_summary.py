from support.dataset_rows import LABELS, dataset_rows

from artifacts.records.photos import PhotoManifest
from gate.measures.evidence import summarise_data


def test_photos_and_buildings_are_counted_in_every_split():
    given = dataset_rows(9, per_group=3)
    splits = ["train"] * 6 + ["holdout"] * 3
    rows = tuple(
        row.model_copy(
            update={"split": split, "year": None if i % 2 else 1900, "licence": f"L{i % 2}"}
        )
        for i, (row, split) in enumerate(zip(given.rows, splits, strict=True))
    )
    train, validation, holdout = summarise_data(PhotoManifest(rows=rows), "style")
    assert (train.split, validation.split, holdout.split) == ("train", "validation", "holdout")
    assert (train.photos, train.groups, train.photos_with_year) == (6, 2, 3)
    assert train.labels == dict.fromkeys(LABELS, 2)
    assert train.label_groups == dict.fromkeys(LABELS, 2)
    assert (train.sources, train.licences) == ({"made up": 6}, {"L0": 3, "L1": 3})
    assert (validation.photos, validation.labels) == (0, {})
    assert (holdout.photos, holdout.groups) == (3, 1)


def test_photos_of_one_building_count_once_among_a_labels_buildings():
    given = dataset_rows(6, per_group=3)
    rows = tuple(row.model_copy(update={"style": LABELS[0]}) for row in given.rows)
    holdout = summarise_data(PhotoManifest(rows=rows), "style")[2]
    assert (holdout.labels, holdout.label_groups) == ({LABELS[0]: 6}, {LABELS[0]: 2})


def test_a_photo_of_unknown_truth_has_no_label():
    given = dataset_rows(4)
    rows = tuple(
        row.model_copy(update={"year": 1900 if i else None}) for i, row in enumerate(given.rows)
    )
    holdout = summarise_data(PhotoManifest(rows=rows), "era")[2]
    assert (holdout.photos, holdout.labels) == (4, {"1900": 3})
