"""Ways in which holdout accuracy could be something else than knowledge of the truth.

Copies of its photos in another split; a source that gives the label away; and labels that mean
nothing, from which more than chance would be learned only through a leak. Zhang et al.,
Understanding deep learning requires rethinking generalization, ICLR 2017, train on random labels;
here they are shuffled between building groups, so that photos of one building still agree, and
what is asked is what such a probe gets right on the holdout.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from artifacts.records.evidence import Estimate, Leakage, NearDuplicate, SourceClassifier
from artifacts.records.photos import PhotoManifest, PhotoRow, Split
from gate.measures.plan import MeasurementPlan
from gate.measures.slices import Traits, estimate
from scoring.metrics import Resampling, shares
from scoring.scorer import Vectors

OtherSplit = Literal["train", "validation"]
_CHUNK = 128
"""Holdout photos compared with a whole split at once: bounds memory."""
_FOLDS = 5
_MIN_GROUPS = 20
"""Building groups that a source needs before it is asked whether it can be recognised."""
PROBES: Final = 5
OTHERS: tuple[OtherSplit, ...] = ("train", "validation")


@dataclass(frozen=True, eq=False)
class Looks:
    """A split's photos by digest; vectors (n, width), difference hashes (n, 32 bytes), traits."""

    photos: tuple[str, ...]
    vectors: Vectors
    fingerprints: NDArray[np.uint8]
    traits: tuple[Traits, ...]


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


def find_near_duplicates(
    holdout: Looks, other: Looks, split: OtherSplit, within_bits: int
) -> tuple[NearDuplicate, ...]:
    """Return for each holdout photo the photo of another split that is most like it, alike first.

    Only pairs whose 256-bit difference hashes differ in at most `within_bits` bits. The photos of
    one building group lie in one split whole, so no pair of them is here.
    """
    if not len(holdout.photos) or not len(other.photos):
        return ()
    nearest, bits = _nearest(holdout.fingerprints, other.fingerprints)
    order = np.argsort(bits, kind="stable")
    return tuple(
        NearDuplicate(
            holdout=holdout.photos[i],
            other=other.photos[nearest[i]],
            split=split,
            bits=int(bits[i]),
        )
        for i in order
        if bits[i] <= within_bits
    )


def by_likeness(found: Sequence[NearDuplicate]) -> tuple[NearDuplicate, ...]:
    """Sort pairs, the most alike first."""
    return tuple(sorted(found, key=lambda pair: (pair.bits, pair.holdout, pair.split)))


def _nearest(
    ours: NDArray[np.uint8], theirs: NDArray[np.uint8]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return for each of our hashes (n, 32) the index of the nearest of theirs, and the bits."""
    left, right = (np.ascontiguousarray(hashes).view(np.uint64) for hashes in (ours, theirs))
    nearest = np.zeros(len(left), dtype=np.intp)
    bits = np.zeros(len(left), dtype=np.intp)
    for start in range(0, len(left), _CHUNK):
        part = slice(start, start + _CHUNK)
        differing = np.bitwise_count(left[part, None] ^ right[None]).sum(axis=2, dtype=np.intp)
        nearest[part] = differing.argmin(axis=1)
        bits[part] = differing.min(axis=1)
    return nearest, bits


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


def measure_shuffled_labels(
    train: Sequence[PhotoRow],
    train_vectors: Vectors,
    holdout: Sequence[PhotoRow],
    holdout_vectors: Vectors,
    head: str,
    seed: int,
) -> tuple[float, ...]:
    """Return the holdout accuracy of five probes, each trained on labels shuffled anew, 0 to 1.

    A probe is a ridge classifier over standardised vectors; all five are solved at once. Nothing
    comes back where either split has no photo of known truth.
    """
    ours = [i for i, row in enumerate(train) if row.truth(head) is not None]
    theirs = [i for i, row in enumerate(holdout) if row.truth(head) is not None]
    if not ours or not theirs:
        return ()
    labels, truths = np.unique([str(train[i].truth(head)) for i in ours], return_inverse=True)
    groups = np.unique([train[i].group for i in ours], return_inverse=True)[1].reshape(-1)
    shuffled = [
        shuffle_between_groups(truths.reshape(-1), groups, np.random.default_rng((seed, probe)))
        for probe in range(PROBES)
    ]
    answers = _answers(train_vectors[ours], shuffled, len(labels), holdout_vectors[theirs])
    expected = np.array([str(holdout[i].truth(head)) for i in theirs])
    return tuple(float((labels[told] == expected).mean()) for told in answers)


def shuffle_between_groups(
    truths: NDArray[np.intp], groups: NDArray[np.intp], generator: np.random.Generator
) -> NDArray[np.intp]:
    """Give every group, 0 to g - 1, the label of another's first photo: (n,)."""
    first = np.unique(groups, return_index=True)[1]
    shuffled: NDArray[np.intp] = generator.permutation(truths[first])[groups]
    return shuffled


def _answers(
    vectors: Vectors, shuffled: Sequence[NDArray[np.intp]], labels: int, asked: Vectors
) -> list[NDArray[np.intp]]:
    # sklearn takes a second to import, and most commands never get here.
    from sklearn.linear_model import Ridge  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    scaler = StandardScaler().fit(vectors)
    targets = np.concatenate([2.0 * np.eye(labels)[truths] - 1 for truths in shuffled], axis=1)
    ridge = Ridge(alpha=vectors.shape[1], solver="cholesky").fit(scaler.transform(vectors), targets)
    scores = ridge.predict(scaler.transform(asked)).reshape(len(asked), len(shuffled), labels)
    return [scores[:, probe].argmax(axis=1) for probe in range(len(shuffled))]
