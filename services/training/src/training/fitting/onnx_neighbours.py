"""Nearest neighbours as an ONNX graph. skl2onnx has one too, with the float32 distances."""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from training.fitting.neighbours import NeighboursClassifier


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
    steps: list[tuple[str, list[str], list[str], dict[str, Any]]] = [
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
