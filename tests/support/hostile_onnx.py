"""ONNX files that a trusted signer should never have signed, each with why it is refused."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from features import architecture_schema

WIDTH = architecture_schema().width
FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
_ENDLESS = 2**62


@dataclass(frozen=True)
class Hostile:
    """A file for the era head: vectors (1, width) in, one number out, as far as anyone can see."""

    name: str
    make: Callable[[], bytes]
    reason: str


def _sum(of: str = "vector") -> onnx.NodeProto:
    return helper.make_node("ReduceSum", [of], ["value"], keepdims=0)


def _model(nodes: list[Any], constants: list[Any] | None = None, **more: Any) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "head",
        [helper.make_tensor_value_info("vector", FLOAT, ["n", WIDTH])],
        [helper.make_tensor_value_info("value", FLOAT, None)],
        constants or [],
    )
    domains = ("", "ai.onnx.ml", "com.microsoft", "evil")
    opsets = [helper.make_opsetid(domain, 21 if not domain else 1) for domain in domains]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10, **more)


def _bytes(*words: Any, **more: Any) -> bytes:
    return bytes(_model(*words, **more).SerializeToString())


def _ints(name: str, *values: int) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(values, np.int64), name)


def _loop() -> bytes:
    value = helper.make_tensor_value_info
    body = helper.make_graph(
        [helper.make_node("Identity", [n], [n + "2"]) for n in ("go", "x")],
        "body",
        [value("i", INT64, []), value("go", TensorProto.BOOL, []), value("x", FLOAT, None)],
        [value("go2", TensorProto.BOOL, []), value("x2", FLOAT, None)],
    )
    yes = numpy_helper.from_array(np.array(True), "yes")
    loop = helper.make_node("Loop", ["times", "yes", "vector"], ["out"], body=body)
    times = numpy_helper.from_array(np.array(_ENDLESS, np.int64), "times")
    return _bytes([loop, _sum("out")], [times, yes])


def _branch() -> bytes:
    out = [helper.make_tensor_value_info("y", FLOAT, None)]
    body = helper.make_graph([helper.make_node("Identity", ["vector"], ["y"])], "b", [], out)
    yes = numpy_helper.from_array(np.array(True), "yes")
    node = helper.make_node("If", ["yes"], ["out"], then_branch=body, else_branch=body)
    return _bytes([node, _sum("out")], [yes])


def _grown(operator: str, *shape: int) -> Callable[[], bytes]:
    def make() -> bytes:
        inputs = ["shape"] if operator == "ConstantOfShape" else ["vector", "shape"]
        node = helper.make_node(operator, inputs, ["out"])
        return _bytes([node, _sum("out")], [_ints("shape", *shape)])

    return make


def _of_values() -> bytes:
    """As many zeros as a vector's values say: none at all on a vector of zeros."""
    nodes = [
        helper.make_node("Cast", ["vector"], ["shape"], to=INT64),
        helper.make_node("ConstantOfShape", ["shape"], ["out"]),
    ]
    return _bytes([*nodes, _sum("out")])


def _elsewhere(where: str) -> Callable[[], bytes]:
    def make() -> bytes:
        tensor = onnx.TensorProto(name="w", dims=[4], data_type=FLOAT)
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="../../secret.bin")
        if where == "initializer":
            return _bytes([_sum("w")], [tensor])
        return _bytes([helper.make_node("Constant", [], ["w"], value=tensor), _sum("w")])

    return make


def _claimed(*shape: int) -> Callable[[], bytes]:
    return lambda: _bytes([_sum("w")], [onnx.TensorProto(name="w", dims=shape, data_type=FLOAT)])


def _operator(name: str, domain: str) -> Callable[[], bytes]:
    node = helper.make_node(name, ["vector"], ["value"], domain=domain)
    return lambda: _bytes([node])


def _function() -> bytes:
    inner = [helper.make_node("Identity", ["x"], ["y"])]
    made = helper.make_function("evil", "Gemm", ["x"], ["y"], inner, [helper.make_opsetid("", 21)])
    node = helper.make_node("Gemm", ["vector"], ["out"], domain="evil")
    return _bytes([node, _sum("out")], functions=[made])


