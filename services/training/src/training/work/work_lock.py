"""One training at a time in a work folder; who comes second is told who works there."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from training.errors import WorkFolderBusy

_LOCK: Final = "lock"


@contextmanager
def alone_in(work: Path) -> Iterator[int]:
    """Hold a work folder, and yield the descriptor that holds it; WorkFolderBusy.

    The system lets go of it when the last process with the descriptor ends, however it ends: a
    killed training leaves nothing to clear away. A process that gets it by `pass_fds` holds it too.
    """
    (work / "build").mkdir(parents=True, exist_ok=True)
    path = work / "build" / _LOCK
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            holder = os.pread(descriptor, 32, 0).decode("ascii", errors="replace").strip()
            raise WorkFolderBusy(work, holder) from exc
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        yield descriptor
    finally:
        os.close(descriptor)
