"""Whether a dataset can be trained on: asked before anything is."""

from collections import defaultdict

from artifacts.records.manifest import Data, DataSplit
from artifacts.records.photos import PhotoManifest, PhotoRow, Split
from training.domain.params import PrepareParams
from training.models.definition import ModelDefinition

SPLITS: tuple[Split, ...] = ("train", "validation", "holdout")


def dataset_problems(
    manifest: PhotoManifest, model: ModelDefinition, params: PrepareParams
) -> tuple[str, ...]:
    """Return everything that keeps a dataset from being trained on; nothing if all is well."""
    rows = manifest.rows
    labels = set(model.classification.labels)
    unknown = sorted({row.style for row in rows} - labels)
    problems = [f"unknown style {style}" for style in unknown]
    problems += [f"the split {name} is empty" for name in SPLITS if not manifest.of_split(name)]
    problems += _thin_labels(rows, params)
    if (styles := len({row.style for row in rows} & labels)) < params.min_labels:
        problems.append(f"{styles} styles, at least {params.min_labels} are needed")
    dated = sum(row.year is not None for row in manifest.of_split("train"))
    if dated < params.min_photos_with_year:
        needed = params.min_photos_with_year
        problems.append(f"{dated} training photos have a year, at least {needed} are needed")
    return tuple(problems)


def _thin_labels(rows: tuple[PhotoRow, ...], params: PrepareParams) -> list[str]:
    groups: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        groups[row.style].update({row.group} if row.split == "train" else ())
    needed = params.min_groups_per_label
    return [
        f"style {style} has {len(found)} buildings to train on, at least {needed} are needed"
        for style, found in sorted(groups.items())
        if len(found) < needed
    ]


def data_of(manifest: PhotoManifest) -> Data:
    """Return a manifest's record of data: digests and counts of its splits."""
    return Data(
        photo_manifest=manifest.digest,
        splits=tuple(
            DataSplit(
                name=name,
                digest=manifest.split_digest(name),
                photos=len(manifest.of_split(name)),
                groups=len({row.group for row in manifest.of_split(name)}),
            )
            for name in SPLITS
        ),
    )
