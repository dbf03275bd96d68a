"""What a process computes by: its versions, its code, and how its processor rounds."""

import hashlib
import platform
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from artifacts.digests import digest_bytes
from training.source_digest import source_digest

_CODE = ("artifacts", "features", "scoring", "training")
_LIBRARIES = (
    *("numpy", "scipy", "scikit-learn", "pillow", "threadpoolctl"),
    *("onnxruntime", "joblib", "cloudpickle", "dask", "distributed"),
)
_SIDE = 200
_NUMBERS = _SIDE**2

Identity = dict[str, str]


@cache
def worker_identity() -> Identity:
    """Return what must be equal wherever a result may be computed, by name."""
    libraries = {name: version(name) for name in _LIBRARIES}
    code = {f"code of {name}": source_digest(_folder(name)) for name in _CODE}
    python = {"Python": platform.python_version(), "processor's rounding": _rounding()}
    return python | libraries | code


def differences(here: Identity, there: Identity) -> tuple[str, ...]:
    """Name every part in which another process differs from this one."""
    return tuple(
        f"{name} is {_short(there.get(name, 'missing'))} there and {_short(here[name])} here"
        for name in here
        if here[name] != there.get(name)
    )


def _rounding() -> str:
    """Return the digest of some sums and functions whose last bits differ between processors."""
    found = hashlib.sha256()
    numbers = np.linspace(0.01, 7.3, _NUMBERS)
    with threadpool_limits(1):
        for part in (*_parts(numbers), *_parts(numbers.astype(np.float32))):
            found.update(np.ascontiguousarray(part).tobytes())
    return digest_bytes(found.digest())


def _parts(numbers: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    matrix = numbers.reshape(_SIDE, _SIDE)
    inverse = np.linalg.inv(matrix + np.eye(_SIDE, dtype=numbers.dtype))
    functions = (np.exp(-numbers), np.log(numbers), np.arctan2(numbers, numbers[::-1]))
    return (*functions, matrix @ matrix.T, inverse, matrix.sum(axis=1))


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"no package {package}")
    return Path(spec.origin).parent


def _short(value: str) -> str:
    return value.removeprefix("sha256:")[:16]
