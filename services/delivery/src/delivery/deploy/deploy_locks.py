"""A lock a deployed environment: a file that the process holds, and that its death frees."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from artifacts.locks import lock_file, take
from artifacts.records.release import Environment
from delivery.errors import DeployLocked

LONGEST_WAIT_SECONDS: Final = 900.0


@dataclass(frozen=True)
class FileDeployLocks:
    """Locks in a folder an environment."""

    folder: Path
    seconds: float = LONGEST_WAIT_SECONDS

    @contextmanager
    def held(self, environment: Environment) -> Iterator[None]:
        """Wait for an environment's lock and hold it; DeployLocked after `seconds`."""
        path = self._path(environment)
        with lock_file(path) as lock:
            if not take(lock, self.seconds):
                raise DeployLocked(environment, str(path), self.seconds)
            yield

    def taken(self, environment: Environment) -> bool:
        """Whether a deploy of an environment holds its lock now; others may ask at once."""
        with lock_file(self._path(environment)) as lock:
            return not take(lock, shared=True)

    def _path(self, environment: Environment) -> Path:
        return self.folder / environment / "deploy.lock"
