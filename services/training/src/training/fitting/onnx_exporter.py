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
from training.fitting.declining import FARTHEST, Strangeness
from training.fitting.kernels import PLACES, KernelClassifier, KernelRegressor
from training.fitting.neighbours import NeighboursClassifier

_Step = tuple[str, list[str], list[str], dict[str, Any]]


def neighbours_graph(fitted: NeighboursClassifier, opset: int) -> onnx.ModelProto:
    """Return the graph of a fitted classifier over float32 vectors (n, width).

    Its one output are the probabilities (n, classes). Every value up to the last division is a
    whole number that float32 holds, so that no order of addition changes a neighbour; TopK takes
    the first of equally near photos, as the classifier does.
    """
    squares = (fitted.seen_.astype(np.float32) ** 2).sum(axis=1)
    constants = {
        "thresholds": fitted.thresholds_[np.newaxis],
        "seen_levels": np.ascontiguousarray(fitted.seen_.T),
        "squares": squares,
        "two": np.array(2, np.float32),
        "votes": fitted.votes_,
        "neighbours": np.array([len(fitted.weights_)], np.int64),
        "weights": fitted.weights_[:, np.newaxis],
        "one": np.array(1, np.float32),
        "total": fitted.weights_.sum(keepdims=True) + len(fitted.classes_),
        "levels_axis": np.array([1], np.int64),
    }
    width, classes = fitted.seen_.shape[1], fitted.votes_.shape[1]
    graph = helper.make_graph(
        _nodes(),
        "head",
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, [None, width])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, classes])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def _nodes() -> list[onnx.NodeProto]:
    as_float: dict[str, Any] = {"to": TensorProto.FLOAT}
    steps: list[_Step] = [
        ("Unsqueeze", ["vectors", "levels_axis"], ["rows"], {}),
        ("Greater", ["rows", "thresholds"], ["above"], {}),
        ("Cast", ["above"], ["steps"], as_float),
        ("ReduceSum", ["steps", "levels_axis"], ["levels"], {"keepdims": 0}),
        ("Cast", ["seen_levels"], ["seen"], as_float),
        ("MatMul", ["levels", "seen"], ["products"], {}),
        ("Mul", ["products", "two"], ["doubled"], {}),
        ("Sub", ["squares", "doubled"], ["distances"], {}),
        ("TopK", ["distances", "neighbours"], ["near", "nearest"], {"axis": 1, "largest": 0}),
        ("Gather", ["votes", "nearest"], ["ballots"], {"axis": 0}),
        ("Mul", ["ballots", "weights"], ["weighted"], {}),
        ("ReduceSum", ["weighted", "levels_axis"], ["sums"], {"keepdims": 0}),
        ("Add", ["sums", "one"], ["smoothed"], {}),
        ("Div", ["smoothed", "total"], ["probabilities"], {}),
    ]
    return [helper.make_node(name, given, made, **extra) for name, given, made, extra in steps]


