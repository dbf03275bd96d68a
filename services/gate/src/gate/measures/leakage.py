"""Ways in which holdout accuracy could be something else than knowledge of the truth."""

from collections.abc import Mapping

from artifacts.records.evidence import Leakage
from artifacts.records.photos import PhotoManifest, Split
from gate.measures.looks import Looks
from gate.measures.near_duplicates import (
    OtherSplit,
    by_likeness,
    find_near_duplicates,
)
from gate.measures.plan import MeasurementPlan
from gate.measures.shuffled_labels import measure_shuffled_labels
from gate.measures.sources import measure_label_from_source, measure_source_classifier
from gate.resampling import Resampling

OTHERS: tuple[OtherSplit, ...] = ("train", "validation")


def measure_leakage(
    manifest: PhotoManifest,
    looks: Mapping[Split, Looks],
    head: str,
    resampling: Resampling,
    plan: MeasurementPlan,
) -> Leakage:
    """Compare the holdout with the other splits; labels are those of one classification head.

    `photos_compared` are the holdout photos, each of which was compared with all of other splits.
    """
    holdout, train, bits = looks["holdout"], looks["train"], plan.within_bits
    pairs = [
        pair
        for split in OTHERS
        for pair in find_near_duplicates(holdout, looks[split], split, bits)
    ]
    rows = manifest.of_split("holdout")
    source = measure_label_from_source(manifest, head, resampling, plan.confidence)
    return Leakage(
        within_bits=bits,
        photos_compared=len(holdout.photos),
        near_duplicates=by_likeness(pairs),
        label_from_source=source.label_from_source,
        commonest=source.commonest,
        source_classifier=measure_source_classifier(rows, holdout.vectors, plan.seed),
        shuffled_labels=measure_shuffled_labels(
            manifest.of_split("train"), train.vectors, rows, holdout.vectors, head, plan.seed
        ),
    )
