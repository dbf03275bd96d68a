"""A block whose values a learned network gives, run by ONNX Runtime."""

from typing import Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from features.errors import SchemaMismatch, WeightsMissing
from features.pixels import Pixels
from features.runtime import onnxruntime
from features.schema import BlockSpec
from features.types import Vector


class OnnxParameters(BaseModel):
    """How the network wants its input.

    Attributes:
        side: of the square it looks at, pixels.
        layout: "nchw" or "nhwc".
        mean: subtracted from each channel, which lies between 0 and 1.
        std: each channel is then divided by.
        taps: widths of the parts that the output is made of, where there are several.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    side: int
    layout: str
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    taps: tuple[int, ...] = ()


class OnnxBlock:
    """Runs a network of one input and one output on one photo at a time.

    One at a time and on one thread, so that a photo's values do not depend on its
    neighbours in a batch or on how many cores there are.
    """

    name: ClassVar[str] = "onnx"
    version: ClassVar[int] = 1

    def __init__(self, spec: BlockSpec, weights: bytes | None) -> None:
        """Load the network.

        Args:
            spec: with parameters as in `OnnxParameters`, width and the weights' digest.
            weights: an ONNX file, already checked against that digest.

        Raises:
            WeightsMissing: the spec names no weights.
            SchemaMismatch: the parameters or the network do not fit the spec.
        """
        if weights is None:
            raise WeightsMissing(spec.name, "the spec names no weights; declare their digest")
        self._width = spec.width
        self._parameters = _read_parameters(spec)
        self._session = _open_session(spec, weights)
        self._input = self._session.get_inputs()[0].name
        self._planes = self._parameters.layout == "nchw"
        channels = (3, 1, 1) if self._planes else (3,)
        self._mean = np.asarray(self._parameters.mean, dtype=np.float32).reshape(channels)
        self._std = np.asarray(self._parameters.std, dtype=np.float32).reshape(channels)
        self._require_width()

    @property
    def width(self) -> int:
        """How many values."""
        return self._width

    def compute(self, pixels: Pixels) -> Vector:
        """Return the network's output, flattened, shape (width,).

        Raises:
            SchemaMismatch: the network gave a value that is not finite.
        """
        rgb = pixels.rgb(self._parameters.side)
        # Planes first: numpy is slow where each row has three values. And in place: fresh memory
        # for each step takes longer than the step.
        image = np.ascontiguousarray(rgb.transpose(2, 0, 1) if self._planes else rgb)
        levels = image.astype(np.float32)
        levels /= np.float32(255)
        levels -= self._mean
        levels /= self._std
        values = self._run(levels)
        if not np.isfinite(values).all():
            raise SchemaMismatch(self.name, "the network gave a value that is not finite")
        return values

    def _run(self, image: np.ndarray[Any, np.dtype[np.float32]]) -> Vector:
        (output,) = self._session.run(None, {self._input: image[None]})
        return np.asarray(output, dtype=np.float32).reshape(-1)

    def _require_width(self) -> None:
        taps = self._parameters.taps
        if taps and sum(taps) != self._width:
            reason = f"its taps have {sum(taps)} values, it declares {self._width}"
            raise SchemaMismatch(self.name, reason)
        side = self._parameters.side
        try:
            shape = (3, side, side) if self._planes else (side, side, 3)
            made = self._run(np.zeros(shape, dtype=np.float32)).size
        except Exception as exc:
            raise SchemaMismatch(self.name, f"the network cannot be run: {exc}") from exc
        if made != self._width:
            reason = f"declares {self._width} values, the network gives {made}"
            raise SchemaMismatch(self.name, reason)


def _read_parameters(spec: BlockSpec) -> OnnxParameters:
    try:
        return OnnxParameters.model_validate(dict(spec.parameters))
    except ValidationError as exc:
        raise SchemaMismatch(spec.name, f"parameters are not those of the code: {exc}") from exc


def _open_session(spec: BlockSpec, weights: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    except Exception as exc:
        raise SchemaMismatch(spec.name, f"the weights are not a usable ONNX model: {exc}") from exc