def strangeness_graph(fitted: Strangeness, opset: int) -> onnx.ModelProto:
    """Return the graph of how strange float32 vectors (n, width) are: (n, 1)."""
    constants = {
        "mean": fitted.mean_,
        "scale": fitted.scale_,
        "least": np.array(-FARTHEST, np.float32),
        "most": np.array(FARTHEST, np.float32),
        "share": fitted.share_[:, np.newaxis],
    }
    steps: list[tuple[str, list[str], str]] = [
        ("Sub", ["vectors", "mean"], "centred"),
        ("Mul", ["centred", "scale"], "scaled"),
        ("Clip", ["scaled", "least", "most"], "standard"),
        ("Mul", ["standard", "standard"], "squares"),
        ("MatMul", ["squares", "share"], "strangeness"),
    ]
    graph = helper.make_graph(
        [helper.make_node(name, given, [made]) for name, given, made in steps],
        "head",
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, [None, len(fitted.mean_)])],
        [helper.make_tensor_value_info("strangeness", TensorProto.FLOAT, [None, 1])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def kernel_graph(  # long: one line a constant
    fitted: KernelClassifier | KernelRegressor, opset: int
) -> onnx.ModelProto:
    """Return the graph of a fitted kernel machine over float32 vectors (n, width).

    Its one output are a classifier's probabilities (n, classes) or a regressor's values (n, k).
    All up to the distances is exact, and what comes after them is computed in float64.
    """
    kernel = fitted.map
    seen = kernel.seen_.astype(np.float32)
    constants: dict[str, np.ndarray] = {
        "mean": kernel.mean_,
        "scale": kernel.scale_,
        "half_projection": kernel.projection_,
        # One for each component: an optimizer would draw a single one into the product before.
        "steps": np.full(kernel.projection_.shape[1], kernel.step_),
        "least": np.array(-PLACES, np.float32),
        "most": np.array(PLACES, np.float32),
        "small_seen": np.ascontiguousarray(kernel.seen_.T),
        "squares": (seen**2).sum(axis=1),
        "two": np.array(2, np.float32),
        "minus_rate": np.array(-kernel.rate_),
        "components_axis": np.array([1], np.int64),
    }
    if isinstance(fitted, KernelClassifier):
        constants |= {"coefficients": fitted.coefficients_ @ fitted.mixing_}
        constants |= {"offset": fitted.offset_}
        last = [("Softmax", ["sums"], ["likely"], {"axis": 1})]
        last += [("Cast", ["likely"], ["probabilities"], {"to": TensorProto.FLOAT})]
        output, columns = "probabilities", len(fitted.classes_)
    else:
        constants |= {"coefficients": fitted.coefficients_, "offset": fitted.mean_}
        last = [("Cast", ["sums"], ["values"], {"to": TensorProto.FLOAT})]
        output, columns = "values", len(fitted.mean_)
    graph = helper.make_graph(
        [
            helper.make_node(n, given, made, **extra)
            for n, given, made, extra in _kernel_nodes(last)
        ],
        "head",
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, [None, len(kernel.mean_)])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, [None, columns])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def _kernel_nodes(last: list[_Step]) -> list[_Step]:
    return [
        ("Sub", ["vectors", "mean"], ["centred"], {}),
        ("Mul", ["centred", "scale"], ["scaled"], {}),
        ("Round", ["scaled"], ["whole"], {}),
        ("Clip", ["whole", "least", "most"], ["standard"], {}),
        ("Cast", ["half_projection"], ["projection"], {"to": TensorProto.FLOAT}),
        ("MatMul", ["standard", "projection"], ["projected"], {}),
        ("Mul", ["projected", "steps"], ["stepped"], {}),
        ("Round", ["stepped"], ["rounded"], {}),
        ("Clip", ["rounded", "least", "most"], ["places"], {}),
        ("Cast", ["small_seen"], ["seen"], {"to": TensorProto.FLOAT}),
        ("MatMul", ["places", "seen"], ["products"], {}),
        ("Mul", ["products", "two"], ["doubled"], {}),
        ("Mul", ["places", "places"], ["place_squares"], {}),
        ("ReduceSum", ["place_squares", "components_axis"], ["own"], {"keepdims": 1}),
        ("Add", ["own", "squares"], ["both"], {}),
        ("Sub", ["both", "doubled"], ["distances"], {}),
        ("Cast", ["distances"], ["exact"], {"to": TensorProto.DOUBLE}),
        ("Mul", ["exact", "minus_rate"], ["exponents"], {}),
        ("Exp", ["exponents"], ["likeness"], {}),
        ("MatMul", ["likeness", "coefficients"], ["weighed"], {}),
        ("Add", ["weighed", "offset"], ["sums"], {}),
        *last,
    ]


_OPSET = {"": 21, "ai.onnx.ml": 3}


class OnnxExporter:
    """Exports with skl2onnx; a classifier's last output is its matrix of probabilities."""

    def export(self, estimator: object, width: int) -> bytes:
        """Return the ONNX model of an estimator over float32 vectors (1, width)."""
        if isinstance(estimator, TemperedClassifier):
            model = _temper(_convert(estimator.classifier, width), estimator.tempering)
        else:
            model = _convert(estimator, width)
        onnx.checker.check_model(model)
        exported: bytes = model.SerializeToString(deterministic=True)
        return exported


def _convert(estimator: object, width: int) -> onnx.ModelProto:
    if isinstance(estimator, NeighboursClassifier):
        return neighbours_graph(estimator, _OPSET[""])
    if isinstance(estimator, Strangeness):
        return strangeness_graph(estimator, _OPSET[""])
    if isinstance(estimator, KernelClassifier | KernelRegressor):
        return kernel_graph(estimator, _OPSET[""])
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
    """Let a classifier's graph end in its tempered probabilities, as calibration.py does."""
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
