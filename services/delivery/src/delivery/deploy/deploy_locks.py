"""A lock a deployed environment: a file that the process holds, and that its death frees."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from artifacts.records.release import Environment
from delivery.errors import DeployLocked

LONGEST_WAIT_SECONDS: Final = 900.0
_PAUSE_SECONDS: Final = 0.05


@dataclass(frozen=True)
class FileDeployLocks:
    """Locks in a folder an environment."""

    folder: Path
    seconds: float = LONGEST_WAIT_SECONDS

    @contextmanager
    def held(self, environment: Environment) -> Iterator[None]:
        """Wait for an environment's lock and hold it; DeployLocked after `seconds`."""
        path = self.folder / environment / "deploy.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            end = time.monotonic() + self.seconds
            while not _taken(file.fileno()):
                if time.monotonic() > end:
                    raise DeployLocked(environment, str(path), self.seconds)
                time.sleep(_PAUSE_SECONDS)
            yield


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    # A command that this one starts must not go on holding it.
    os.set_inheritable(handle, False)
    return True
