"""A pickle is a program. What reads the published weights runs none of it."""

import builtins
import io
import os
import pickle
import struct
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from training.embedding.torch_file import read_tensors
from training.errors import UnusableWeights

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
MACHINE = {"protocol_version": PROTOCOL, "little_endian": True}
VALUES = np.arange(6, dtype="<f4")


class Torch:
    """Pickles as a name that PyTorch has, and as a call of it where it is given arguments."""

    def __init__(self, name: str) -> None:
        self.name = name


class Call:
    """Pickles as a call."""

    def __init__(self, function: object, *args: object) -> None:
        self.function, self.args = function, args

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self.function, self.args


class Storage:
    """Pickles as a reference to a storage that follows the pickles."""

    def __init__(self, key: object = "0", count: int = 6, kind: str = "FloatStorage") -> None:
        self.what = ("storage", Torch(f"torch {kind}"), key, "cpu", count, None)


class _Writer(pickle._Pickler):  # type: ignore[name-defined]  # in Python: a class may be faked
    def persistent_id(self, obj: object) -> object:
        return obj.what if isinstance(obj, Storage) else None

    def save(self, obj: object, *rest: object, **more: object) -> None:
        if isinstance(obj, Torch):
            module, name = obj.name.rsplit(" ", 1)
            self.write(b"c" + f"{module}\n{name}\n".encode())
        else:
            super().save(obj, *rest, **more)


def pickled(thing: object) -> bytes:
    file = io.BytesIO()
    _Writer(file, 2).dump(thing)
    return file.getvalue()


def tensor(
    storage: object,
    offset: int = 0,
    shape: tuple[int, ...] = (2, 3),
    stride: tuple[int, ...] = (3, 1),
) -> bytes:
    """A pickle of one tensor by the name `w`."""
    out = io.BytesIO()
    writer = _Writer(out, 2)
    name = Torch("torch._utils _rebuild_tensor_v2")
    # The name isn't callable here, so the call is written as pickle writes one.
    writer.write(b"\x80\x02ccollections\nOrderedDict\n)R(")
    writer.save("w")
    writer.save(name)
    writer.save((storage, offset, shape, stride, False, OrderedDict()))
    writer.write(b"Ru.")
    return out.getvalue()


def weights_file(
    tensors: bytes | None = None,
    *,
    magic: int = MAGIC,
    protocol: int = PROTOCOL,
    machine: object = MACHINE,
    keys: object = ("0",),
    count: int = 6,
    values: bytes = VALUES.tobytes(),
    after: bytes = b"",
) -> bytes:
    """A file of one tensor as PyTorch wrote it, or one that differs in what is given."""
    parts = [pickled(part) for part in (magic, protocol, machine)]
    parts += [tensor(Storage()) if tensors is None else tensors, pickled(list(keys))]  # type: ignore[call-overload]
    return b"".join(parts) + struct.pack("<q", count) + values + after


def test_a_tensor_comes_back() -> None:
    read = read_tensors(weights_file(), "w.pth")

    assert list(read) == ["w"]
    assert read["w"].dtype == np.float32
    np.testing.assert_array_equal(read["w"], VALUES.reshape(2, 3))


def test_a_tensor_may_lie_column_by_column_and_begin_later() -> None:
    """As those do that came from TensorFlow, whose kernels have another order of axes."""
    turned = tensor(Storage(), offset=1, shape=(2, 2), stride=(1, 2))

    read = read_tensors(weights_file(turned), "w.pth")

    np.testing.assert_array_equal(read["w"], [[1, 3], [2, 4]])


def test_whole_numbers_come_back() -> None:
    counts = np.arange(6, dtype="<i8")
    whole = tensor(Storage(kind="LongStorage"))

    read = read_tensors(weights_file(whole, values=counts.tobytes()), "w.pth")

    np.testing.assert_array_equal(read["w"], counts.reshape(2, 3))


