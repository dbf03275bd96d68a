"""The runner's turn, and how a runner is started apart from whoever asks."""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Final

from rehearsal.box.locks import tried

_PATIENCE_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.05


class RunnerTurn:
    """A file lock: the system lets it go when the runner dies."""

    def __init__(self, box: Path, work: Callable[[], None]) -> None:
        self._box = box
        self._work = work

    def take(self) -> AbstractContextManager[bool]:
        """Take the turn if it is free; says whether."""
        return self._taken()

    @contextmanager
    def _taken(self) -> Iterator[bool]:
        with tried(self._lock) as mine:
            if mine:
                # Who has it, for `box destroy`: the lock says that it lives.
                self._lock.write_text(str(os.getpid()), encoding="utf-8")
            yield mine

    def is_taken(self) -> bool:
        """Whether some living runner has it."""
        with tried(self._lock) as free:
            return not free

    def start_runner(self) -> None:
        """Start a runner apart from this process; call it with no lock held.

        It is forked, since starting Python anew would take half of a run's overhead. In a session
        of its own, with none of the caller's files open: Ctrl-C and a closed terminal end the
        pusher, never the run, and git doesn't wait for it.
        """
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child:
            os.waitpid(child, 0)
            return
        try:
            os.setsid()
            if os.fork() == 0:
                self._become_runner()
        finally:
            os._exit(0)

    def _become_runner(self) -> None:
        os.chdir(self._box)
        log = os.open("runner.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        for stream, descriptor in enumerate((os.open(os.devnull, os.O_RDONLY), log, log)):
            os.dup2(descriptor, stream)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self._work()
        except Exception:  # noqa: BLE001 - whoever looks for a dead runner finds why here
            os.write(2, traceback.format_exc().encode())

    def end(self) -> None:
        """End the living runner, if there is one, and wait until it has let go."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        number = signal.SIGTERM
        while self.is_taken():
            pid = self._lock.read_text(encoding="utf-8")
            if pid.isdigit():
                with suppress(ProcessLookupError):
                    os.kill(int(pid), number)
            if time.monotonic() > deadline:
                number = signal.SIGKILL
            time.sleep(_POLL_SECONDS)

    @property
    def _lock(self) -> Path:
        return self._box / "locks" / "runner"
