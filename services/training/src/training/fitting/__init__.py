"""Compares families, fits the best, exports it to ONNX and scores it."""
