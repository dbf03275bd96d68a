"""Stage train: compare families by grouped cross-validation, fit the best, export it to ONNX."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifacts.records.manifest import ClassificationHead, Head, Interval, RegressionHead
from features import Extractor
from scoring.labels import winners
from scoring.scorer import Scorer
from training.domain.families import fit_labels, fit_values
from training.domain.params import Family, TrainParams, ValueFamily
from training.domain.runs import FamilyScore, RunIdentity, VectorsRecord
from training.domain.selection import (
    Fold,
    LabelTask,
    ValueTask,
    label_metrics,
    out_of_fold,
    run_task,
    tasks,
    value_metrics,
)
from training.domain.trained import TrainedModel
from training.domain.training_set import TrainingSet, training_set
from training.errors import UnfaithfulExport
from training.models.definition import ModelDefinition
from training.ports import Exporter, Parallel, Work

PROBABILITY_TOLERANCE = 1e-3
"""Largest difference of a probability between scikit-learn and ONNX Runtime."""
VALUE_TOLERANCE = 1e-4
"""Largest difference of a raw value between scikit-learn and ONNX Runtime."""


def train(
    work: Work,
    model: ModelDefinition,
    identity: RunIdentity,
    exporter: Exporter,
    parallel: Parallel,
) -> TrainedModel:
    """Train every head and prove that its ONNX form answers as it does, on every photo.

    Only the train split is fitted on. Raises UnfaithfulExport if one label differs.
    """
    params, manifest = work.params(), work.manifest()
    made = VectorsRecord(photo_manifest=manifest.digest, feature_schema=identity.feature_schema)
    vectors = work.vectors(made)
    of_train = np.array([row.split == "train" for row in manifest.rows])
    data = training_set(manifest.of_split("train"), np.array(vectors[of_train]), model)
    folds = _cross_validate(data, params.train, params.seed, parallel)
    labels, label_scores = _choose_labels(model, data, folds, params.train)
    values, value_scores, interval = _choose_values(model, data, folds, params.train)
    seed = params.seed
    estimators = (fit_labels(labels, data, seed), fit_values(values, data, seed))
    heads = _heads(model, data, labels, values, interval)
    names = [head.name for head in heads]
    exported = [exporter.export(estimator, vectors.shape[1]) for estimator in estimators]
    files = {head.file: onnx for head, onnx in zip(heads, exported, strict=True)}
    scorer = Scorer(Extractor(model.schema()), heads, files)
    fitted = dict(zip(names, estimators, strict=True))
    photos = [row.photo for row in manifest.rows]
    require_faithful(scorer, fitted, np.array(vectors), photos)
    trained = TrainedModel(
        identity=identity,
        heads=heads,
        families=(*label_scores, *value_scores),
        photos_compared=len(photos),
    )
    work.write_model(trained, files)
    return trained


def _cross_validate(
    data: TrainingSet, params: TrainParams, seed: int, parallel: Parallel
) -> list[Fold]:
    todo = list(tasks(data, params, seed))
    found = parallel.map(partial(run_task, data=data, seed=seed), todo, "cross-validating")
    return list(zip(todo, found, strict=True))


def _choose_labels(
    model: ModelDefinition, data: TrainingSet, folds: list[Fold], params: TrainParams
) -> tuple[Family, tuple[FamilyScore, ...]]:
    head = model.classification.name
    found = {
        family: label_metrics(head, data, out_of_fold(LabelTask, family, folds))
        for family in params.classification
    }
    # The first of equals wins: params.yaml lists the cheaper family first.
    best = max(found, key=lambda family: found[family]["accuracy"])
    return best, _scores(head, found, best)


def _choose_values(
    model: ModelDefinition, data: TrainingSet, folds: list[Fold], params: TrainParams
) -> tuple[ValueFamily, tuple[FamilyScore, ...], Interval]:
    target, level, truths = model.regression, params.interval_level, data.valued().values
    found = {
        family: value_metrics(target, truths, out_of_fold(ValueTask, family, folds), level)
        for family in params.regression
    }
    best = min(found, key=lambda family: found[family][0]["median_absolute_error"])
    metrics = {family: metrics for family, (metrics, _) in found.items()}
    return best, _scores(target.name, metrics, best), found[best][1]


def _scores(
    head: str, found: dict[Any, dict[str, float]], best: Family | ValueFamily
) -> tuple[FamilyScore, ...]:
    return tuple(
        FamilyScore(head=head, family=family.kind, metrics=metrics, chosen=family == best)
        for family, metrics in found.items()
    )


def _heads(
    model: ModelDefinition,
    data: TrainingSet,
    labels: Family,
    values: ValueFamily,
    interval: Interval,
) -> tuple[Head, Head]:
    return (
        ClassificationHead(
            name=model.classification.name,
            family=labels.kind,
            file=f"heads/{model.classification.name}.onnx",
            labels=data.names,
        ),
        RegressionHead(
            name=model.regression.name,
            family=values.kind,
            file=f"heads/{model.regression.name}.onnx",
            unit=model.regression.unit,
            scale=model.regression.scale,
            interval=interval,
        ),
    )


def require_faithful(
    scorer: Scorer, fitted: dict[str, Any], vectors: NDArray[np.float32], photos: list[str]
) -> None:
    """Raise UnfaithfulExport unless ONNX answers as the fitted estimators do on vectors (n, width).

    Labels must be equal on every photo, by the one rule that names them; probabilities and values
    within their tolerances.
    """
    scores = scorer.scores(vectors)
    for head in scorer.heads:
        estimator, found = fitted[head.name], scores[head.name]
        if isinstance(head, ClassificationHead):
            wanted = estimator.predict_proba(vectors)
            far = (np.abs(wanted - found) > PROBABILITY_TOLERANCE).any(axis=1)
            differing = far | (winners(wanted) != winners(found))
        else:
            differing = np.abs(estimator.predict(vectors) - found) > VALUE_TOLERANCE
        if differing.any():
            where = tuple(photos[i] for i in np.flatnonzero(differing))
            raise UnfaithfulExport(head.name, where, len(photos))
