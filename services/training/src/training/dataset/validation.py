"""Whether a dataset can be trained on: asked before anything is."""

from collections import Counter, defaultdict

from artifacts.records.manifest import Data, DataSplit
from artifacts.records.photos import PhotoManifest, PhotoRow, Split
from training.models.definition import ModelDefinition
from training.params import PrepareParams

SPLITS: tuple[Split, ...] = ("train", "validation", "holdout")
MOST_OF_A_STYLE = 0.5
"""The share of a style's training photos from which one building is told of."""


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
        counted = "1 style" if styles == 1 else f"{styles} styles"
        problems.append(f"{counted}, at least {params.min_labels} are needed")
    return tuple(problems)


def _thin_labels(rows: tuple[PhotoRow, ...], params: PrepareParams) -> list[str]:
    needed = params.min_groups_per_label
    return [
        f"style {style} has {found['train']} buildings to train on, at least {needed} are needed; "
        f"its buildings are {', '.join(f'{found[name]} in {name}' for name in SPLITS)}"
        for style, found in _buildings(rows).items()
        if found["train"] < needed
    ]


def _buildings(rows: tuple[PhotoRow, ...]) -> dict[str, Counter[str]]:
    """Count the buildings of each style, sorted, by split."""
    groups: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in rows:
        groups[row.style].add((row.split, row.group))
    return {style: Counter(split for split, _ in found) for style, found in sorted(groups.items())}


def dataset_notices(manifest: PhotoManifest) -> tuple[str, ...]:
    """Return what a dataset can be trained on in spite of, and people should know before.

    Styles that a split lacks: nothing is measured of them there. And styles of which one building
    has most of the photos to train on: they are learned as that building.
    """
    notices = [
        f"the split {split} has no building of {', '.join(lacking)}: nothing is measured of "
        f"{'them' if len(lacking) > 1 else 'it'} there"
        for split in SPLITS[1:]
        if (lacking := [s for s, found in _buildings(manifest.rows).items() if not found[split]])
    ]
    photos: dict[str, Counter[str]] = defaultdict(Counter)
    for row in manifest.of_split("train"):
        photos[row.style][row.group] += 1
    for style, found in sorted(photos.items()):
        (group, most), total = found.most_common(1)[0], found.total()
        if len(found) > 1 and most > total * MOST_OF_A_STYLE:
            notices.append(
                f"of {total} photos of {style} in the split train {most} show one building "
                f"({group}): the style is learned mostly from it"
            )
    return tuple(notices)


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
