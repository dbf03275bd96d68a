"""Locks between processes: held by an open file, so that they end with their process."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from delivery.targets.local.local_errors import Busy

_POLL_SECONDS = 0.02


@contextmanager
def locked(path: Path, seconds: float, what: str) -> Iterator[None]:
    """Hold a lock for a while; Busy when it isn't free within some seconds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + seconds
    with path.open("a") as file:
        while not _try(file.fileno()):
            if time.monotonic() > deadline:
                raise Busy(what, seconds)
            time.sleep(_POLL_SECONDS)
        yield


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
