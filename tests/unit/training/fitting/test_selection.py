from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from scipy.special import softmax
from support.training_doubles import small_params

from training.cluster.parallel import JoblibParallel
from training.dataset.training_set import TrainingSet
from training.fitting import selection
from training.fitting.selection import (
    LabelTask,
    Task,
    ValueTask,
    calibrate,
    label_tasks,
    out_of_fold,
    run_task,
    value_tasks,
)
from training.params import Discriminant, Kernel

PARAMS = small_params().train
KNOTS = np.arange(3.0, 9.0)


def a_training_set(photos: int = 120, groups: int = 40, classes: int = 4) -> TrainingSet:
    """Vectors that tell a label well, and groups whose photos share it."""
    random = np.random.default_rng(3)
    group = np.arange(photos) % groups
    labels = group % classes
    vectors = random.normal(size=(photos, 12)) + 3 * np.eye(12)[labels]
    values = np.where(group % 5 == 0, np.nan, 4.0 + labels)
    names = tuple("abcd"[:classes])
    return TrainingSet(vectors.astype(np.float32), names, labels, values, group, (12,))


def all_tasks(data: TrainingSet) -> list[Task]:
    labels = label_tasks(data, PARAMS.classification, PARAMS.folds, seed=7)
    return [*labels, *value_tasks(data, PARAMS.regression, KNOTS, PARAMS.folds, seed=7)]


def test_nothing_is_fitted_on_a_building_that_is_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    data = a_training_set()
    seen = []

    def remember(task: LabelTask | ValueTask, others: TrainingSet) -> None:
        of = data if isinstance(task, LabelTask) else data.valued()
        seen.append(set(of.groups[task.held_out]) & set(others.groups))

    for name in ("fit_labels", "fit_values"):
        real = getattr(selection, name)
        monkeypatch.setattr(
            selection,
            name,
            lambda f, o, *rest, real=real: (remember(task, o), real(f, o, *rest))[1],
        )
    for task in all_tasks(data):
        run_task(task, data, seed=7)
    assert len(seen) == 6
    assert not any(seen)


def test_every_photo_is_held_out_once() -> None:
    data = a_training_set()
    family = PARAMS.classification[0]
    held = [t.held_out for t in all_tasks(data) if t.family == family]
    assert sorted(np.concatenate(held)) == list(range(120))


def test_out_of_fold_predictions_come_in_the_order_of_the_photos() -> None:
    data = a_training_set()
    done = [(task, run_task(task, data, 7)) for task in all_tasks(data)]
    found = out_of_fold(PARAMS.classification[0], done)
    assert calibrate("style", data, found, set_level=0.8).metrics["accuracy"] > 0.9


def test_shuffled_labels_leave_nothing_to_learn() -> None:
    data = a_training_set(240, 240)
    shuffled = np.random.default_rng(5).permutation(data.labels)
    lost = replace(data, labels=shuffled)
    done = [(task, run_task(task, lost, 7)) for task in all_tasks(lost)]
    found = out_of_fold(PARAMS.classification[0], done)
    assert calibrate("style", lost, found, set_level=0.8).metrics["accuracy"] < 0.4


def test_calibration_makes_what_is_too_sure_honest_and_its_sets_cover() -> None:
    random = np.random.default_rng(2)
    data = a_training_set(400, 400)
    logits = random.normal(size=(400, 4)) + np.eye(4)[data.labels]
    sure = softmax(5 * logits, axis=1)
    found = calibrate("style", data, sure, set_level=0.9)
    assert found.tempering.temperature == pytest.approx(5, rel=0.2)
    assert found.metrics["calibration_error"] < 0.08
    assert found.metrics["set_coverage"] >= 0.9
    assert 1 < found.metrics["set_size"] < 4
    assert found.metrics["accuracy"] == (sure.argmax(axis=1) == data.labels).mean()


def test_a_label_that_a_fold_lacks_gets_no_probability() -> None:
    data = a_training_set()
    task = all_tasks(data)[0]
    held = set(task.held_out.tolist())
    labels = np.where([n in held for n in range(120)], 2, data.labels % 2)
    split = replace(data, labels=labels, groups=np.arange(120))
    assert (run_task(task, split, 7)[:, 2:] == 0).all()


def test_one_process_and_two_answer_every_fold_to_the_last_bit() -> None:
    # Wide enough for a matrix library to use several threads where it is let.
    random = np.random.default_rng(3)
    labels = np.arange(400) % 4
    vectors = random.normal(size=(400, 600)) + 2 * np.eye(600)[labels]
    data = replace(
        a_training_set(400, 400), vectors=vectors.astype(np.float32), labels=labels, runs=(600,)
    )
    kernel = Kernel(
        kind="kernel", components=50, width=1.5, ridge=0.1, hand_made=0.3, balance=1, max_photos=250
    )
    todo: list[Task] = [
        *label_tasks(data, [kernel, Discriminant(kind="discriminant", shrinkage=0.5)], 3, seed=7),
        *value_tasks(data, [kernel], KNOTS, 3, seed=7),
    ]
    run = partial(run_task, data=data, seed=7)
    one, two = (JoblibParallel(jobs).map(run, todo, "cross-validating") for jobs in (1, 2))
    assert [found.tobytes() for found in one] == [found.tobytes() for found in two]
