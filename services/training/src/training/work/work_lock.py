"""One training at a time in a work folder; who comes second is told who works there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from artifacts.locks import lock_file, take
from training.errors import WorkFolderBusy


@contextmanager
def alone_in(work: Path) -> Iterator[int]:
    """Hold a work folder, and yield the descriptor that holds it; WorkFolderBusy.

    The system lets go of it when the last process with the descriptor ends, however it ends: a
    killed training leaves nothing to clear away. A process that gets it by `pass_fds` holds it too.
    """
    with lock_file(work / "build" / "lock") as descriptor:
        if not take(descriptor):
            holder = os.pread(descriptor, 32, 0).decode("ascii", errors="replace").strip()
            raise WorkFolderBusy(work, holder)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        yield descriptor
