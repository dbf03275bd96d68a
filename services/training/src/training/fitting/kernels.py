"""Kernel machines over standardised features: a classifier and a regressor that export exactly.

Both are regularised least squares in the space of a Gaussian kernel (Rifkin, Yeo and Poggio,
Regularized least-squares classification, 2003): one linear system instead of a search, and what a
model without a fold would have said of that fold follows from the same inverse (their section on
leave-one-out, here by whole building groups).
"""

from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import linalg
from scipy.linalg import blas, lapack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.utils.extmath import randomized_svd

from training.errors import UnsolvableKernel
from training.fitting.standardising import means_and_inverses, shares_of_runs
from training.params import Kernel

PLACES = 127
"""The largest place of a photo on a component, and of a feature on its scale."""
_STEPS = 16
"""Places of a feature a standard deviation."""
_LOADING = 1023
"""The largest whole number of the projection."""
_EXACT = 2.0**23
"""What sums over the photos learned from stay below, whatever the signs and the order: half of
what float32 counts to, so that a photo farther out has room."""
_ROWS = 512
_SEED = 0
"""Of the random projection that finds components; a model follows from its photos and settings."""
_SAMPLE = 1000
_FOLDS = 5

Floats = NDArray[np.float64]
Vectors = NDArray[np.float32]


