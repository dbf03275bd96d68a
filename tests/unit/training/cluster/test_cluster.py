"""What can be said of a cluster without one; tests/integration/test_dask.py starts real ones."""

import pickle
from functools import partial
from pathlib import Path

import cloudpickle
import numpy as np
import pytest

from training.cluster.cluster_backend import _call, _is_shared, _Place
from training.cluster.cluster_nodes import ClusterTls
from training.cluster.worker_identity import differences, worker_identity
from training.errors import BadCertificates, ClusterDiffers, ClusterUnavailable, TrainingError


def test_a_process_is_equal_to_itself_and_says_what_it_computes_by() -> None:
    here = worker_identity()
    assert differences(here, dict(here)) == ()
    assert {"Python", "numpy", "code of features", "processor's rounding"} <= set(here)
    assert here["processor's rounding"].startswith("sha256:")


@pytest.mark.parametrize("name", sorted(worker_identity()))
def test_every_part_of_an_identity_can_differ_or_be_missing(name: str) -> None:
    here = worker_identity()
    (other,) = differences(here, here | {name: "another"})
    (lacking,) = differences(here, {key: value for key, value in here.items() if key != name})
    assert other.startswith(f"{name} is another there and ")
    assert lacking.startswith(f"{name} is missing there and ")


def test_a_worker_that_comes_late_and_differs_does_no_work() -> None:
    done: list[int] = []
    sent = cloudpickle.dumps([(done.append, [1], {})])
    with pytest.raises(ClusterDiffers, match=r"came later: numpy is .* there and 0.1 here"):
        _call(sent, worker_identity() | {"numpy": "0.1"})
    assert done == []


def test_a_call_gets_what_was_shared_in_its_place() -> None:
    sent = cloudpickle.dumps([(divmod, [_Place(1), 3], {}), (int, [_Place(0)], {"base": 2})])
    assert _call(sent, worker_identity(), "101", 17) == [(5, 2), 5]


@pytest.mark.parametrize(
    ("thing", "shared"),
    [
        (partial(divmod, 1), True),
        (np.zeros(10_000), True),
        (np.zeros(10), False),
        (["a photo"] * 10_000, False),
        (7, False),
    ],
)
def test_functions_and_large_arrays_are_sent_once(thing: object, shared: bool) -> None:
    assert _is_shared(thing) is shared


@pytest.mark.parametrize(
    "error", [ClusterUnavailable("tcp://somewhere:1", "it is gone"), ClusterDiffers(("a", "b"))]
)
def test_errors_travel_between_processes(error: TrainingError) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - made here
    assert type(again) is type(error)
    assert str(again) == str(error)


def test_certificates_are_all_there_or_refused(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("authority.pem", "own.pem", "key.pem")]
    for path in files[:2]:
        path.write_bytes(b"a certificate")
    with pytest.raises(BadCertificates, match=r"key\.pem is not a file"):
        ClusterTls.of(*files)
    with pytest.raises(BadCertificates, match="go together"):
        ClusterTls.of(files[0], None, files[1])
    files[2].write_bytes(b"a key")
    options = ClusterTls.of(*files).options()
    assert options[::2] == ["--tls-ca-file", "--tls-cert", "--tls-key"]
    assert options[1::2] == list(map(str, files))
