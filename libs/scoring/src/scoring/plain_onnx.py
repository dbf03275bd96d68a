"""What an ONNX file may hold. It comes from outside, and ONNX Runtime would do much that it says.

The file is parsed and nothing of it is run: opening a session runs constant parts already. Of the
format only those fields are declared here that the check looks at, by their numbers in onnx.proto;
the parser is protobuf's own, so that no other reading of the same bytes hides something. What may
not be there at all is declared repeated: of two, the second would hide the first.
"""

import math
from collections.abc import Iterator
from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from scoring.errors import UnusableModel

SIZE_LIMIT_BYTES = 256 << 20
NODE_LIMIT = 10_000
_IN_ANOTHER_FILE = 1

OPERATORS = frozenset(
    f"ai.onnx.{name}"
    for name in (
        # arithmetic
        *("Abs", "Add", "Clip", "Div", "Exp", "Gemm", "Identity", "Log", "MatMul", "Max", "Min"),
        *("Mul", "Neg", "Pow", "Relu", "Round", "Sigmoid", "Softmax", "Sqrt", "Sub", "Tanh"),
        # shapes and choices
        *("ArgMax", "Cast", "Concat", "Constant", "Flatten", "Gather", "Greater", "Less"),
        *("ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum", "Reshape", "Squeeze", "TopK"),
        *("Transpose", "Unsqueeze", "Where"),
        # networks that make features
        *("AveragePool", "BatchNormalization", "Conv", "GlobalAveragePool", "MaxPool"),
        # scikit-learn's families
        *("ml.LinearClassifier", "ml.LinearRegressor", "ml.Normalizer", "ml.Scaler"),
        *("ml.TreeEnsembleClassifier", "ml.TreeEnsembleRegressor"),
    )
)
"""None loops, calls out, or gives the more the larger the values are that it is given.

So one row costs what every row costs, and trying a model once (scoring.trial) bounds them all.
"""

_FIELDS: dict[str, tuple[tuple[str, int, str], ...]] = {
    "Model": (("graph", 7, "Graph"), ("training_info", 20, "bytes*"), ("functions", 25, "bytes*")),
    "Graph": (
        ("node", 1, "Node*"),
        ("initializer", 5, "Tensor*"),
        ("sparse_initializer", 15, "bytes*"),
    ),
    "Node": (("op_type", 4, "bytes"), ("attribute", 5, "Attribute*"), ("domain", 7, "bytes")),
    "Attribute": (
        ("t", 5, "Tensor"),
        ("g", 6, "bytes*"),
        ("tensors", 10, "Tensor*"),
        ("graphs", 11, "bytes*"),
        ("sparse_tensor", 22, "bytes*"),
        ("sparse_tensors", 23, "bytes*"),
    ),
    "Tensor": (("dims", 1, "int64*"), ("external_data", 13, "bytes*"), ("location", 14, "int64")),
}
_FIELD = descriptor_pb2.FieldDescriptorProto
_SCALARS = {"bytes": _FIELD.TYPE_BYTES, "int64": _FIELD.TYPE_INT64}


def require_plain(part: str, model: bytes) -> None:
    """Raise UnusableModel, naming the part, unless a file is a plain ONNX model.

    Plain: within the limits of size and nodes, of operators in `OPERATORS` alone, without
    functions, bodies of loops or branches, training, data in other files, or tensors that claim
    more values than the file has bytes.
    """
    if len(model) > SIZE_LIMIT_BYTES:
        raise UnusableModel(part, f"it has {len(model)} bytes, the limit is {SIZE_LIMIT_BYTES}")
    try:
        parsed = _model_type().FromString(model)
    except DecodeError as exc:
        raise UnusableModel(part, f"it is no ONNX model: {exc}") from exc
    if reason := next(_objections(parsed, len(model)), None):
        raise UnusableModel(part, reason)


def _objections(model: Any, size_bytes: int) -> Iterator[str]:
    graph = model.graph
    if not graph.node:
        yield "it is no ONNX model: it has no nodes"
    if len(graph.node) > NODE_LIMIT:
        yield f"it has {len(graph.node)} nodes, the limit is {NODE_LIMIT}"
    if model.functions or model.training_info:
        yield "it brings functions or training of its own"
    if graph.sparse_initializer:
        yield "it has a sparse tensor"
    for tensor in graph.initializer:
        yield from _tensor_objections(tensor, size_bytes)
    for node in graph.node:
        yield from _node_objections(node, size_bytes)


def _node_objections(node: Any, size_bytes: int) -> Iterator[str]:
    domain = node.domain.decode(errors="replace") or "ai.onnx"
    operator = f"{domain}.{node.op_type.decode(errors='replace')}"
    if operator not in OPERATORS:
        yield f"its operator {operator[:80]!r} isn't one of those that a model may use"
    for attribute in node.attribute:
        if attribute.g or attribute.graphs:
            yield f"its operator {operator} holds a graph of its own"
        if attribute.sparse_tensor or attribute.sparse_tensors:
            yield "it has a sparse tensor"
        for tensor in (attribute.t, *attribute.tensors):
            yield from _tensor_objections(tensor, size_bytes)


def _tensor_objections(tensor: Any, size_bytes: int) -> Iterator[str]:
    if tensor.external_data or tensor.location == _IN_ANOTHER_FILE:
        yield "it takes data from another file"
    if any(side < 0 for side in tensor.dims) or math.prod(tensor.dims) > size_bytes:
        yield f"a tensor claims the shape {list(tensor.dims)[:8]}, the file has {size_bytes} bytes"


@cache
def _model_type() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="plain_onnx.proto", syntax="proto2")
    for message, fields in _FIELDS.items():
        declared = file.message_type.add(name=message)
        for name, number, kind in fields:
            field = declared.field.add(name=name, number=number)
            bare = kind.removesuffix("*")
            field.label = _FIELD.LABEL_OPTIONAL if bare == kind else _FIELD.LABEL_REPEATED
            if bare in _SCALARS:
                field.type = _SCALARS[bare]
            else:
                field.type, field.type_name = _FIELD.TYPE_MESSAGE, f".{bare}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("Model"))