class KernelMap:
    """Vectors to kernel values: how alike a photo is to each photo learned from, 0 to 1.

    Features are standardised and weighted, so that each run of the vector counts alike, however
    many values it has; then projected on their principal components. Likeness is
    exp(-width * d / s) of the squared distance d, where s is the median of the photos learned
    from.

    Features, projection and the places of photos are whole numbers: 16 to a standard deviation up
    to 127, up to 1,023, and up to 127. float32 holds their sums of products exactly, in whatever
    order they are added: what an export finds near is what this finds near. In fractions one sum in
    a million fell on the other side of a half, which moved a photo's probabilities by up to two
    hundredths.
    """

    mean_: Vectors
    scale_: Vectors
    """Places of a feature for 1."""
    weights_: Vectors
    """By feature, for the projection to be found by: runs count as the settings say."""
    projection_: NDArray[np.float16]
    """Whole numbers (width, components)."""
    step_: np.float32
    """Places of a photo for a projected 1."""
    seen_: NDArray[np.int8]
    rate_: float
    """A kernel value is exp(-rate_ * squared distance)."""

    def __init__(self, family: Kernel, runs: tuple[int, ...]) -> None:
        """Take settings, and the widths of the vector's runs: learned ones, the hand-made last."""
        self.family = family
        self.runs = runs

    def fit(self, vectors: Vectors) -> Self:
        """Learn from vectors (n, width); the kernel has one value for each of them."""
        self.mean_, inverse = means_and_inverses(vectors)
        self.scale_ = (inverse * _STEPS).astype(np.float32)
        shares = shares_of_runs(self.runs, self.family.hand_made)
        self.weights_ = np.sqrt(shares).astype(np.float32)
        standard = self.standard(vectors)
        standard *= self.weights_
        components = min(self.family.components, *standard.shape)
        _, _, rows = randomized_svd(standard, components, random_state=_SEED)
        del standard
        loadings = rows.T * self.weights_[:, None]
        most = max(
            float((np.abs(self.standard(b)) @ np.abs(loadings)).max()) for b in _blocks(vectors)
        )
        loadings *= min(_LOADING / np.abs(loadings).max(), _EXACT / (most or 1.0))
        self.projection_ = np.rint(loadings).astype(np.float16)
        reach = max(float(np.abs(self.sums(block)).max()) for block in _blocks(vectors))
        self.step_ = np.float32(PLACES / (reach or 1.0))
        self.seen_ = np.concatenate([self._places(b).astype(np.int8) for b in _blocks(vectors)])
        some = self.seen_[:: -(-len(vectors) // _SAMPLE)]
        self.rate_ = self.family.width / (float(np.median(_distances(some, some))) or 1.0)
        return self

    def values(self, vectors: Vectors) -> Floats:
        """Return kernel values (m, n) of vectors (m, width)."""
        return self._likeness(self._places(vectors))

    def gram(self) -> Floats:
        """Return the kernel values (n, n) of the photos learned from."""
        return self._likeness(self.seen_)

    def standard(self, vectors: Vectors) -> Vectors:
        """Return the places of the features of vectors, 16 to a standard deviation."""
        found = vectors - self.mean_
        found *= self.scale_
        places: Vectors = np.clip(np.rint(found, out=found), -PLACES, PLACES, out=found)
        return places

    def sums(self, vectors: Vectors) -> Vectors:
        """Return the projections (n, components) of vectors: whole numbers."""
        return np.asarray(self.standard(vectors) @ self.projection_.astype(np.float32))

    def _places(self, vectors: Vectors) -> Vectors:
        places: Vectors = np.clip(np.rint(self.sums(vectors) * self.step_), -PLACES, PLACES)
        return places

    def _likeness(self, places: NDArray[np.floating | np.int8]) -> Floats:
        found = _distances(places, self.seen_)
        found *= -self.rate_
        return np.asarray(np.exp(found, out=found))


class KernelClassifier:
    """Regularised least squares on one score a label, and a regression from scores to labels.

    Scores of squared loss order the labels well and are no probabilities. So a multinomial
    regression learns the probabilities from the scores that models without a photo's building
    group give it (stacking; Wolpert, Stacked generalization, Neural Networks 5, 1992).

    With `balance` a photo's error weighs by its label's rarity, to that power in least squares and
    to half of it in the regression, whose probabilities lean towards rare labels as far.
    """

    classes_: NDArray[np.intp]
    coefficients_: Floats
    mixing_: Floats
    offset_: Floats

    def __init__(self, family: Kernel, runs: tuple[int, ...]) -> None:
        self.family = family
        self.map = KernelMap(family, runs)

    def fit(self, vectors: Vectors, labels: NDArray[np.intp], groups: NDArray[np.intp]) -> Self:
        """Learn labels (n,) of vectors (n, width); photos of one group are never apart."""
        kept = evenly_by_label(labels, self.family.max_photos)
        vectors, labels, groups = vectors[kept], labels[kept], groups[kept]
        self.classes_, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
        targets = np.where(places[:, None] == np.arange(len(self.classes_)), 1.0, -1.0)
        gram = self.map.fit(vectors).gram()
        rarity = (counts.mean() / counts) ** self.family.balance
        penalties = self.family.ridge / rarity[places]
        self.coefficients_, honest = least_squares(gram, targets, penalties, groups)
        # Scores lie around -1 to 1, so that the usual penalty of 1 keeps noise from being learned.
        weighed = dict(enumerate(np.sqrt(rarity)))
        regression = LogisticRegression(C=1.0, max_iter=1000, class_weight=weighed)
        stacked = regression.fit(honest, places)
        weights, offset = stacked.coef_, stacked.intercept_
        if len(self.classes_) == 2:  # noqa: PLR2004 - of two labels scikit-learn keeps the second
            weights = np.concatenate([-weights, weights]) / 2
            offset = np.concatenate([-offset, offset]) / 2
        self.mixing_, self.offset_ = weights.T, offset
        return self

    def predict_proba(self, vectors: Vectors) -> Floats:
        """Return probabilities (n, classes) of vectors (n, width)."""
        return np.concatenate([self._probabilities(block) for block in _blocks(vectors)])

    def _probabilities(self, vectors: Vectors) -> Floats:
        logits = self.map.values(vectors) @ self.coefficients_ @ self.mixing_ + self.offset_
        likely = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(likely / likely.sum(axis=1, keepdims=True), np.float64)


class KernelRegressor:
    """Regularised least squares on values, around the means of the values learned from."""

    coefficients_: Floats
    mean_: Floats

    def __init__(self, family: Kernel, runs: tuple[int, ...]) -> None:
        self.family = family
        self.map = KernelMap(family, runs)

    def fit(self, vectors: Vectors, values: Floats) -> Self:
        """Learn values (n, k) of vectors (n, width)."""
        kept = evenly_by_value(values.sum(axis=1), self.family.max_photos)
        vectors, values = vectors[kept], values[kept]
        self.mean_ = values.mean(axis=0)
        penalties = np.full(len(values), self.family.ridge)
        factor = _factor(self.map.fit(vectors).gram(), penalties)
        self.coefficients_ = linalg.cho_solve((factor, True), values - self.mean_)
        return self

    def predict(self, vectors: Vectors) -> Floats:
        """Return values (n, k) of vectors (n, width)."""
        found = [self.map.values(block) @ self.coefficients_ for block in _blocks(vectors)]
        return np.concatenate(found) + self.mean_


def least_squares(
    gram: Floats, targets: Floats, penalties: Floats, groups: NDArray[np.intp]
) -> tuple[Floats, Floats]:
    """Return coefficients (n, k), and scores (n, k) by models without the photo's fold.

    Each photo has a penalty (n,). With C the inverse of gram + penalties and A = C targets, models
    without the photos f err on them by the inverse of C[f, f] times A[f]. `gram` is overwritten.
    Raises UnsolvableKernel.
    """
    # In place, and of every matrix of photos by photos the lower triangle alone.
    inverse, _ = lapack.dpotri(_factor(gram, penalties), lower=True, overwrite_c=True)
    coefficients = np.asarray(blas.dsymm(1.0, inverse, targets, lower=True))
    honest = np.empty_like(targets)
    folds = min(_FOLDS, len(np.unique(groups)))
    for _, held in GroupKFold(folds).split(targets, groups=groups):
        block = inverse[np.ix_(held, held)]  # held is in order, so the lower triangle is its own
        errors = linalg.solve(block, coefficients[held], lower=True, assume_a="pos")
        honest[held] = targets[held] - errors
    return coefficients, honest


def evenly_by_label(labels: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    """Return which photos of labels (n,) to keep, in order: all, or about `most`.

    Half of the room is shared out evenly, so that small labels stay whole; the rest goes by what
    each label has left. Within a label those kept are evenly many apart, and each label keeps one.
    """
    if len(labels) <= most:
        return np.arange(len(labels))
    _, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
    even = np.minimum(counts, max(1, most // (2 * len(counts))))
    share = max(0, most - int(even.sum())) / max(1, int((counts - even).sum()))
    quotas = even + ((counts - even) * share).astype(np.intp)
    return np.sort(
        np.concatenate(
            [_spread(np.flatnonzero(places == i), quota) for i, quota in enumerate(quotas)]
        )
    )


def evenly_by_value(values: Floats, most: int) -> NDArray[np.intp]:
    """Return which photos of values (n,) to keep, in order: all, or `most` of evenly many ranks."""
    return np.sort(_spread(np.argsort(values, kind="stable"), min(most, len(values))))


def _spread(photos: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    return photos[(np.arange(count) * len(photos)) // count]


def _factor(gram: Floats, penalties: Floats) -> Floats:
    """Return the lower Cholesky factor of gram + penalties, over gram; UnsolvableKernel."""
    gram.flat[:: len(gram) + 1] += penalties
    try:
        # LAPACK counts by columns; a symmetric matrix turned round is itself, and needs no copy.
        factor = linalg.cholesky(gram.T, lower=True, overwrite_a=True)
    except linalg.LinAlgError as exc:
        raise UnsolvableKernel(len(gram), float(penalties.min())) from exc
    return np.asarray(factor)


def _distances(
    places: NDArray[np.floating | np.int8], others: NDArray[np.floating | np.int8]
) -> Floats:
    """Return squared distances (n, m) between whole numbers (n, c) and (m, c); exact."""
    left, right = places.astype(np.float64), others.astype(np.float64)
    found: Floats = left @ right.T
    found *= -2
    found += np.einsum("ij,ij->i", left, left)[:, None]
    found += np.einsum("ij,ij->i", right, right)
    return found


def _blocks(vectors: Vectors) -> list[Vectors]:
    return [vectors[i : i + _ROWS] for i in range(0, len(vectors), _ROWS)]
