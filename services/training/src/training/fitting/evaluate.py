"""Stage evaluate: how the exported model does on the validation split.

The holdout is the gate's. Training never scores it, so it can't be selected on, not even by eye.
"""

import numpy as np

from artifacts.records.manifest import FamilyScore, Metric
from scoring import evaluate, metrics_of
from training.dataset.training_set import seen
from training.embedding.networks import extractor_of
from training.models.definition import ModelDefinition
from training.work.runs import VectorsRecord
from training.work.work_folder import WorkFolder


def evaluate_candidate(work: WorkFolder, model: ModelDefinition) -> tuple[Metric, ...]:
    """Score the validation split and leave the outcomes; return all metrics so far."""
    trained, files = work.model()
    manifest = work.manifest()
    schema = trained.identity.feature_schema
    vectors = work.vectors(VectorsRecord(photo_manifest=manifest.digest, feature_schema=schema))
    inside = np.array([row.split == "validation" for row in seen(manifest)])
    scorer = trained.scorer(extractor_of(model), files)
    evaluation = evaluate(scorer, manifest, "validation", np.array(vectors[inside]), model=None)
    metrics = (*_cross_validated(trained.families), *_validated(metrics_of(evaluation)))
    work.write_evaluation(evaluation, metrics)
    return metrics


def _cross_validated(families: tuple[FamilyScore, ...]) -> tuple[Metric, ...]:
    return tuple(
        Metric(name=f"{score.head}.{name}", value=value, over="cross_validation")
        for score in families
        if score.chosen
        for name, value in score.metrics.items()
    )


def _validated(found: dict[str, float]) -> tuple[Metric, ...]:
    return tuple(Metric(name=k, value=v, over="validation") for k, v in found.items())
