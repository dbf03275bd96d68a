"""Networks that were trained elsewhere, brought to ONNX: features and not heads."""
