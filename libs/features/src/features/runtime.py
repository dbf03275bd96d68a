"""ONNX Runtime as everybody here imports it: it tells nobody of its use.

Loaded plainly, it writes an identifier of the machine into the user's folder and starts a thread
that reports each model which is opened to its maker. Only a variable that stands before it is
loaded stops that.
"""

import os

os.putenv("ORT_DISABLE_TELEMETRY", "1")  # the library asks the system, not os.environ

import onnxruntime

__all__ = ["onnxruntime"]
