import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.domain.families import classifier, fit, floor32, regressor
from training.domain.params import Discriminant, Family, Linear, Trees

TREES = Trees(kind="extra_trees", trees=20, max_leaves=64, min_leaf_photos=1, max_features="sqrt")
FAMILIES: list[Family] = [
    TREES,
    TREES.model_copy(update={"kind": "random_forest"}),
    Linear(kind="linear", strength=1.0),
    Discriminant(kind="discriminant", shrinkage=0.5),
]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.kind)
def test_every_family_overfits_a_few_photos(family: Family) -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(24, 40)).astype(np.float32)
    labels = np.arange(24) % 4
    model = classifier(family, seed=1)
    fit(model, vectors, labels)
    assert (model.predict(vectors) == labels).all()


@pytest.mark.parametrize("family", FAMILIES[:3], ids=lambda family: family.kind)
def test_every_regressor_follows_what_it_was_fitted_on(family: Trees | Linear) -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(30, 40)).astype(np.float32)
    values = random.normal(size=30)
    model = regressor(family, seed=1)
    fit(model, vectors, values)
    assert np.abs(model.predict(vectors) - values).mean() < 0.5 * np.abs(values).mean()


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
    model = classifier(TREES, seed=1)
    fit(model, random.normal(size=(60, 8)).astype(np.float32), np.arange(60) % 3)
    thresholds = np.concatenate([tree.tree_.threshold for tree in model.estimators_])
    assert (thresholds == thresholds.astype(np.float32)).all()
