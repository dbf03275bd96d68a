"""scikit-learn to ONNX."""

import onnx
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import is_classifier

_OPSET = {"": 21, "ai.onnx.ml": 3}


class SklearnExporter:
    """Exports with skl2onnx; a classifier's last output is its matrix of probabilities."""

    def export(self, estimator: object, width: int) -> bytes:
        """Return the ONNX model of an estimator over float32 vectors (1, width)."""
        # Named, since the default name is random and equal training must give equal bytes.
        options = {id(estimator): {"zipmap": False}} if is_classifier(estimator) else None
        model = convert_sklearn(
            estimator,
            name="head",
            initial_types=[("vectors", FloatTensorType([None, width]))],
            options=options,
            target_opset=_OPSET,
        )
        onnx.checker.check_model(model)
        exported: bytes = model.SerializeToString(deterministic=True)
        return exported
