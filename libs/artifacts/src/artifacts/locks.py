"""Locks between processes, on a file that is held open.

The system frees a lock when the last process that has its descriptor ends, however it ends: a kill
leaves nothing to clear away. A child process has it only if it gets the descriptor (`pass_fds`).
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_PAUSE_SECONDS: Final = 0.005


@contextmanager
def lock_file(path: Path) -> Iterator[int]:
    """Yield the descriptor of a lock's file, made if it isn't there; closing it frees the lock.

    The file is its user's alone: whoever can open it can hold the lock.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def take(descriptor: int, seconds: float | None = 0.0, *, shared: bool = False) -> bool:
    """Take the lock of an open file; return whether it was free within some seconds.

    Without `seconds` it waits until the lock is free. Holders of a `shared` one keep out only those
    who want it alone.
    """
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    if seconds is None:
        fcntl.flock(descriptor, kind)
        return True
    end = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(_PAUSE_SECONDS)
        else:
            return True
