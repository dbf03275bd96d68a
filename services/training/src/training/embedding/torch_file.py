"""Tensors out of a file that PyTorch wrote before version 1.6, without PyTorch.

Such a file is a row of pickles (a magic number, a version, the writer's machine, the tensors by
name, the names of their storages), and then the storages' bytes. A pickle is a program: of this one
four names may be called, each of which is a function here, and any other name is refused.
"""

import io
import pickle
import struct
from collections import OrderedDict
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.errors import UnusableWeights

Tensors = dict[str, NDArray[Any]]

_MAGIC: Final = 0x1950A86A20F9469CFC6C
_PROTOCOL: Final = 1001
_COUNT: Final = struct.Struct("<q")
_DTYPES: Final[Mapping[str, np.dtype[Any]]] = MappingProxyType(
    {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}
)


def read_tensors(data: bytes, name: str) -> Tensors:
    """Return the tensors of a state dict, by their names; `name` is the file's, for errors.

    Raises UnusableWeights where the bytes are no such file, end early, or call anything else.
    """
    try:
        return _read(io.BytesIO(data), len(data))
    except UnusableWeights:
        raise
    # A pickle that isn't what it should be makes any error: all say the same of the file.
    except Exception as exc:
        raise UnusableWeights(name, f"{type(exc).__name__}: {exc}") from exc


def _read(file: io.BytesIO, size_bytes: int) -> Tensors:
    for what, wanted in (("magic number", _MAGIC), ("version", _PROTOCOL)):
        if (found := _Reader(file, size_bytes).load()) != wanted:
            raise ValueError(f"its {what} is {found!r:.40}, not {wanted}")
    machine = _Reader(file, size_bytes).load()
    if not isinstance(machine, dict) or machine.get("little_endian") is not True:
        raise ValueError("it wasn't written in little-endian order")
    reader = _Reader(file, size_bytes)
    tensors = reader.load()
    keys = _Reader(file, size_bytes).load()
    if not isinstance(keys, list) or sorted(keys) != sorted(reader.storages):
        raise ValueError("its list of storages isn't that of its tensors")
    for key in keys:
        _fill(reader.storages[key], file)
    if file.read(1):
        raise ValueError("it goes on after its last storage")
    if not isinstance(tensors, OrderedDict) or not all(
        isinstance(key, str) and isinstance(value, np.ndarray) for key, value in tensors.items()
    ):
        raise TypeError("it holds something else than tensors by their names")
    return dict(tensors)


def _fill(storage: NDArray[Any], file: io.BytesIO) -> None:
    (count,) = _COUNT.unpack(file.read(_COUNT.size))
    if count != storage.size:
        raise ValueError(f"a storage of {storage.size} values claims {count}")
    values = file.read(storage.nbytes)
    if len(values) != storage.nbytes:
        raise ValueError("it ends within a storage")
    storage[:] = np.frombuffer(values, storage.dtype)


class _Reader(pickle.Unpickler):
    """Reads one pickle. Storages are empty at first: their bytes come after the last pickle."""

    def __init__(self, file: io.BytesIO, size_bytes: int) -> None:
        super().__init__(file)
        self.storages: dict[str, NDArray[Any]] = {}
        self._size_bytes = size_bytes

    def find_class(self, module: str, name: str) -> Any:
        """Return what stands for one of the four names; UnpicklingError for any other."""
        found: dict[str, object] = {
            "collections.OrderedDict": OrderedDict,
            # Made anew for each file, so that no file can change it for the next.
            "torch._utils._rebuild_tensor_v2": _tensor_maker(),
            **{f"torch.{storage}": storage for storage in _DTYPES},
        }
        wanted = f"{module}.{name}"
        if wanted not in found:
            raise pickle.UnpicklingError(f"it asks for {wanted[:80]!r}, which no weights need")
        return found[wanted]

    def persistent_load(self, pid: Any) -> NDArray[Any]:
        """Return the storage that a tensor lies in."""
        what, storage, key, _place, count, view = pid
        if what != "storage" or view is not None or not isinstance(key, str):
            raise pickle.UnpicklingError("a tensor lies in no plain storage")
        dtype = _DTYPES[storage]
        if not 0 <= count * dtype.itemsize <= self._size_bytes:
            raise pickle.UnpicklingError(f"a storage claims {count} values, more than the file has")
        return self.storages.setdefault(key, np.zeros(count, dtype))


def _tensor_maker() -> Callable[..., NDArray[Any]]:
    def make(
        storage: NDArray[Any], offset: int, shape: tuple[int, ...], stride: tuple[int, ...], *_: Any
    ) -> NDArray[Any]:
        if any(not 0 <= number <= storage.size for number in (offset, *shape, *stride)):
            raise pickle.UnpicklingError(f"a tensor of shape {shape} isn't within its storage")
        # numpy refuses what reaches beyond the storage all the same.
        size = storage.itemsize
        places = tuple(step * size for step in stride)
        return np.ndarray(shape, storage.dtype, storage.data, offset * size, places)

    return make
