from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from support.training_doubles import a_training_set

from scoring.labels import winners
from training.adapters.onnx_exporter import OnnxExporter
from training.domain.families import fit_labels, fit_values
from training.domain.params import (
    Discriminant,
    Family,
    LabelMeans,
    Linear,
    Trees,
    ValueFamily,
)

WIDTH, PHOTOS, LABELS = 12, 120, 5
TREES = Trees(kind="extra_trees", trees=15, max_leaves=32, min_leaf_photos=1, max_features="sqrt")
FOREST = TREES.model_copy(update={"kind": "random_forest"})
LINEAR = Linear(kind="linear", strength=1.0)
CLASSIFIERS: list[Family] = [
    TREES,
    FOREST,
    LINEAR,
    Discriminant(kind="discriminant", shrinkage=0.5),
]
REGRESSORS: list[ValueFamily] = [
    TREES,
    FOREST,
    LINEAR,
    LabelMeans(kind="label_means", shrinkage=0.5, prior_photos=2),
]


def vectors(seed: int, photos: int = PHOTOS) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(photos, WIDTH)).astype(np.float32)


def fitted_classifier(family: Family, labels: int = LABELS) -> Any:
    data = vectors(1)
    truths = np.argmax(data[:, :labels] + 0.5 * vectors(2)[:, :labels], axis=1)
    return fit_labels(family, a_training_set(data, truths), seed=7)


def fitted_regressor(family: ValueFamily) -> Any:
    data = vectors(1)
    labels = np.argmax(data[:, :LABELS], axis=1)
    values = data @ np.linspace(-1, 1, WIDTH)
    return fit_values(family, a_training_set(data, labels, values), seed=7)


def outputs(exported: bytes, data: NDArray[np.float32]) -> list[Any]:
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    return list(session.run(None, {session.get_inputs()[0].name: data}))


@pytest.mark.parametrize("family", CLASSIFIERS, ids=lambda family: family.kind)
def test_every_family_names_the_labels_that_scikit_learn_names(family: Family) -> None:
    model, seen = fitted_classifier(family), vectors(3, 500)
    probabilities = outputs(OnnxExporter().export(model, WIDTH), seen)[-1]
    assert (winners(probabilities) == winners(model.predict_proba(seen))).all()


@pytest.mark.parametrize("family", CLASSIFIERS, ids=lambda family: family.kind)
def test_a_classifiers_last_output_is_its_matrix_of_probabilities(family: Family) -> None:
    model, seen = fitted_classifier(family), vectors(3, 40)
    probabilities = outputs(OnnxExporter().export(model, WIDTH), seen)[-1]
    assert isinstance(probabilities, np.ndarray), "a list of dicts would be skl2onnx' zipmap"
    assert probabilities.shape == (40, LABELS)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert np.allclose(probabilities, model.predict_proba(seen), atol=1e-5)


@pytest.mark.parametrize("family", CLASSIFIERS, ids=lambda family: family.kind)
def test_two_labels_have_a_probability_each(family: Family) -> None:
    """Two classes are a case of their own in scikit-learn's linear models."""
    model, seen = fitted_classifier(family, labels=2), vectors(3, 40)
    probabilities = outputs(OnnxExporter().export(model, WIDTH), seen)[-1]
    assert np.allclose(probabilities, model.predict_proba(seen), atol=1e-5)


@pytest.mark.parametrize("family", REGRESSORS, ids=lambda family: family.kind)
def test_every_regressor_gives_scikit_learns_values(family: ValueFamily) -> None:
    model, seen = fitted_regressor(family), vectors(3, 500)
    (values,) = outputs(OnnxExporter().export(model, WIDTH), seen)
    assert np.allclose(values.reshape(-1), model.predict(seen), atol=1e-4)


@pytest.mark.parametrize(
    ("make", "family"),
    [
        *((fitted_classifier, family) for family in CLASSIFIERS),
        *((fitted_regressor, family) for family in REGRESSORS),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_equal_training_gives_equal_bytes(make: Callable[[Any], Any], family: Any) -> None:
    exported = {OnnxExporter().export(make(family), WIDTH) for _ in range(2)}
    assert len(exported) == 1


def test_another_seed_gives_other_bytes() -> None:
    data, truths = vectors(1), np.arange(PHOTOS) % LABELS
    exported = set()
    for seed in (1, 2):
        model = fit_labels(TREES, a_training_set(data, truths), seed)
        exported.add(OnnxExporter().export(model, WIDTH))
    assert len(exported) == 2


@pytest.mark.parametrize(
    "make", [lambda: fitted_classifier(TREES), lambda: fitted_regressor(LINEAR)]
)
def test_heads_use_no_operators_but_those_of_onnx_itself(make: Callable[[], Any]) -> None:
    model = onnx.load_from_string(OnnxExporter().export(make(), WIDTH))
    assert {node.domain for node in model.graph.node} <= {"", "ai.onnx.ml"}
    assert model.graph.input[0].type.tensor_type.shape.dim[1].dim_value == WIDTH
