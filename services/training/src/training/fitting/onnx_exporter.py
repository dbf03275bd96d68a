"""Estimators to ONNX."""

from copy import deepcopy
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import is_classifier
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import Pipeline

from training.fitting.calibration import TemperedClassifier, Tempering
from training.fitting.families import LabelMeansRegressor
from training.fitting.neighbours import NeighboursClassifier
from training.fitting.onnx_neighbours import neighbours_graph

_OPSET = {"": 21, "ai.onnx.ml": 3}


class OnnxExporter:
    """Exports with skl2onnx; a classifier's last output is its matrix of probabilities."""

    def export(self, estimator: object, width: int) -> bytes:
        """Return the ONNX model of an estimator over float32 vectors (1, width)."""
        if isinstance(estimator, LabelMeansRegressor):
            model = _weigh(_convert(estimator.labels, width), estimator.means)
        elif isinstance(estimator, TemperedClassifier):
            model = _temper(_convert(estimator.classifier, width), estimator.tempering)
        else:
            model = _convert(estimator, width)
        onnx.checker.check_model(model)
        exported: bytes = model.SerializeToString(deterministic=True)
        return exported


def _convert(estimator: object, width: int) -> onnx.ModelProto:
    if isinstance(estimator, NeighboursClassifier):
        return neighbours_graph(estimator, _OPSET[""])
    estimator = _halved(estimator)
    options = {id(estimator): {"zipmap": False}} if is_classifier(estimator) else None
    model: onnx.ModelProto = convert_sklearn(
        estimator,
        # Named, since the default name is random and equal training must give equal bytes.
        name="head",
        initial_types=[("vectors", FloatTensorType([None, width]))],
        options=options,
        target_opset=_OPSET,
    )
    return model


def _temper(model: onnx.ModelProto, tempering: Tempering) -> onnx.ModelProto:
    """Let a classifier's graph end in its tempered probabilities, as domain/calibration.py does."""
    graph, output = model.graph, model.graph.output[-1]
    constants = {"floor": tempering.floor, "most": 1.0, "temperature": tempering.temperature}
    for name, value in constants.items():
        constant = numpy_helper.from_array(np.array(value, np.float32), f"tempering_{name}")
        graph.initializer.append(constant)
    for operator, given, made in (
        ("Clip", [output.name, "tempering_floor", "tempering_most"], "raised_probabilities"),
        ("Log", ["raised_probabilities"], "raised_logits"),
        ("Div", ["raised_logits", "tempering_temperature"], "tempered_logits"),
        ("Softmax", ["tempered_logits"], "tempered_probabilities"),
    ):
        graph.node.append(helper.make_node(operator, given, [made]))
    output.name = "tempered_probabilities"
    return model


def _weigh(model: onnx.ModelProto, means: np.ndarray) -> onnx.ModelProto:
    """Let a classifier's graph end in the mean value of its labels, by their probabilities."""
    graph = model.graph
    probabilities = graph.output[-1].name
    weights = numpy_helper.from_array(means.astype(np.float32).reshape(-1, 1), "label_means")
    graph.initializer.append(weights)
    graph.node.append(helper.make_node("MatMul", [probabilities, "label_means"], ["values"]))
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("values", TensorProto.FLOAT, [None, 1]))
    return model


def _halved(estimator: Any) -> Any:
    """Return a discriminant of two labels with its scores halved, anything else as it is.

    skl2onnx 1.20 writes its probability as softmax(-d, d), which is sigmoid(2d); scikit-learn's is
    sigmoid(d). Halving is exact in floating point.
    """
    final = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    if not isinstance(final, LinearDiscriminantAnalysis) or len(final.classes_) > 2:  # noqa: PLR2004
        return estimator
    copied = deepcopy(estimator)
    final = copied[-1] if isinstance(copied, Pipeline) else copied
    final.coef_, final.intercept_ = final.coef_ / 2, final.intercept_ / 2
    return copied
