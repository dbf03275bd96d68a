"""Model families: estimators whose ONNX form decides as they do.

Boosting is none of them. GradientBoostingClassifier exports and names equal labels, but fits a tree
a label and round: on 2,600 real photos of 25 styles one round takes 12 s on one core, and thirty
rounds over a few features at random, 10 s, are right on 17 % where a discriminant is on 44 %.
HistGradientBoostingClassifier (scikit-learn 1.9) of more than two labels is not converted by
skl2onnx 1.20, and is right on 13 photos of a hundred fewer than a kernel machine (ADR 55).
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg
from scipy.linalg import blas
from sklearn.base import BaseEstimator
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from training.dataset.training_set import TrainingSet
from training.fitting.kernels import KernelClassifier, KernelRegressor
from training.fitting.neighbours import NeighboursClassifier
from training.params import (
    Discriminant,
    Family,
    Kernel,
    Linear,
    NearestNeighbours,
    Trees,
    ValueFamily,
)

_ITERATIONS = 400
_FORESTS = (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)


def classifier(
    family: Trees | Linear | NearestNeighbours, seed: int, jobs: int | None = 1
) -> BaseEstimator | NeighboursClassifier:
    """Return an unfitted classifier of a family; `jobs` fit a forest's trees."""
    match family:
        case Trees(kind="extra_trees"):
            return ExtraTreesClassifier(**_trees(family, seed, jobs), class_weight="balanced")
        case Trees():
            return RandomForestClassifier(**_trees(family, seed, jobs), class_weight="balanced")
        case Linear():
            logistic = LogisticRegression(C=1 / family.strength, max_iter=_ITERATIONS)
            return make_pipeline(StandardScaler(), logistic)
        case NearestNeighbours():
            return NeighboursClassifier(family.neighbours, family.levels)


def fit_labels(family: Family, data: TrainingSet, seed: int, jobs: int | None = 1) -> Any:
    """Return a classifier fitted on all photos of a training set.

    The trees of a forest are fitted by so many jobs, None being as many as joblib's context has.
    Each draws from a seed of its own and keeps its place, so that the number changes nothing.
    """
    if isinstance(family, Kernel):
        model = KernelClassifier(family, data.runs)
        return model.fit(data.vectors, data.labels, data.groups)
    if isinstance(family, Discriminant):
        return fit_discriminant(family.shrinkage, data.vectors, data.labels)
    return _fitted(classifier(family, seed, jobs), data.vectors, data.labels)


def fit_discriminant(
    shrinkage: float, vectors: NDArray[np.float32], labels: NDArray[np.intp]
) -> Pipeline:
    """Return a fitted linear discriminant of vectors (n, width) and labels (n,).

    It has the state that scikit-learn's `lsqr` solver gives it, in an eighth of the time: the
    weighted sum of all labels' covariances is one product, and what shrinkage makes positive
    definite is solved by its Cholesky factor, where scikit-learn asks for least squares. Photos
    are copied to float64 some at once, and the covariance is there once, as its lower triangle.
    """
    scaler = StandardScaler().fit(vectors)
    classes, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
    (photos, width), rows = vectors.shape, 512
    means = np.empty((len(classes), width))
    for place in range(len(classes)):
        scaled = scaler.transform(vectors[places == place])
        means[place] = scaled.mean(axis=0, dtype=np.float64)
    scatter = np.zeros((width, width), order="F")
    for start in range(0, photos, rows):
        some = slice(start, start + rows)
        centred = scaler.transform(vectors[some]) - means[places[some]]
        scatter = blas.dsyrk(1.0, centred.T, 1.0, scatter, lower=True, overwrite_c=True)
    variance = float(np.trace(scatter)) / photos / width
    scatter *= (1 - shrinkage) / photos
    scatter.T.flat[:: width + 1] += shrinkage * variance
    if shrinkage > np.finfo(float).eps and variance > 0:
        factor = linalg.cho_factor(scatter, lower=True, overwrite_a=True)
        weights = linalg.cho_solve(factor, means.T).T
    else:  # few photos may leave directions without any spread
        weights = linalg.lstsq(np.tril(scatter) + np.tril(scatter, -1).T, means.T)[0].T
    offsets = np.log(counts / photos) - 0.5 * np.einsum("ij,ij->i", means, weights)
    if len(classes) == 2:  # noqa: PLR2004 - of two labels scikit-learn keeps the difference
        weights, offsets = weights[1:] - weights[:1], offsets[1:] - offsets[:1]
    analysis = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage)
    analysis.classes_, analysis.n_features_in_ = classes, width
    analysis.coef_, analysis.intercept_ = weights, offsets
    return make_pipeline(scaler, analysis)


def fit_values(
    family: ValueFamily,
    data: TrainingSet,
    knots: NDArray[np.float64],
    seed: int,
    jobs: int | None = 1,
) -> Any:
    """Return a regressor of a number's distribution, fitted on photos whose number is known.

    For each of the knots (k,) it learns whether a photo's number is at most that: what it predicts
    are shares (n, k). `jobs` are those of `fit_labels`.
    """
    valued = data.valued()
    reached = (valued.values[:, None] <= knots).astype(np.float64)
    match family:
        case Kernel():
            return KernelRegressor(family, data.runs).fit(valued.vectors, reached)
        case Trees(kind="extra_trees"):
            model = ExtraTreesRegressor(**_trees(family, seed, jobs))
        case Trees():
            model = RandomForestRegressor(**_trees(family, seed, jobs))
        case Linear():
            model = make_pipeline(StandardScaler(), Ridge(alpha=family.strength))
    return _fitted(model, valued.vectors, reached)


def _fitted(model: Any, vectors: NDArray[np.float32], truths: NDArray[Any]) -> Any:
    """Fit on vectors (n, width) and truths (n,), and make the trees' thresholds float32.

    ONNX holds thresholds as float32. scikit-learn compares float32 features with float64
    thresholds; rounding those down to float32 changes no comparison of a float32 feature, and
    makes every split decide alike on both sides.
    """
    model.fit(vectors, truths)
    if isinstance(model, _FORESTS):
        # Jobs that predict add up the trees' answers in the order in which they end.
        model.n_jobs = 1
    for tree in getattr(model, "estimators_", ()):
        thresholds = tree.tree_.threshold
        thresholds[:] = floor32(thresholds)
    return model


def floor32(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the largest float32 values that are not above the given ones, as float64."""
    rounded = values.astype(np.float32)
    below = np.nextafter(rounded, np.float32(-math.inf))
    return np.where(rounded.astype(np.float64) > values, below, rounded).astype(np.float64)


def _trees(family: Trees, seed: int, jobs: int | None) -> dict[str, Any]:
    return {
        "n_estimators": family.trees,
        "max_leaf_nodes": family.max_leaves,
        "min_samples_leaf": family.min_leaf_photos,
        "max_features": family.max_features,
        "random_state": seed,
        "n_jobs": jobs,
    }
