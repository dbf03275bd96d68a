"""What each split of the photo manifest holds."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from artifacts.records.evidence import SplitSummary
from artifacts.records.photos import PhotoManifest, PhotoRow, Split

SPLITS: tuple[Split, ...] = ("train", "validation", "holdout")


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
