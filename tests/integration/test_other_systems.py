"""Systems that lack calls of Linux: what macOS lacks or refuses is taken away here."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import scoring
from inference.settings import Settings

TRIAL = Path(scoring.__file__).with_name("trial_process.py")
GIB = 1 << 30
# numpy and ONNX Runtime are those of Linux, and are loaded before the system is another.
REFUSING = f"""
import resource, runpy, sys, numpy, onnxruntime
set_limit, usage = resource.setrlimit, resource.getrusage
class InBytes:
    def __init__(self, who): self.ru_maxrss = usage(who).ru_maxrss * 1024
def refuse(what, limits):
    if what == resource.RLIMIT_AS:
        raise ValueError("current limit exceeds maximum limit")
    set_limit(what, limits)
resource.setrlimit, resource.getrusage = refuse, InBytes
sys.platform, *sys.argv = sys.argv[1], {str(TRIAL)!r}, sys.argv[2], "20"
runpy.run_path({str(TRIAL)!r}, run_name="__main__")
"""


def model_of(megabytes: int) -> bytes:
    """An ONNX model that adds up so many megabytes of ones to its input."""
    shape = numpy_helper.from_array(np.array([megabytes << 18], np.int64), "shape")
    value = numpy_helper.from_array(np.ones(1, np.float32))
    nodes = [
        helper.make_node("ConstantOfShape", ["shape"], ["ones"], value=value),
        helper.make_node("ReduceSum", ["ones"], ["sum"], keepdims=0),
        helper.make_node("Add", ["x", "sum"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "head",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])],
        [shape],
    )
    opset = [helper.make_opsetid("", 21)]
    made = helper.make_model(graph, opset_imports=opset, ir_version=10)
    onnx.checker.check_model(made)
    return bytes(made.SerializeToString())


def tried(system: str, model: bytes, *begin: str) -> "subprocess.CompletedProcess[bytes]":
    """Try a model in a process with a GiB of memory, on a system that refuses that limit."""
    return subprocess.run(
        [*begin, sys.executable, "-c", REFUSING, system, str(GIB)],
        input=f"[[{len(model)}, [1]]]\n".encode() + model,
        capture_output=True,
        check=False,
        timeout=120,
    )


def test_a_model_is_tried_where_memory_can_not_be_limited() -> None:
    done = tried("darwin", model_of(megabytes=1))

    assert (done.returncode, done.stdout) == (0, b"ran\n"), done.stderr


def test_what_the_starting_process_took_counts_against_no_model() -> None:
    took = "import os, sys; took = b'x' * (1536 << 20); os.execv(sys.argv[1], sys.argv[1:])"
    done = tried("darwin", model_of(megabytes=1), sys.executable, "-c", took)

    assert (done.returncode, done.stdout) == (0, b"ran\n"), done.stderr


def test_a_model_that_takes_too_much_is_ended_where_memory_can_not_be_limited() -> None:
    done = tried("darwin", model_of(megabytes=3000))

    assert (done.returncode, done.stdout) == (1, b"")
    assert b"it takes more memory than that" in done.stderr


def test_linux_tries_no_model_without_a_limit_of_memory() -> None:
    done = tried("linux", model_of(megabytes=1))

    assert (done.returncode, done.stdout) == (1, b"")
    assert b"current limit exceeds maximum limit" in done.stderr


def test_the_service_counts_cores_where_none_may_be_picked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)

    assert Settings(public_key=Path("key")).threads == 6


def test_a_machine_that_counts_no_cores_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)

    assert Settings(public_key=Path("key")).threads == 1
