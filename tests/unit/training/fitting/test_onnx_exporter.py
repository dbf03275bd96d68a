from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from support.training_doubles import a_training_set

from scoring.labels import winners
from scoring.plain_onnx import require_plain
from training.fitting.calibration import FLOORS, TemperedClassifier, Tempering
from training.fitting.families import fit_labels, fit_values
from training.fitting.onnx_exporter import OnnxExporter
from training.params import (
    Discriminant,
    Family,
    Kernel,
    Linear,
    NearestNeighbours,
    Trees,
    ValueFamily,
)

WIDTH, PHOTOS, LABELS = 12, 120, 5
TREES = Trees(kind="extra_trees", trees=15, max_leaves=32, min_leaf_photos=1, max_features="sqrt")
FOREST = TREES.model_copy(update={"kind": "random_forest"})
KERNEL = Kernel(kind="kernel", components=8, width=1.5, ridge=0.1, hand_made=0.3)
LINEAR = Linear(kind="linear", strength=1.0)
CLASSIFIERS: list[Family] = [
    TREES,
    FOREST,
    LINEAR,
    Discriminant(kind="discriminant", shrinkage=0.5),
    NearestNeighbours(kind="nearest_neighbours", neighbours=7, levels=8),
    KERNEL,
]
REGRESSORS: list[ValueFamily] = [
    TREES,
    FOREST,
    LINEAR,
    KERNEL,
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
    return fit_values(family, a_training_set(data, labels, values), np.linspace(-2, 2, 9), seed=7)


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


@pytest.mark.parametrize("temperature", [0.25, 1.0, 3.844, 20.0])
@pytest.mark.parametrize("family", CLASSIFIERS, ids=lambda family: family.kind)
def test_tempered_probabilities_are_those_of_scikit_learns_side(
    family: Family, temperature: float
) -> None:
    tempering = Tempering(temperature, floor=1e-30)
    model, seen = TemperedClassifier(fitted_classifier(family), tempering), vectors(3, 500)
    probabilities = outputs(OnnxExporter().export(model, WIDTH), seen)[-1]
    wanted = model.predict_proba(seen)
    assert np.allclose(probabilities, wanted, atol=2e-5)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (winners(probabilities) == winners(wanted)).all()


@pytest.mark.parametrize("floor", FLOORS)
@pytest.mark.parametrize("temperature", [0.25, 20.0])
def test_labels_without_any_chance_are_tempered_from_the_same_floor(
    temperature: float, floor: float
) -> None:
    """Trees grown to the end give zeros, whose logarithm is none."""
    certain = TREES.model_copy(update={"trees": 1, "max_leaves": 128})
    tempering = Tempering(temperature, floor)
    model, seen = TemperedClassifier(fitted_classifier(certain), tempering), vectors(3, 100)
    assert (model.classifier.predict_proba(seen) == 0).any()
    probabilities = outputs(OnnxExporter().export(model, WIDTH), seen)[-1]
    assert np.allclose(probabilities, model.predict_proba(seen), atol=1e-5)


def test_neighbours_have_equal_votes_bit_for_bit_however_many_are_equally_near() -> None:
    """In two levels and ten features, hundreds of photos stand at the same distance."""
    random = np.random.default_rng(4)
    data, labels = random.normal(size=(3000, 10)).astype(np.float32), random.integers(0, 9, 3000)
    family = NearestNeighbours(kind="nearest_neighbours", neighbours=25, levels=2)
    model = fit_labels(family, a_training_set(data, labels), seed=7)
    seen = np.concatenate([data[:500], random.normal(size=(1000, 10)).astype(np.float32)])
    probabilities = outputs(OnnxExporter().export(model, 10), seen)[-1]
    assert (probabilities == model.predict_proba(seen).astype(np.float32)).all()


@pytest.mark.parametrize("family", CLASSIFIERS, ids=lambda family: family.kind)
def test_two_labels_have_a_probability_each(family: Family) -> None:
    """Two classes are a case of their own in scikit-learn's linear models."""
    model, seen = fitted_classifier(family, labels=2), vectors(3, 40)
    probabilities = outputs(OnnxExporter().export(model, WIDTH), seen)[-1]
    assert np.allclose(probabilities, model.predict_proba(seen), atol=1e-5)


@pytest.mark.parametrize("family", REGRESSORS, ids=lambda family: family.kind)
def test_every_regressor_gives_scikit_learns_shares(family: ValueFamily) -> None:
    model, seen = fitted_regressor(family), vectors(3, 500)
    (values,) = outputs(OnnxExporter().export(model, WIDTH), seen)
    assert values.shape == (500, 9)
    assert np.allclose(values, model.predict(seen), atol=1e-4)


@pytest.mark.parametrize(
    ("make", "family"),
    [
        *((fitted_classifier, family) for family in CLASSIFIERS),
        *((fitted_regressor, family) for family in REGRESSORS),
        (
            lambda family: TemperedClassifier(fitted_classifier(family), Tempering(2.5, 1e-6)),
            LINEAR,
        ),
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
    "make",
    [
        *(lambda family=family: fitted_classifier(family) for family in CLASSIFIERS),
        *(lambda family=family: fitted_regressor(family) for family in REGRESSORS),
        lambda: TemperedClassifier(fitted_classifier(LINEAR), Tempering(2.0, 1e-6)),
    ],
)
def test_heads_use_no_operators_but_those_that_a_scorer_accepts(make: Callable[[], Any]) -> None:
    exported = OnnxExporter().export(make(), WIDTH)
    require_plain("heads/style.onnx", exported)
    model = onnx.load_from_string(exported)
    assert {node.domain for node in model.graph.node} <= {"", "ai.onnx.ml"}
    assert model.graph.input[0].type.tensor_type.shape.dim[1].dim_value == WIDTH
