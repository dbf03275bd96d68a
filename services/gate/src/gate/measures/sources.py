"""How far the source of a photo gives its label away."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from artifacts.records.evidence import Estimate, SourceClassifier
from artifacts.records.photos import PhotoManifest, PhotoRow
from gate.measures.estimates import estimate
from gate.metrics import shares
from gate.resampling import Resampling
from scoring.scorer import Vectors

_FOLDS = 5
_MIN_GROUPS = 20
"""Building groups that a source needs before it is asked whether it can be recognised."""


@dataclass(frozen=True)
class SourceAccuracy:
    """Accuracy of naming each source's commonest label, and of naming the commonest of all."""

    label_from_source: Estimate
    commonest: float


def measure_label_from_source(
    manifest: PhotoManifest, head: str, resampling: Resampling, confidence: float
) -> SourceAccuracy:
    """Name labels of the holdout by what is commonest in the train split, given only the source.

    A source that the train split doesn't have gets the commonest label of all.
    """
    train, rows = manifest.of_split("train"), manifest.of_split("holdout")
    commonest, by_source = _commonest(train, head), _commonest_by_source(train, head)
    truths = [row.truth(head) for row in rows]
    seen = np.array([truth is not None for truth in truths], dtype=bool)
    named = [by_source.get(row.source, commonest) for row in rows]
    hits = np.array([a == b for a, b in zip(named, truths, strict=True)], dtype=bool) & seen
    always = np.array([commonest == truth for truth in truths], dtype=bool) & seen
    statistics = shares(hits, seen, resampling, np.ones((len(rows), 1), dtype=bool))[:, 0]
    total = max(1, int(seen.sum()))
    value = estimate(float(hits.sum() / total), statistics, confidence)
    return SourceAccuracy(value, float(always.sum() / total))


def measure_source_classifier(
    rows: Sequence[PhotoRow], vectors: Vectors, seed: int
) -> SourceClassifier | None:
    """Say how well a photo's source can be told from its vector (n, width), or None.

    A linear classifier (ridge, sources weighted equally) in 5-fold cross-validation that keeps
    building groups whole. Balanced accuracy is the mean over sources of the share recognised;
    chance is 1 over the number of sources. None with fewer than two sources of enough groups.

    A source that can be told is no leak by itself: sources that show other styles look different.
    It is one where a label can be told from the source as well.
    """
    large = _large_sources(rows)
    if len(large) < 2:  # noqa: PLR2004 - there is nothing to tell apart
        return None
    chosen = [i for i, row in enumerate(rows) if row.source in large]
    sources = np.array([rows[i].source for i in chosen])
    groups = np.array([rows[i].group for i in chosen])
    return SourceClassifier(
        sources=len(large),
        photos=len(chosen),
        balanced_accuracy=_cross_validated(vectors[chosen], sources, groups, seed),
        chance=1 / len(large),
    )


def _cross_validated(vectors: Vectors, sources: np.ndarray, groups: np.ndarray, seed: int) -> float:
    # sklearn takes a second to import, and most commands never get here.
    from sklearn.linear_model import RidgeClassifier  # noqa: PLC0415
    from sklearn.metrics import balanced_accuracy_score  # noqa: PLC0415
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    # As much weight on small coefficients as on the fit: more values than photos a fold.
    ridge = RidgeClassifier(alpha=vectors.shape[1], class_weight="balanced")
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=seed)
    model = make_pipeline(StandardScaler(), ridge)
    told = cross_val_predict(model, vectors, sources, groups=groups, cv=folds)
    return float(balanced_accuracy_score(sources, told))


def _large_sources(rows: Sequence[PhotoRow]) -> set[str]:
    groups: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        groups[row.source].add(row.group)
    return {source for source, names in groups.items() if len(names) >= _MIN_GROUPS}


def _commonest(rows: Sequence[PhotoRow], head: str) -> str | None:
    """The commonest label, the first by name among equals; None without any."""
    counts = Counter(str(truth) for row in rows if (truth := row.truth(head)) is not None)
    return min(counts, key=lambda label: (-counts[label], label), default=None)


def _commonest_by_source(rows: Sequence[PhotoRow], head: str) -> dict[str, str | None]:
    by_source: dict[str, list[PhotoRow]] = defaultdict(list)
    for row in rows:
        by_source[row.source].append(row)
    return {source: _commonest(found, head) for source, found in by_source.items()}
