"""What it costs in accuracy that photos are worse than those of the holdout."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from artifacts.records.evaluation import ClassificationOutcomes, Evaluation
from artifacts.records.evidence import Robustness
from features import Corruption
from gate.measures.slices import estimate
from gate.resampling import resample_groups
from scoring.labels import winners
from scoring.metrics import Resampling, correct, known, shares
from scoring.scorer import Scores


@dataclass(frozen=True, eq=False)
class CorruptedScores:
    """What the heads gave for photos made worse in one way: (photos, ...) by head."""

    corruption: Corruption
    scores: Mapping[str, Scores]


def choose_photos(groups: tuple[str, ...], photos: int, seed: int) -> NDArray[np.intp]:
    """Draw whole building groups until there are at least so many photos, or all: indices, sorted.

    `groups` names the group of each photo.
    """
    names, group_of = np.unique(np.array(groups, dtype=object).astype(str), return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(names))
    sizes = np.bincount(group_of.reshape(-1), minlength=len(names))[order]
    before = np.cumsum(sizes) - sizes
    return np.flatnonzero(np.isin(group_of.reshape(-1), order[before < photos]))


def measure_robustness(
    evaluation: Evaluation,
    chosen: NDArray[np.intp],
    corrupted: tuple[CorruptedScores, ...],
    resamples: int,
    seed: int,
    confidence: float,
) -> tuple[Robustness, ...]:
    """Compare accuracy over the chosen photos as they are and made worse, paired photo by photo."""
    if not len(chosen):
        return ()
    resampling = resample_groups(tuple(evaluation.groups[i] for i in chosen), resamples, seed)
    return tuple(
        _drop(outcomes, chosen, one, resampling, confidence)
        for outcomes in evaluation.classification
        if known(outcomes.truths)[chosen].any()
        for one in corrupted
    )


def _drop(
    outcomes: ClassificationOutcomes,
    chosen: NDArray[np.intp],
    corrupted: CorruptedScores,
    resampling: Resampling,
    confidence: float,
) -> Robustness:
    seen = known(outcomes.truths)[chosen]
    truths = np.array([-1 if t is None else t for t in outcomes.truths], dtype=np.intp)[chosen]
    clean = correct(outcomes)[chosen]
    worse = winners(corrupted.scores[outcomes.head]) == truths
    differences = clean.astype(np.float64) - worse
    drops = shares(differences, seen, resampling, np.ones((len(chosen), 1), dtype=bool))[:, 0]
    return Robustness(
        head=outcomes.head,
        corruption=corrupted.corruption.name,
        severity=corrupted.corruption.severity,
        setting=corrupted.corruption.setting,
        photos=int(seen.sum()),
        clean_accuracy=float(clean[seen].mean()),
        accuracy=float(worse[seen].mean()),
        drop=estimate(float(differences[seen].mean()), drops, confidence),
    )
