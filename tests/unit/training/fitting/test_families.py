from functools import partial

import joblib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from support.training_doubles import a_training_set

from training.fitting.families import fit_discriminant, fit_labels, fit_values, floor32
from training.params import (
    Discriminant,
    Family,
    Linear,
    NearestNeighbours,
    Trees,
    ValueFamily,
)

TREES = Trees(kind="extra_trees", trees=20, max_leaves=64, min_leaf_photos=1, max_features="sqrt")
LINEAR = Linear(kind="linear", strength=1.0)
FAMILIES: list[Family] = [
    TREES,
    TREES.model_copy(update={"kind": "random_forest"}),
    LINEAR,
    Discriminant(kind="discriminant", shrinkage=0.5),
    NearestNeighbours(kind="nearest_neighbours", neighbours=1, levels=8),
]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.kind)
def test_every_family_overfits_a_few_photos(family: Family) -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(24, 40)).astype(np.float32)
    labels = np.arange(24) % 4
    model = fit_labels(family, a_training_set(vectors, labels), seed=1)
    assert (model.predict(vectors) == labels).all()


@pytest.mark.parametrize("labels", [2, 5])
@pytest.mark.parametrize("shrinkage", [0.0, 0.1, 0.5, 1.0])
def test_a_discriminant_is_the_one_that_scikit_learn_fits(shrinkage: float, labels: int) -> None:
    random = np.random.default_rng(0)
    count = 40 if shrinkage else 400  # without shrinkage fewer photos than features fit anything
    seen, photos = random.normal(size=(count, 60)).astype(np.float32), np.arange(count) % labels
    seen += 0.3 * photos[:, np.newaxis].astype(np.float32)
    found = fit_discriminant(shrinkage, seen, photos)
    theirs = make_pipeline(
        StandardScaler(), LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage)
    ).fit(seen, photos)
    others = random.normal(size=(200, 60)).astype(np.float32)
    np.testing.assert_allclose(found.predict_proba(others), theirs.predict_proba(others), atol=2e-4)


@pytest.mark.parametrize("family", FAMILIES[:3], ids=lambda family: family.kind)
def test_every_regressor_follows_what_it_was_fitted_on(family: ValueFamily) -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(30, 40)).astype(np.float32)
    values = random.normal(size=30)
    knots = np.linspace(-2, 2, 5)
    reached = values[:, None] <= knots
    model = fit_values(family, a_training_set(vectors, values=values), knots, seed=1)
    found = model.predict(vectors)
    assert found.shape == (30, 5)
    assert np.abs(found - reached).mean() < 0.5 * np.abs(reached.mean(axis=0) - reached).mean()


def test_photos_of_unknown_value_teach_no_value() -> None:
    random = np.random.default_rng(0)
    vectors, values = random.normal(size=(30, 40)).astype(np.float32), random.normal(size=30)
    some = np.where(np.arange(30) < 20, values, np.nan)
    knots = np.array([-1.0, 0.0, 1.0])
    few = fit_values(LINEAR, a_training_set(vectors[:20], values=values[:20]), knots, seed=1)
    all_ = fit_values(LINEAR, a_training_set(vectors, values=some), knots, seed=1)
    assert (few.predict(vectors) == all_.predict(vectors)).all()


@given(st.floats(-1e30, 1e30))
def test_floor32_is_the_largest_float32_that_is_not_above(value: float) -> None:
    (found,) = floor32(np.array([value]))
    assert np.float32(found) == found
    assert found <= value
    assert float(np.nextafter(np.float32(found), np.float32(np.inf))) > value or found == value


@given(st.floats(-1e6, 1e6, width=32), st.floats(-1e6, 1e6))
def test_rounding_a_threshold_changes_no_comparison(feature: float, threshold: float) -> None:
    assert (feature <= threshold) == (feature <= floor32(np.array([threshold]))[0])


def test_a_forest_has_float32_thresholds_after_fitting() -> None:
    random = np.random.default_rng(0)
    data = a_training_set(random.normal(size=(60, 8)).astype(np.float32), np.arange(60) % 3)
    model = fit_labels(TREES, data, seed=1)
    thresholds = np.concatenate([tree.tree_.threshold for tree in model.estimators_])
    assert (thresholds == thresholds.astype(np.float32)).all()


@pytest.mark.parametrize("kind", ["extra_trees", "random_forest"])
def test_how_many_jobs_fit_a_forest_changes_nothing(kind: str) -> None:
    random = np.random.default_rng(3)
    vectors = random.normal(size=(90, 12)).astype(np.float32)
    data = a_training_set(vectors, random.integers(0, 3, 90), random.normal(size=90))
    family = TREES.model_copy(update={"kind": kind})
    values_at_knots = partial(fit_values, knots=np.array([-1.0, 0.0, 1.0]))
    for fit, answer in ((fit_labels, "predict_proba"), (values_at_knots, "predict")):
        one = fit(family, data, seed=1)
        with joblib.parallel_config(n_jobs=2):
            two = fit(family, data, seed=1, jobs=None)
            found = getattr(two, answer)(vectors)
        assert found.tobytes() == getattr(one, answer)(vectors).tobytes()
        assert two.n_jobs == 1, "jobs that predict add up in the order in which they end"
