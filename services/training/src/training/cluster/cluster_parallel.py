"""Parallel work on the workers of a Dask cluster: the same joblib calls, elsewhere."""

# mypy: disable-error-code="no-untyped-call, type-arg"
# distributed says that it is typed; half of it is.

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property

import dask
import distributed
import joblib
from distributed.comm.core import connect

from training.cluster.cluster_backend import ClusterBackend
from training.cluster.cluster_nodes import ClusterTls
from training.cluster.parallel import JoblibParallel
from training.cluster.worker_identity import Identity, differences, worker_identity
from training.errors import ClusterDiffers, ClusterUnavailable

_CONFIG = {
    # What many tasks share is sent within the graph, on purpose: see ClusterBackend.
    "distributed.admin.large-graph-warning-threshold": "10 GB",
    "distributed.comm.timeouts.connect": "10s",
}
_CONNECT_SECONDS = 10
_WORKERS_SECONDS = 30


class ClusterParallel(JoblibParallel):
    """The workers of the cluster whose scheduler has an address, tcp:// or tls://.

    Each must compute as this process does, or all is refused: the same code, versions and rounding.
    """

    def __init__(
        self, address: str, tls: ClusterTls | None, patience_seconds: float = _WORKERS_SECONDS
    ) -> None:
        super().__init__(jobs=1)
        self._address = address
        self._tls = tls
        self._patience = patience_seconds

    @contextmanager
    def jobs_running(self) -> Iterator[int]:
        """Have joblib use the workers; ClusterUnavailable, ClusterDiffers."""
        self._require_equal_workers()
        threads = sum(self.client.ncores().values())
        with joblib.parallel_config(backend=self._backend, n_jobs=-1):
            yield max(1, threads)

    def close(self) -> None:
        """Leave the cluster, if it was ever asked."""
        if "client" in self.__dict__:
            self.client.close()

    @cached_property
    def client(self) -> distributed.Client:
        """The connection, opened when it is first needed; ClusterUnavailable."""
        # Its log would stand between the lines of ours, which say what is lost and what to do.
        for name in ("distributed", "distributed.client", "distributed.core", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        dask.config.set(_CONFIG)
        security = _security(self._tls) if self._tls else None
        try:
            # A Client that can't connect leaves threads behind, and complains when it is collected.
            asyncio.run(_knock(self._address, security or distributed.Security()))
            return distributed.Client(
                self._address, timeout=_CONNECT_SECONDS, security=security, set_as_default=False
            )
        except (OSError, TimeoutError, ValueError, RuntimeError, TypeError) as exc:
            raise ClusterUnavailable(self._address, str(exc) or "it does not answer") from exc

    @cached_property
    def _backend(self) -> ClusterBackend:
        return ClusterBackend(self.client, self._address, self._patience)

    def _require_equal_workers(self) -> None:
        here = worker_identity()
        problems = []
        for name, there in self._identities().items():
            if isinstance(there, BaseException):
                problems.append(f"{name} can't say what it runs: {there!r}")
            elif found := differences(here, there):
                problems.append(f"{name}: " + "; ".join(found))
        if problems:
            raise ClusterDiffers(tuple(problems))

    def _identities(self) -> Mapping[str, Identity | BaseException]:
        try:
            self.client.wait_for_workers(1, timeout=self._patience)
            found = self.client.run(worker_identity, on_error="return")
        except TimeoutError as exc:
            reason = f"no worker has come within {self._patience:g} seconds"
            raise ClusterUnavailable(self._address, reason) from exc
        except (OSError, RuntimeError) as exc:
            raise ClusterUnavailable(self._address, str(exc)) from exc
        # One that was lost meanwhile is no other; whoever takes its place is asked with its work.
        return {name: it for name, it in found.items() if not isinstance(it, OSError)}


async def _knock(address: str, security: distributed.Security) -> None:
    arguments = security.get_connection_args("client")
    connection = await connect(address, timeout=_CONNECT_SECONDS, **arguments)
    connection.abort()


def _security(tls: ClusterTls) -> distributed.Security:
    return distributed.Security(
        tls_ca_file=str(tls.authority),
        tls_client_cert=str(tls.certificate),
        tls_client_key=str(tls.key),
        require_encryption=True,
    )
