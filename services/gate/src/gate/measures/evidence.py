"""All measures of one model, put together; and what each split of the photo manifest holds."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artifacts.records.evaluation import Evaluation
from artifacts.records.evidence import Evidence, Resources, SplitSummary
from artifacts.records.photos import PhotoManifest, PhotoRow, Split
from gate.measures.answers import find_label_doubts, measure_confusion, measure_reliability
from gate.measures.declining import DeclinedPicture, measure_declined
from gate.measures.leakage import Looks, measure_leakage
from gate.measures.plan import MeasurementPlan
from gate.measures.robustness import CorruptedScores, measure_robustness
from gate.measures.slices import gaps_of, measure_dimension, measure_metrics, slices_of
from gate.resampling import resample_groups

SPLITS: tuple[Split, ...] = ("train", "validation", "holdout")


@dataclass(frozen=True, eq=False)
class Material:
    """What was seen and run of one model, before anything is computed from it.

    `evaluation` is over the holdout and has at least one photo and one classification head;
    `corrupted` is over its photos `chosen`, by index.
    """

    model: str
    measured_by: str
    manifest: PhotoManifest
    evaluation: Evaluation
    looks: Mapping[Split, Looks]
    chosen: NDArray[np.intp]
    corrupted: tuple[CorruptedScores, ...]
    resources: Resources
    declined: tuple[DeclinedPicture, ...] = ()


def measure_evidence(material: Material, plan: MeasurementPlan) -> Evidence:
    """Measure everything. Every interval of metrics, slices and gaps is of the same resamples."""
    evaluation, confidence = material.evaluation, plan.confidence
    resampling = resample_groups(evaluation.groups, plan.resamples, plan.seed)
    head = evaluation.classification[0].head
    dimensions = [
        measure_dimension(evaluation, name, resampling) for name in sorted(evaluation.slices)
    ]
    return Evidence(
        model=material.model,
        photo_manifest=evaluation.photo_manifest,
        holdout=evaluation.split_digest,
        measured_by=material.measured_by,
        method=plan.method,
        photos=len(evaluation.photos),
        groups=len(set(evaluation.groups)),
        metrics=measure_metrics(evaluation, resampling, confidence)
        | measure_declined(evaluation, material.declined, plan),
        confusions=tuple(map(measure_confusion, evaluation.classification)),
        reliability=tuple(map(measure_reliability, evaluation.classification)),
        slices=tuple(one for found in dimensions for one in slices_of(found, confidence)),
        gaps=tuple(
            gap
            for found in dimensions
            if found.name in plan.min_photos
            for gap in gaps_of(found, plan.min_photos[found.name], confidence)
        ),
        robustness=measure_robustness(
            evaluation,
            material.chosen,
            material.corrupted,
            plan.resamples,
            plan.seed,
            confidence,
        ),
        leakage=measure_leakage(material.manifest, material.looks, head, resampling, plan),
        label_doubts=find_label_doubts(evaluation),
        resources=material.resources,
        data=summarise_data(material.manifest, head),
    )


def summarise_data(manifest: PhotoManifest, head: str) -> tuple[SplitSummary, ...]:
    """Count photos and building groups of every split, by the labels of a classification head."""
    return tuple(_summary(split, manifest.of_split(split), head) for split in SPLITS)


def _summary(split: Split, rows: Sequence[PhotoRow], head: str) -> SplitSummary:
    groups: dict[str, set[str]] = defaultdict(set)
    labels: Counter[str] = Counter()
    for row in rows:
        truth = row.truth(head)
        if truth is not None:
            labels[str(truth)] += 1
            groups[str(truth)].add(row.group)
    return SplitSummary(
        split=split,
        photos=len(rows),
        groups=len({row.group for row in rows}),
        photos_with_year=sum(row.year is not None for row in rows),
        labels=dict(sorted(labels.items())),
        label_groups={label: len(groups[label]) for label in sorted(groups)},
        sources=dict(sorted(Counter(row.source for row in rows).items())),
        licences=dict(sorted(Counter(row.licence for row in rows).items())),
    )
