"""Where work runs, by the settings: on the workers of a Dask cluster, or on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager

from training.cluster.cluster_nodes import tls_of
from training.cluster.parallel import JoblibParallel
from training.settings import Settings


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
