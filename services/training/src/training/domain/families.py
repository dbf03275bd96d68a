"""Model families: scikit-learn estimators whose ONNX form decides as they do."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from training.domain.params import Discriminant, Family, Linear, Trees

_ITERATIONS = 400


def classifier(family: Family, seed: int) -> BaseEstimator:
    """Return an unfitted classifier of a family."""
    match family:
        case Trees(kind="extra_trees"):
            return ExtraTreesClassifier(**_trees(family, seed), class_weight="balanced")
        case Trees():
            return RandomForestClassifier(**_trees(family, seed), class_weight="balanced")
        case Linear():
            logistic = LogisticRegression(C=1 / family.strength, max_iter=_ITERATIONS)
            return make_pipeline(StandardScaler(), logistic)
        case Discriminant():
            analysis = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=family.shrinkage)
            return make_pipeline(StandardScaler(), analysis)


def regressor(family: Trees | Linear, seed: int) -> BaseEstimator:
    """Return an unfitted regressor of a family."""
    match family:
        case Trees(kind="extra_trees"):
            return ExtraTreesRegressor(**_trees(family, seed))
        case Trees():
            return RandomForestRegressor(**_trees(family, seed))
        case Linear():
            return make_pipeline(StandardScaler(), Ridge(alpha=family.strength))


def fit(estimator: BaseEstimator, vectors: NDArray[np.float32], truths: NDArray[Any]) -> None:
    """Fit on vectors (n, width) and truths (n,), and make the trees' thresholds float32.

    ONNX holds thresholds as float32. scikit-learn compares float32 features with float64
    thresholds; rounding those down to float32 changes no comparison of a float32 feature, and
    makes every split decide alike on both sides.
    """
    estimator.fit(vectors, truths)
    for tree in getattr(estimator, "estimators_", ()):
        thresholds = tree.tree_.threshold
        thresholds[:] = floor32(thresholds)


def floor32(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the largest float32 values that are not above the given ones, as float64."""
    rounded = values.astype(np.float32)
    below = np.nextafter(rounded, np.float32(-math.inf))
    return np.where(rounded.astype(np.float64) > values, below, rounded).astype(np.float64)


def _trees(family: Trees, seed: int) -> dict[str, Any]:
    return {
        "n_estimators": family.trees,
        "max_leaf_nodes": family.max_leaves,
        "min_samples_leaf": family.min_leaf_photos,
        "max_features": family.max_features,
        "random_state": seed,
        "n_jobs": 1,
    }