@pytest.mark.parametrize(
    ("function", "args", "said"),
    [
        (os.system, ("touch {}",), "system"),
        (builtins.eval, ("open('{}', 'w')",), "eval"),
        (builtins.getattr, (MACHINE, "keys"), "getattr"),
        (builtins.__import__, ("os",), "__import__"),
        (Path, ("{}",), "Path"),
        (OrderedDict.fromkeys, (("a",),), "getattr"),
    ],
)
@pytest.mark.parametrize("place", ["magic", "machine", "keys", "tensors"])
def test_a_pickle_that_calls_something_else_is_refused_and_calls_nothing(
    function: Callable[..., object], args: tuple[object, ...], said: str, place: str, tmp_path: Path
) -> None:
    made = tmp_path / "made"
    hostile = Call(function, *(a.format(made) if isinstance(a, str) else a for a in args))
    if place == "tensors":
        data = weights_file(pickled(hostile))
    else:
        data = weights_file(**{place: [hostile] if place == "keys" else hostile})  # type: ignore[arg-type]

    with pytest.raises(UnusableWeights, match=f"{said}.*which no weights need"):
        read_tensors(data, "w.pth")

    assert not made.exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "EOFError"),
        (b"PK\x03\x04 a newer file", "UnpicklingError"),
        (weights_file(magic=7), "its magic number is 7"),
        (weights_file(protocol=1002), "its version is 1002"),
        (weights_file(machine={"little_endian": False}), "little-endian"),
        (weights_file(machine=[]), "little-endian"),
        (weights_file(keys=("0", "1")), "list of storages"),
        (weights_file(keys=("1",)), "list of storages"),
        (weights_file(keys=()), "list of storages"),
        (weights_file(count=5), "of 6 values claims 5"),
        (weights_file(count=-1), "of 6 values claims -1"),
        (weights_file(values=VALUES.tobytes()[:-1]), "ends within a storage"),
        (weights_file()[:-28], "error"),
        (weights_file(after=b"!"), "goes on after"),
        (weights_file(tensor(Storage(count=1 << 40))), "more than the file has"),
        (weights_file(tensor(Storage(count=-6))), "more than the file has"),
        (weights_file(tensor(Storage(key=0))), "no plain storage"),
        (weights_file(tensor(Storage(kind="ByteStorage"))), "torch.ByteStorage"),
        (weights_file(tensor(Storage(), offset=1)), "strides|buffer"),
        (weights_file(tensor(Storage(), offset=-1)), "isn't within its storage"),
        (weights_file(tensor(Storage(), stride=(-3, 1))), "isn't within its storage"),
        (weights_file(tensor(Storage(), stride=(1 << 61, 1))), "isn't within its storage"),
        (weights_file(tensor(Storage(), shape=(-2, 3))), "isn't within its storage"),
        (weights_file(tensor(Storage(), shape=(3, 3))), "strides|buffer"),
        (weights_file(pickled({"w": Storage()})), "something else than tensors"),
        (weights_file(pickled(OrderedDict({"w": 3, "x": Storage()}))), "something else"),
        (weights_file(pickled(OrderedDict({3: Storage()}))), "something else"),
    ],
)
def test_a_file_that_is_no_such_file_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(UnusableWeights, match=said) as refused:
        read_tensors(data, "w.pth")

    assert "w.pth" in str(refused.value)


def test_every_cut_is_refused() -> None:
    whole = weights_file()

    for end in range(len(whole)):
        with pytest.raises(UnusableWeights):
            read_tensors(whole[:end], "w.pth")


def test_a_file_can_not_change_how_the_next_one_is_read() -> None:
    """BUILD sets attributes of what a pickle names: here, of the function that makes tensors."""
    name, value = (struct.pack("<cI", b"X", len(t)) + t for t in (b"__name__", b"x"))
    build = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\nN}" + name + value + b"s\x86b."

    with pytest.raises(UnusableWeights):
        read_tensors(weights_file(build), "w.pth")

    np.testing.assert_array_equal(read_tensors(weights_file(), "w.pth")["w"], VALUES.reshape(2, 3))
