"""Tries models in a process with bounded memory and time, before this one opens them.

A few hundred bytes of ONNX can ask for terabytes: a column times a row. And a fault of the runtime
ends the process that it happens in, which must not be one that serves or judges.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final

from scoring.errors import UnusableModel

MEMORY_BYTES = 1 << 30
MEMORY_BYTES_A_BYTE = 8
"""A forest takes several times the memory of its file while it is opened."""
CPU_SECONDS = 20
WALL_SECONDS = 120
ENVIRONMENT: Final = MappingProxyType(
    {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
)
"""All variables that the process gets: it runs a stranger's model, and this one's may be secret."""
_PROCESS = Path(__file__).with_name("trial_process.py")
_passed: set[str] = set()


@dataclass(frozen=True)
class Trial:
    """An ONNX model, the file that it came from, and the shape of its input."""

    part: str
    model: bytes
    shape: tuple[int, ...]

    @property
    def key(self) -> str:
        """What is remembered of a model that passed."""
        return f"{sha256(self.model).hexdigest()} {self.shape}"


def try_out(trials: Sequence[Trial]) -> None:
    """Open and run each model once over zeros; UnusableModel names the first that can't be.

    A model that passed in this process is not tried again.
    """
    open_ones = [trial for trial in trials if trial.key not in _passed]
    if not open_ones:
        return
    size = sum(len(trial.model) for trial in open_ones)
    memory = MEMORY_BYTES + MEMORY_BYTES_A_BYTE * size
    ran, reason = _run(open_ones, memory)
    if ran < len(open_ones):
        limits = f"{memory >> 20} MiB and {CPU_SECONDS} s"
        raise UnusableModel(open_ones[ran].part, f"one run of it within {limits} fails: {reason}")
    _passed.update(trial.key for trial in open_ones)


def _run(trials: Sequence[Trial], memory_bytes: int) -> tuple[int, str]:
    """Return how many models ran, and what is wrong with the one after them."""
    index = json.dumps([[len(trial.model), trial.shape] for trial in trials]).encode() + b"\n"
    command = [sys.executable, "-I", str(_PROCESS), str(memory_bytes), str(CPU_SECONDS)]
    try:
        done = subprocess.run(  # noqa: S603 - a script of ours, and two numbers
            command,
            input=index + b"".join(trial.model for trial in trials),
            capture_output=True,
            check=False,
            env=dict(ENVIRONMENT),
            timeout=WALL_SECONDS,
        )
    except subprocess.TimeoutExpired as exc:
        return len((exc.stdout or b"").splitlines()), f"it took over {WALL_SECONDS} s"
    return len(done.stdout.splitlines()), _reason(done)


def _reason(done: "subprocess.CompletedProcess[bytes]") -> str:
    if done.returncode < 0:
        name = signal.Signals(-done.returncode).name
        took = "it took too long" if name in {"SIGXCPU", "SIGKILL"} else "it broke the process"
        return f"{took} ({name})"
    return " ".join(done.stderr.decode(errors="replace").split())[-500:] or "it ended early"
