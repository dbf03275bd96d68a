"""The ports, implemented over files, ONNX Runtime, processes and HTTP."""