def _sparse() -> bytes:
    values, places = numpy_helper.from_array(np.ones(1, np.float32), "w"), _ints("", 0)
    model = _model([_sum("w")])
    model.graph.sparse_initializer.append(helper.make_sparse_tensor(values, places, [10**12]))
    return bytes(model.SerializeToString())


def _many_nodes() -> bytes:
    names = ["vector", *(f"v{i}" for i in range(20_000))]
    steps = [helper.make_node("Abs", [a], [b]) for a, b in pairwise(names)]
    return _bytes([*steps, _sum(names[-1])])


def _nested() -> bytes:
    data = b""
    for _ in range(400):  # a graph in an attribute of a node of a graph ...
        for tag in (b"\x32", b"\x2a", b"\x0a"):
            data = tag + _varint(len(data)) + data
    return b"\x3a" + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def square(side: int, products: int = 0, scale: float = 1.0) -> bytes:
    """A column times a row, and the square that this makes times itself, as often as said."""
    ones = np.full(side, scale, np.float32)
    column = numpy_helper.from_array(ones.reshape(-1, 1), "column")
    row = numpy_helper.from_array(ones.reshape(1, -1), "row")
    # The vector takes part, so that nothing can be worked out when the session is opened.
    nodes = [
        helper.make_node("ReduceSum", ["vector"], ["one"], keepdims=1),
        helper.make_node("Mul", ["column", "one"], ["scaled"]),
        helper.make_node("MatMul", ["scaled", "row"], ["square0"]),
    ]
    for i in range(products):
        names = [f"square{i}", "square0"]
        nodes.append(helper.make_node("MatMul", names, [f"square{i + 1}"]))
    return _bytes([*nodes, _sum(f"square{products}")], [column, row])


def slow() -> bytes:
    """Plain operators, 12 kB, one run well within a trial: and a second or so for every row."""
    return square(1500, products=8, scale=0.0)


NOT_PLAIN = (
    Hostile("endless loop", _loop, "operator 'ai.onnx.Loop' isn't one"),
    Hostile("branch", _branch, "operator 'ai.onnx.If' isn't one"),
    Hostile("constant of a shape", _grown("ConstantOfShape", 10**6, 10**6), "ConstantOfShape"),
    Hostile("tile", _grown("Tile", 10**6, 10**6), "operator 'ai.onnx.Tile' isn't one"),
    Hostile("expand", _grown("Expand", 10**9, WIDTH), "operator 'ai.onnx.Expand' isn't one"),
    Hostile("shape of the values", _of_values, "ConstantOfShape"),
    Hostile("data in another file", _elsewhere("initializer"), "data from another file"),
    Hostile("constant in another file", _elsewhere("constant"), "data from another file"),
    Hostile("billions claimed", _claimed(10**6, 10**6), r"claims the shape \[1000000, 1000000\]"),
    Hostile("negative shape", _claimed(-1, -4), r"claims the shape \[-1, -4\]"),
    Hostile("own domain", _operator("Anything", "evil"), "operator 'evil.Anything' isn't one"),
    Hostile("microsoft's", _operator("Attention", "com.microsoft"), "com.microsoft.Attention"),
    Hostile("function", _function, "functions or training of its own"),
    Hostile("sparse tensor", _sparse, "a sparse tensor"),
    Hostile("20,000 nodes", _many_nodes, "20001 nodes, the limit is 10000"),
    Hostile("400 graphs in each other", _nested, "no ONNX model|graph of its own|operator"),
    Hostile("two graphs in one", lambda: _bytes([_sum()]) + _loop(), "ai.onnx.Loop"),
    Hostile("pickle", lambda: pickle.dumps(Path), "no ONNX model"),
    Hostile("ORT format", lambda: b"\x18\0\0\0ORTM" + bytes(64), "no ONNX model"),
    Hostile("nothing", lambda: b"", "no ONNX model"),
    Hostile("cut off", lambda: _bytes([_sum()])[:-9], "no ONNX model"),
)
"""Refused as they are read: nothing of them is run or opened, anywhere."""
