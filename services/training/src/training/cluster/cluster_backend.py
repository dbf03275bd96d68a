"""joblib on a Dask cluster, where a lost worker costs time and a lost cluster is an error.

joblib's own backend `dask` is not that. It puts what many tasks share (the vectors) on one worker
by `scatter`, which Dask can't make again when that worker dies; it leaves the caller waiting for
good where a task ends in an error of Dask's (KilledWorker) or no worker is left; it runs what is
parallel within a task on the cluster again, from inside a worker; and with a cluster of one thread
joblib never asks it. See docs/adr/0025.
"""

# mypy: disable-error-code="no-untyped-call, type-arg"
# distributed says that it is typed; half of it is.

import pickle
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any

import cloudpickle
import distributed
import joblib
import numpy as np
from distributed.comm.core import CommClosedError
from joblib.parallel import ParallelBackendBase, SequentialBackend
from threadpoolctl import threadpool_limits

from artifacts.digests import digest_bytes
from training.cluster.worker_identity import Identity, differences, worker_identity
from training.errors import ClusterDiffers, ClusterUnavailable

_SHARED_BYTES = 65_536
_WATCH_SECONDS = 1.0


@dataclass(frozen=True)
class _Place:
    """Stands for the n-th of the things that a task shares with others."""

    number: int


class ClusterBackend(ParallelBackendBase):  # type: ignore[misc]  # joblib has no types
    """Sends joblib's tasks to the workers of a Dask client; one `Parallel` at a time.

    Functions with what is bound to them, and large arrays, are sent once, as a task that gives
    them back: any worker can fetch them, and Dask makes them again if their worker is lost.
    """

    supports_retrieve_callback = True
    default_n_jobs = -1

    def __init__(self, client: distributed.Client, address: str, patience_seconds: float) -> None:
        super().__init__(nesting_level=0)
        self._client = client
        self._address = address
        self._patience = patience_seconds
        self._here = worker_identity()
        self._shared: dict[int, tuple[object, distributed.Future]] = {}
        self._kept: dict[str, distributed.Future] = {}
        self._running: set[distributed.Future] = set()
        self._deserted = False
        self._ended = threading.Event()

    def effective_n_jobs(self, n_jobs: int | None) -> int:
        """Return the workers' threads, two at least: joblib does the work of one by itself."""
        return 1 if n_jobs == 1 else max(2, sum(self._client.ncores().values()))

    def start_call(self) -> None:
        """Begin one `Parallel`; what it shares goes on from the one before where it is equal."""
        self._shared = {}
        self._deserted = False
        self._ended = threading.Event()
        threading.Thread(target=self._watch, args=(self._ended,), daemon=True).start()

    def stop_call(self) -> None:
        """End one `Parallel`, and keep what it shared for the next."""
        self._ended.set()
        used = {future for _, future in self._shared.values()}
        self._kept = {key: future for key, future in self._kept.items() if future in used}
        self._shared = {}

    def submit(
        self, func: Any, callback: Callable[[distributed.Future], object] | None = None
    ) -> distributed.Future:
        """Send a batch of calls."""
        calls: list[tuple[Any, list[object], Any]] = []
        futures: list[distributed.Future] = []
        for function, args, kwargs in func.items:
            own, found = self._without_shared(args, len(futures))
            futures += found
            calls.append((function, own, kwargs))
        sent = cloudpickle.dumps(calls)
        future = self._client.submit(_call, sent, self._here, *futures, pure=False)
        self._running.add(future)
        future.add_done_callback(lambda done: self._ends(done, callback))
        return future

    def retrieve_result_callback(self, out: distributed.Future) -> Any:
        """Return a batch's results, or raise what it raised; ClusterUnavailable, ClusterDiffers."""
        try:
            return out.result()
        except (CancelledError, distributed.KilledWorker, CommClosedError) as exc:
            raise ClusterUnavailable(self._address, self._reason(exc)) from exc

    def abort_everything(self, ensure_ready: bool = True) -> None:  # noqa: ARG002 - joblib's name
        """Give up what was sent and has not ended."""
        self._ended.set()
        running, self._running = self._running, set()
        if self._client.status == "running":
            self._client.cancel(list(running), asynchronous=False, force=True)

    def get_nested_backend(self) -> tuple[SequentialBackend, None]:
        """A worker does all of a task itself."""
        return SequentialBackend(nesting_level=1), None

    def _ends(self, done: distributed.Future, callback: Callable[..., object] | None) -> None:
        self._running.discard(done)
        if callback is not None:
            callback(done)

    def _without_shared(
        self, args: Sequence[object], number: int
    ) -> tuple[list[object], list[distributed.Future]]:
        kept: list[object] = []
        futures: list[distributed.Future] = []
        for arg in args:
            if _is_shared(arg):
                kept.append(_Place(number + len(futures)))
                futures.append(self._share(arg))
            else:
                kept.append(arg)
        return kept, futures

    def _share(self, thing: object) -> distributed.Future:
        # By identity within one `Parallel`, which holds it; by content from one to the next.
        if id(thing) not in self._shared:
            sent = cloudpickle.dumps(thing)
            key = f"shared-{digest_bytes(sent)}"
            if key not in self._kept:
                self._kept[key] = self._client.submit(pickle.loads, sent, key=key)
            self._shared[id(thing)] = (thing, self._kept[key])
        return self._shared[id(thing)][1]

    def _watch(self, ended: threading.Event) -> None:
        alone = 0.0
        while not ended.wait(_WATCH_SECONDS) and self._client.status == "running":
            try:
                alone = 0.0 if self._client.ncores() else alone + _WATCH_SECONDS
            except (OSError, CancelledError):
                return
            if alone >= self._patience:
                self._deserted = True
                self._client.cancel(list(self._running), force=True)
                return

    def _reason(self, exc: BaseException) -> str:
        if self._deserted:
            return f"it has had no worker for {self._patience:g} seconds"
        if isinstance(exc, distributed.KilledWorker):
            return (
                f"{exc.allowed_failures + 1} workers died of the same work, which may need more "
                "memory than they have"
            )
        return "the connection was lost before the work was done"


def _is_shared(arg: object) -> bool:
    return callable(arg) or (isinstance(arg, np.ndarray) and arg.nbytes >= _SHARED_BYTES)


def _call(sent: bytes, wanted: Identity, *shared: object) -> list[Any]:
    """Do a batch of calls on a worker, if it computes as the client does."""
    if found := differences(wanted, worker_identity()):
        raise ClusterDiffers(("a worker that came later: " + "; ".join(found),))
    results = []
    with joblib.parallel_config(backend="sequential"), threadpool_limits(1):
        for function, args, kwargs in pickle.loads(sent):  # noqa: S301 - from our own client
            given = [shared[arg.number] if isinstance(arg, _Place) else arg for arg in args]
            results.append(function(*given, **kwargs))
    return results
