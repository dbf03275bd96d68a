"""Compares families, fits the best, exports it to ONNX, scores and signs it."""
