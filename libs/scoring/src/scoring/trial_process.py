"""A process of its own that opens ONNX models and runs each once. `trial.py` starts it.

Usage: python trial_process.py MEMORY_BYTES SECONDS <MODELS
MODELS is a line of JSON, [[size in bytes, shape of the input], ...], and then the models' bytes.
A line comes out for every model that ran. It imports nothing of ours: what it needs is loaded in a
fifth of a second.
"""

import json
import os
import resource
import sys
import threading
import time

import numpy as np

os.putenv("ORT_DISABLE_TELEMETRY", "1")  # as in features/runtime.py

import onnxruntime

_LOOK_SECONDS = 0.01


def main(memory_bytes: int, seconds: int) -> None:
    """Run all models of standard input; end with the reason and 1 where one can't be run."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    _bound_memory(memory_bytes)
    for size, shape in json.loads(sys.stdin.buffer.readline()):
        try:
            _run(sys.stdin.buffer.read(size), tuple(shape))
        except Exception as exc:  # noqa: BLE001 - whatever it is, the model is not usable
            sys.exit(str(exc))
        sys.stdout.write("ran\n")
        sys.stdout.flush()


def _bound_memory(memory_bytes: int) -> None:
    """Have the system refuse more memory, or on macOS, which can't, end when more is in use."""
    try:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    except (ValueError, OSError):
        if sys.platform != "darwin":
            raise
        # A process begins with the highest use of the one that started it.
        most = max(memory_bytes, _highest())
        threading.Thread(target=_end_above, args=(most,), daemon=True).start()


def _highest() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS


def _end_above(most: int) -> None:
    while _highest() <= most:
        time.sleep(_LOOK_SECONDS)
    sys.stderr.write("it takes more memory than that\n")
    sys.stderr.flush()
    os._exit(1)


def _run(model: bytes, shape: tuple[int, ...]) -> None:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.load_model_format", "ONNX")
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    session.run(None, {session.get_inputs()[0].name: np.zeros(shape, np.float32)})


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
