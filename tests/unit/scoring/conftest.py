"""The tiny artifact, opened once, and ONNX heads that misbehave."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from support.tiny_artifact import build_tiny_artifact, public_key_of

from artifacts.folder import ModelArtifact, open_artifact
from artifacts.records.manifest import ClassificationHead, PredictionSet
from artifacts.signatures import KeyVerifier
from features import Extractor, architecture_schema
from scoring import Scorer

WIDTH = architecture_schema().width
MakeOnnx = Callable[..., bytes]


def _rule_nodes(rule: str) -> list[onnx.NodeProto]:
    """From the logits y to the output z."""
    if rule == "softmax":
        return [helper.make_node("Softmax", ["y"], ["z"], axis=1)]
    if rule == "log":
        logarithm = helper.make_node("Log", ["y"], ["l"])
        return [logarithm, helper.make_node("Softmax", ["l"], ["z"], axis=1)]
    if rule == "text":
        return [helper.make_node("Cast", ["y"], ["z"], to=TensorProto.STRING)]
    return [helper.make_node("Identity", ["y"], ["z"])]


def _make_onnx(
    rule: str = "softmax", labels: int = 2, width: int = WIDTH, rows: Any = "n", bias: Any = 0.0
) -> bytes:
    """A head over vectors (n, width): logits of its first values, then what the rule says.

    `softmax` gives probabilities, `logits` numbers beyond 0 to 1, `log` NaN where a value is
    negative, `text` strings.
    """
    weights = np.zeros((width, labels), np.float32)
    weights[:labels, :labels] = np.eye(min(labels, width), labels, dtype=np.float32)
    constants = [
        numpy_helper.from_array(weights, "w"),
        numpy_helper.from_array(np.full(labels, bias, np.float32), "b"),
    ]
    nodes = [helper.make_node("Gemm", ["x", "w", "b"], ["y"]), *_rule_nodes(rule)]
    kind = TensorProto.STRING if rule == "text" else TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "head",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [rows, width])],
        [helper.make_tensor_value_info("z", kind, [rows, labels])],
        constants,
    )
    opset = [helper.make_opsetid("", 18)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=10)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


@pytest.fixture
def make_onnx() -> MakeOnnx:
    return _make_onnx


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> ModelArtifact:
    folder = tmp_path_factory.mktemp("tiny")
    key = folder / "key.pem"
    build_tiny_artifact(folder / "artifact", key)
    return open_artifact(folder / "artifact", KeyVerifier(Path(public_key_of(key))))


@pytest.fixture(scope="session")
def scorer(artifact: ModelArtifact) -> Scorer:
    return Scorer.of(artifact)


@pytest.fixture(scope="session")
def extractor() -> Extractor:
    return Extractor(architecture_schema())


@pytest.fixture
def style() -> ClassificationHead:
    return ClassificationHead(
        name="style",
        family="linear",
        file="s.onnx",
        labels=("a", "b"),
        temperature=1.0,
        prediction_set=PredictionSet(level=0.9, threshold=0.2),
    )


@pytest.fixture(scope="session")
def vectors() -> np.ndarray:
    return np.random.default_rng(3).normal(0, 1, (40, WIDTH)).astype(np.float32)
