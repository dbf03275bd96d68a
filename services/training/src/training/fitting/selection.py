"""Grouped cross-validation: which family does best on buildings that it hasn't seen."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

from artifacts.records.evaluation import ClassificationOutcomes
from artifacts.records.manifest import PredictionSet
from scoring.labels import quantise
from scoring.metrics import head_metrics
from training.dataset.training_set import TrainingSet
from training.fitting.calibration import Tempering, fit_tempering, prediction_set
from training.fitting.families import fit_labels, fit_values
from training.params import Family, ValueFamily


@dataclass(frozen=True)
class LabelTask:
    """One fit of cross-validation: a family of classifiers on all folds but one."""

    family: Family
    held_out: NDArray[np.intp]


@dataclass(frozen=True)
class ValueTask:
    """The same for regressors of shares at knots; `held_out` counts photos of known value only."""

    family: ValueFamily
    held_out: NDArray[np.intp]
    knots: NDArray[np.float64]


Task = LabelTask | ValueTask
Fold = tuple[Task, NDArray[np.float64]]


def label_tasks(
    data: TrainingSet, families: Iterable[Family], folds: int, seed: int
) -> Iterator[LabelTask]:
    """Return every fit that compares classifiers. A building group lies in one fold, whole."""
    stratified = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    by_label = list(stratified.split(data.vectors, data.labels, data.groups))
    for family in families:
        yield from (LabelTask(family, held_out) for _, held_out in by_label)


def value_tasks(
    data: TrainingSet,
    families: Iterable[ValueFamily],
    knots: NDArray[np.float64],
    folds: int,
    seed: int,
) -> Iterator[ValueTask]:
    """Return every fit that compares regressors, on the photos of known value."""
    valued = data.valued()
    grouped = GroupKFold(folds, shuffle=True, random_state=seed)
    by_group = list(grouped.split(valued.vectors, groups=valued.groups))
    for family in families:
        yield from (ValueTask(family, held_out, knots) for _, held_out in by_group)


def run_task(task: Task, data: TrainingSet, seed: int) -> NDArray[np.float64]:
    """Fit and predict one fold: probabilities or shares (m, k) of the held-out photos.

    Nothing is fitted on a photo of a building that is held out, whether its value is known or not.
    """
    of = data if isinstance(task, LabelTask) else data.valued()
    vectors = of.vectors[task.held_out]
    others = data.without_groups(of.groups[task.held_out])
    if isinstance(task, ValueTask):
        values = fit_values(task.family, others, task.knots, seed).predict(vectors)
        return np.asarray(values, dtype=np.float64)
    model = fit_labels(task.family, others, seed)
    found = np.zeros((len(vectors), len(data.names)))
    # A rare label may lie in the held-out fold alone: then no probability goes to it.
    found[:, model.classes_] = model.predict_proba(vectors)
    return found


def out_of_fold(family: Family, folds: Sequence[Fold]) -> NDArray[np.float64]:
    """Put a classifier's folds together: probabilities of all photos, by models without each."""
    mine = [(task, found) for task, found in folds if task.family == family]
    order = np.argsort(np.concatenate([task.held_out for task, _ in mine]))
    return np.concatenate([found for _, found in mine])[order]


@dataclass(frozen=True)
class Calibration:
    """What makes a classifier's probabilities honest, and its metrics once they are.

    `probabilities` (n, k) are honest: calibrated, and of each photo by models without it.
    """

    tempering: Tempering
    prediction_set: PredictionSet
    metrics: dict[str, float]
    probabilities: NDArray[np.float64] = field(compare=False)


def calibrate(
    head: str, data: TrainingSet, found: NDArray[np.float64], set_level: float
) -> Calibration:
    """Calibrate out-of-fold probabilities (n, k): a temperature, sets at a level, and metrics.

    Families are compared as they would serve, each by its calibrated probabilities; which label
    they name hangs on no temperature.
    """
    tempering = fit_tempering(found, data.labels)
    honest = tempering.temper(found)
    sets = prediction_set(honest, data.labels, set_level)
    outcomes = ClassificationOutcomes(
        head=head,
        labels=data.names,
        set_threshold=sets.threshold,
        truths=tuple(data.labels.tolist()),
        probabilities=tuple(tuple(row) for row in quantise(honest).tolist()),
    )
    return Calibration(tempering, sets, head_metrics(outcomes), honest)
