import numpy as np
import pytest
from support.training_doubles import small_params

from artifacts.records.manifest import LogAgeScale
from training.domain.selection import (
    interval_of,
    label_metrics,
    out_of_fold,
    run_task,
    tasks,
    value_metrics,
)
from training.domain.training_set import TrainingSet
from training.models.definition import RegressionTarget

TARGET = RegressionTarget("era", "year", LogAgeScale(reference_year=2030))


def a_training_set(photos: int = 120, groups: int = 40, classes: int = 4) -> TrainingSet:
    """Vectors that tell a label well, and groups whose photos share it."""
    random = np.random.default_rng(3)
    group = np.arange(photos) % groups
    labels = group % classes
    vectors = random.normal(size=(photos, 12)) + 3 * np.eye(12)[labels]
    values = np.where(group % 5 == 0, np.nan, 4.0 + labels)
    names = tuple("abcd"[:classes])
    return TrainingSet(vectors.astype(np.float32), names, labels, values, group)


def test_no_building_is_in_a_fold_and_among_what_was_fitted_on() -> None:
    data = a_training_set()
    for task in tasks(data, small_params().train, seed=7):
        of = data if task.kind == "classification" else data.valued()
        assert not set(of.groups[task.fitted_on]) & set(of.groups[task.held_out])


def test_every_photo_is_held_out_once() -> None:
    data = a_training_set()
    params = small_params().train
    family = params.classification[0]
    held = [t.held_out for t in tasks(data, params, 7) if t.family == family]
    assert sorted(np.concatenate(held)) == list(range(120))


def test_out_of_fold_predictions_come_in_the_order_of_the_photos() -> None:
    data, params = a_training_set(), small_params().train
    done = [(task, run_task(task, data, 7)) for task in tasks(data, params, 7)]
    found = out_of_fold(params.classification[0], "classification", done)
    assert label_metrics("style", data, found)["accuracy"] > 0.9
    metrics, _ = value_metrics(
        TARGET,
        data.valued().values,
        out_of_fold(params.regression[0], "regression", done),
        level=0.8,
    )
    assert metrics["interval_coverage"] >= 0.8


def test_shuffled_labels_leave_nothing_to_learn() -> None:
    data, params = a_training_set(240, 240), small_params().train
    shuffled = np.random.default_rng(5).permutation(data.labels)
    lost = TrainingSet(data.vectors, data.names, shuffled, data.values, data.groups)
    done = [(task, run_task(task, lost, 7)) for task in tasks(lost, params, 7)]
    found = out_of_fold(params.classification[0], "classification", done)
    assert label_metrics("style", lost, found)["accuracy"] < 0.4


def test_the_interval_covers_new_residuals_at_its_level() -> None:
    random = np.random.default_rng(11)
    covered = []
    for _ in range(300):
        interval = interval_of(random.normal(size=100), 0.9)
        fresh = random.normal(size=200)
        inside = (interval.low_offset <= fresh) & (fresh <= interval.high_offset)
        covered.append(inside.mean())
    assert np.mean(covered) == pytest.approx(0.9, abs=0.015)
    assert np.mean(covered) >= 0.9


def test_a_label_that_a_fold_lacks_gets_no_probability() -> None:
    data, params = a_training_set(), small_params().train
    task = next(tasks(data, params, 7))
    without = task.fitted_on[data.labels[task.fitted_on] != 2]
    narrower = type(task)(task.kind, task.family, task.fold, without, task.held_out)
    assert (run_task(narrower, data, 7)[:, 2] == 0).all()
