"""Locks of the folders that the local target keeps."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from artifacts.locks import lock_file, take
from delivery.targets.local.local_errors import Busy


@contextmanager
def locked(path: Path, seconds: float, what: str) -> Iterator[None]:
    """Hold a lock for a while; Busy when it isn't free within some seconds."""
    with lock_file(path) as lock:
        if not take(lock, seconds):
            raise Busy(what, seconds)
        yield
