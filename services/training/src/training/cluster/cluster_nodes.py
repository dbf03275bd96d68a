"""The parties of a Dask cluster, as this environment starts them."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from training.cluster.parallel import JoblibParallel
from training.errors import BadCertificates
from training.settings import Settings

_CLI = (sys.executable, "-I", "-m")
# --no-dashboard takes the pages away, not the server: it would tell of all work, to anyone.
_NO_PAGES = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")


@dataclass(frozen=True)
class ClusterTls:
    """Files of a cluster whose parties prove themselves to each other; PEM."""

    authority: Path
    certificate: Path
    key: Path

    @classmethod
    def of(cls, authority: Path | None, certificate: Path | None, key: Path | None) -> Self:
        """Take all three, which must be there; BadCertificates."""
        if authority is None or certificate is None or key is None:
            raise BadCertificates("an authority, a certificate and a key go together")
        if missing := [str(p) for p in (authority, certificate, key) if not p.is_file()]:
            raise BadCertificates(f"{', '.join(missing)} is not a file")
        return cls(authority, certificate, key)

    def options(self) -> list[str]:
        """Return what Dask's commands are told."""
        return [
            *("--tls-ca-file", str(self.authority)),
            *("--tls-cert", str(self.certificate)),
            *("--tls-key", str(self.key)),
        ]


def tls_of(settings: Settings) -> ClusterTls | None:
    """Return the certificates and key for a cluster, None for one without; BadCertificates."""
    files = (settings.dask_authority, settings.dask_certificate, settings.dask_key)
    asked = (settings.dask_scheduler or "").startswith("tls://")
    return ClusterTls.of(*files) if asked or any(files) else None


def become_scheduler(host: str, port: int, tls: ClusterTls | None) -> None:
    """Go on as a scheduler that listens at a host and port. There is no dashboard."""
    protocol = "tls" if tls else "tcp"
    listening = ["--host", f"{protocol}://{host}:{port}", *_NO_PAGES]
    _become("distributed.cli.dask_scheduler", [*listening, *(tls.options() if tls else ())])


def become_workers(address: str, count: int, folder: Path, tls: ClusterTls | None) -> None:
    """Go on as so many workers of a scheduler, of one thread each, with files below a folder.

    A worker that dies is started anew.
    """
    size = ["--nworkers", str(count), "--nthreads", "1", "--local-directory", str(folder)]
    options = [*size, *_NO_PAGES, *(tls.options() if tls else ())]
    _become("distributed.cli.dask_worker", [address, *options])


def _become(module: str, arguments: list[str]) -> None:
    words = [*_CLI, module, *arguments]
    os.execv(words[0], words)  # noqa: S606 - this very interpreter


@contextmanager
def workers(settings: Settings) -> Iterator[JoblibParallel]:
    """Yield what featurizes and trains: the Dask cluster that is set, or this machine's cores."""
    if settings.dask_scheduler is None:
        yield JoblibParallel(settings.jobs)
        return
    # distributed takes most of a second to import.
    from training.cluster.cluster_parallel import ClusterParallel  # noqa: PLC0415

    cluster = ClusterParallel(settings.dask_scheduler, tls_of(settings))
    try:
        yield cluster
    finally:
        cluster.close()
