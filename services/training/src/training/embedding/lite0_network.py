"""EfficientNet-Lite0 as an ONNX graph that ends in features instead of ImageNet's classes.

The network is that of Tan and Le, EfficientNet (ICML 2019), in its variant without
squeeze-and-excitation and with ReLU6 (Liu, Higher accuracy on vision models with EfficientNet-Lite,
TensorFlow blog, 2020). Batch normalisation is folded into the convolutions, value by value in
float32, which rounds alike on every processor.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from training.errors import UnusableWeights

SIDE: Final = 224
"""Of the square that it was trained on, pixels."""
_STEM_CHANNELS: Final = 32
_HEAD_CHANNELS: Final = 1280
_STAGES: Final = (
    # blocks, kernel, stride of the first block, expansion, channels
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_FIRST_TAP: Final = 2
"""From this stage on, what comes out of a stage is pooled: before it lie edges and colours."""
_EPSILON: Final = np.float32(1e-3)
_OPSET, _IR_VERSION = 21, 10
WIDTH: Final = sum(channels for *_, channels in _STAGES[_FIRST_TAP:]) + _HEAD_CHANNELS


def lite0_network(tensors: Mapping[str, NDArray[Any]], name: str) -> bytes:
    """Return the ONNX file of a network over one image (1, 3, 224, 224) of float32, -1 to 1.

    Its one output (1, 2024) are the mean values, over the image, of what stages 2 to 6 and the last
    convolution give. `tensors` are a state dict's; `name` is their file's, for errors.

    Raises UnusableWeights where they aren't those of this network.
    """
    graph = _Graph(tensors, name)
    pooled: list[str] = []
    last = graph.convolve("image", "_conv_stem", "_bn0", (_STEM_CHANNELS, 3, 3, 3), stride=2)
    channels, number = _STEM_CHANNELS, 0
    for stage, (blocks, kernel, stride, expansion, out) in enumerate(_STAGES):
        for block in range(blocks):
            step = stride if block == 0 else 1
            shape = (channels, expansion * channels, out)
            last = graph.block(last, f"_blocks.{number}", shape, kernel, step)
            channels, number = out, number + 1
        if stage >= _FIRST_TAP:
            pooled.append(graph.pool(last))
    last = graph.convolve(last, "_conv_head", "_bn1", (_HEAD_CHANNELS, channels, 1, 1))
    return graph.finish([*pooled, graph.pool(last)])


class _Graph:
    """Nodes and their constants, as they are added; each method returns its output's name."""

    def __init__(self, tensors: Mapping[str, NDArray[Any]], name: str) -> None:
        self._tensors = tensors
        self._name = name
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        for bound, value in (("zero", 0), ("six", 6)):
            self._constant(bound, np.array(value, np.float32))

    def block(
        self, image: str, name: str, shape: tuple[int, int, int], kernel: int, stride: int
    ) -> str:
        """Add an inverted residual block: expand, filter each channel, project."""
        channels, inner, out = shape
        found = image
        if inner != channels:
            conv, norm = f"{name}._expand_conv", f"{name}._bn0"
            found = self.convolve(found, conv, norm, (inner, channels, 1, 1))
        conv, norm = f"{name}._depthwise_conv", f"{name}._bn1"
        weights = (inner, 1, kernel, kernel)
        found = self.convolve(found, conv, norm, weights, stride=stride, groups=inner)
        conv, norm = f"{name}._project_conv", f"{name}._bn2"
        found = self.convolve(found, conv, norm, (out, inner, 1, 1), bounded=False)
        if stride != 1 or channels != out:
            return found
        return self._node("Add", [found, image], f"{name}.sum")

    def convolve(
        self,
        image: str,
        conv: str,
        norm: str,
        shape: tuple[int, int, int, int],
        *,
        stride: int = 1,
        groups: int = 1,
        bounded: bool = True,
    ) -> str:
        """Add a convolution with its batch normalisation, and ReLU6 where it is bounded."""
        out = shape[0]
        scale, bias, mean, variance = (
            self._tensor(f"{norm}.{part}", (out,))
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        gain = scale / np.sqrt(variance + _EPSILON)
        weights = self._tensor(f"{conv}.weight", shape) * gain[:, None, None, None]
        self._constant(f"{conv}.weights", weights)
        self._constant(f"{conv}.bias", bias - mean * gain)
        found = self._node(
            "Conv",
            [image, f"{conv}.weights", f"{conv}.bias"],
            conv,
            kernel_shape=[shape[2], shape[3]],
            strides=[stride, stride],
            group=groups,
            auto_pad="SAME_UPPER",
        )
        return self._node("Clip", [found, "zero", "six"], f"{conv}.bounded") if bounded else found

    def pool(self, image: str) -> str:
        """Add the mean of each channel, as a row."""
        mean = self._node("GlobalAveragePool", [image], f"{image}.mean")
        return self._node("Flatten", [mean], f"{image}.row")

    def finish(self, rows: list[str]) -> bytes:
        """Return the file whose output are these rows, one after the other."""
        self._node("Concat", rows, "features", axis=1)
        graph = helper.make_graph(
            self._nodes,
            "efficientnet_lite0",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
            [helper.make_tensor_value_info("features", TensorProto.FLOAT, [1, WIDTH])],
            self._constants,
        )
        opset = [helper.make_opsetid("", _OPSET)]
        model = helper.make_model(graph, opset_imports=opset, ir_version=_IR_VERSION)
        onnx.checker.check_model(model)
        exported: bytes = model.SerializeToString(deterministic=True)
        return exported

    def _tensor(self, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
        found = self._tensors.get(name)
        if found is None:
            raise UnusableWeights(self._name, f"it has no tensor {name}")
        if found.shape != shape or found.dtype != np.float32:
            reason = f"{name} is {found.dtype} {found.shape}, and not float32 {shape}"
            raise UnusableWeights(self._name, reason)
        return found

    def _constant(self, name: str, value: NDArray[np.float32]) -> None:
        self._constants.append(numpy_helper.from_array(value, name))

    def _node(self, kind: str, given: list[str], made: str, **attributes: Any) -> str:
        self._nodes.append(helper.make_node(kind, given, [made], **attributes))
        return made
