import pytest
from pydantic import ValidationError
from support.dataset_rows import LABELS, dataset_rows
from support.gate_cases import evaluation

from artifacts.records.photos import PhotoManifest
from gate.measures.slices import Traits, with_derived_slices

ORDINARY = Traits(brightness=0.5, shorter_side=300)


def derived(rows: PhotoManifest, traits=None, **changes: object):
    photos = len(rows.of_split("holdout"))
    plain = evaluation(rows, [True] * photos, rows.digest).model_copy(update=changes)
    return with_derived_slices(plain, rows, traits or [ORDINARY] * photos)


def changed(rows: PhotoManifest, **columns: list[object]) -> PhotoManifest:
    """Rows with other values in some columns, in the manifest's order."""
    update = [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]
    pairs = zip(rows.rows, update, strict=True)
    return PhotoManifest(rows=tuple(row.model_copy(update=values) for row, values in pairs))


def test_every_head_gives_a_dimension_of_its_truths():
    rows = dataset_rows(6)
    found = derived(rows).slices
    assert found["style"] == tuple(row.style for row in rows.rows)
    assert sorted(found) == ["era", "lighting", "resolution", "source", "style", "style_rarity"]


@pytest.mark.parametrize(
    ("year", "era"),
    [
        (-447, "before 1400"),
        (1399, "before 1400"),
        (1400, "1400 to 1699"),
        (1700, "1700 to 1849"),
        (1850, "1850 to 1919"),
        (1919, "1850 to 1919"),
        (1920, "1920 and later"),
        (2024, "1920 and later"),
        (None, "unknown"),
    ],
)
def test_years_are_cut_into_eras(year, era):
    rows = dataset_rows(2)
    plain = evaluation(rows, [True] * 2, rows.digest)
    heads = (plain.regression[0].model_copy(update={"truths": (year, 1500.0)}),)
    assert derived(rows, regression=heads).slices["era"] == (era, "1400 to 1699")


def test_a_model_without_an_era_is_judged_over_the_eras_that_the_manifest_knows():
    """And over none that a column of the manifest claims."""
    rows = dataset_rows(2)
    named = PhotoManifest(
        rows=tuple(row.model_copy(update={"slices": {"era": "easy"}}) for row in rows.rows)
    )
    assert derived(named, regression=()).slices["era"] == derived(rows).slices["era"]


def test_a_number_that_is_no_year_makes_no_era():
    rows = dataset_rows(2)
    plain = evaluation(rows, [True] * 2, rows.digest)
    heads = (plain.regression[0].model_copy(update={"head": "height", "unit": "metre"}),)
    assert "height" not in derived(rows, regression=heads).slices


@pytest.mark.parametrize(
    ("brightness", "lighting"),
    [(0.0, "dark"), (0.349, "dark"), (0.35, "normal"), (0.649, "normal"), (0.65, "bright")],
)
def test_lighting_is_told_by_mean_brightness(brightness, lighting):
    found = derived(dataset_rows(2), [Traits(brightness, 300), ORDINARY])
    assert found.slices["lighting"] == (lighting, "normal")


@pytest.mark.parametrize(
    ("side", "resolution"),
    [
        (64, "under 128 px"),
        (127, "under 128 px"),
        (128, "128 to 255 px"),
        (255, "128 to 255 px"),
        (256, "256 px and more"),
    ],
)
def test_resolution_is_told_by_the_shorter_side(side, resolution):
    found = derived(dataset_rows(2), [Traits(0.5, side), ORDINARY])
    assert found.slices["resolution"] == (resolution, "256 px and more")


def test_a_label_with_fewer_training_groups_than_the_median_is_rare():
    """Of three labels with 3, 2 and 1 groups the last is rare; photos of a group count once."""
    rows = dataset_rows(12, per_group=1)
    styles = [LABELS[i] for i in (0, 0, 0, 1, 1, 2, 2, 2, 0, 1, 2, 2)]
    groups = [f"g{i}" for i in (1, 2, 3, 4, 5, 6, 6, 6, 7, 8, 9, 10)]
    splits = ["train"] * 8 + ["holdout"] * 4
    found = derived(changed(rows, style=styles, group=groups, split=splits))
    assert found.slices["style"] == (LABELS[0], LABELS[1], LABELS[2], LABELS[2])
    assert found.slices["style_rarity"] == ("common", "common", "rare", "rare")


def test_a_label_that_is_not_trained_on_at_all_is_rare():
    rows = dataset_rows(6, per_group=1)
    splits = ["train"] * 3 + ["holdout"] * 3
    styles = [LABELS[0], LABELS[0], LABELS[1], *LABELS]
    found = derived(changed(rows, style=styles, split=splits))
    assert found.slices["style_rarity"] == ("common", "common", "rare")


def test_a_photo_of_unknown_label_is_in_the_slice_unknown():
    rows = dataset_rows(2)
    plain = evaluation(rows, [True] * 2, rows.digest)
    heads = (plain.classification[0].model_copy(update={"truths": (None, 1)}),)
    found = derived(rows, classification=heads).slices
    assert found["style"] == ("unknown", LABELS[1])
    assert found["style_rarity"] == ("unknown", "common")


def test_the_judges_slices_take_the_place_of_the_manifests_and_leave_the_rest():
    slices = {"lighting": ("fine", "fine"), "region": ("north", "south")}
    found = derived(dataset_rows(2), slices=slices).slices
    assert found["lighting"] == ("normal", "normal")
    assert found["region"] == ("north", "south")


def test_traits_of_other_photos_are_not_taken():
    with pytest.raises(ValidationError, match="isn't as long"):
        derived(dataset_rows(3), [ORDINARY] * 2)
