"""The prediction log: a file a day, a line of JSON an answer.

An answer costs an append to a list here. One thread does the rest, a few times a second while there
is something to do: it digests the photos, makes records of the answers and writes those of a day
with one write(2) and O_APPEND, so that the two processes of a swap share a file without mixing
lines. A disk that hangs keeps no answer waiting, and one that is full loses records and no answer.
"""

import os
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final

from artifacts.records.prediction import file_of
from inference.domain.answered import Answered

PAUSE_SECONDS: Final = 0.05
"""Between two writes: to wake a thread for each answer takes longer than the work does."""
WAITING_BYTES: Final = 32_000_000
"""Of photos whose records are yet to be made."""
WAITING_ANSWERS: Final = 10_000
CLOSE_SECONDS: Final = 5.0
_TOO_MANY: Final = "more answers wait for the disk than are kept"


class NoPredictionLog:
    """Keeps nothing: nobody said where."""

    def add(self, answered: Answered) -> None:
        """Let an answer go."""

    def close(self) -> None:
        """Do nothing."""


class FilePredictionLog:
    """Appends records to FOLDER/<day>.jsonl."""

    def __init__(
        self,
        folder: Path,
        recorded: Callable[[bool, int], None],
        said: Callable[[str, str], None],
        limit: int = WAITING_ANSWERS,
    ) -> None:
        self._folder = folder
        self._recorded = recorded
        self._said = said
        self._limit = limit
        self._lock = Lock()
        self._waiting: list[Answered] = []
        self._waiting_bytes = 0
        self._some = Event()
        self._closing = Event()
        self._failing = False
        self._torn = False
        self._thread = Thread(target=self._run, name="prediction-log", daemon=True)
        self._thread.start()

    def add(self, answered: Answered) -> None:
        """Take an answer; it is lost, and counted as that, if too many wait already."""
        with self._lock:
            size = self._waiting_bytes + len(answered.photo)
            fits = size <= WAITING_BYTES and len(self._waiting) < self._limit
            if fits:
                self._waiting.append(answered)
                self._waiting_bytes = size
        if not fits:
            self._lost(1, _TOO_MANY)
        elif not self._some.is_set():
            self._some.set()

    def close(self) -> None:
        """Wait until all that was taken is written, a few seconds at most."""
        self._closing.set()
        self._some.set()
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        while True:
            self._some.wait()
            self._closing.wait(PAUSE_SECONDS)
            self._some.clear()
            last = self._closing.is_set()  # asked first: what comes before it is in the list
            self._keep(self._taken())
            if last:
                return

    def _taken(self) -> list[Answered]:
        with self._lock:
            taken, self._waiting, self._waiting_bytes = self._waiting, [], 0
        return taken

    def _keep(self, answers: Sequence[Answered]) -> None:
        for name, group in groupby(answers, key=lambda one: file_of(one.at)):
            of_day = list(group)
            try:
                lines = [one.record().model_dump_json().encode() + b"\n" for one in of_day]
                self._write(self._folder / name, b"".join(lines))
            except Exception as exc:  # noqa: BLE001 - whatever it is, later answers are kept
                self._lost(len(of_day), f"{type(exc).__name__}: {exc}")
            else:
                self._kept(len(of_day))

    def _write(self, path: Path, lines: bytes) -> None:
        # After half a line the next one must not begin in the middle of it.
        data = b"\n" * self._torn + lines
        # Opened each time: the folder may be pruned, or its disk replaced, at any time.
        self._folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            written = os.write(handle, data)
        finally:
            os.close(handle)
        self._torn = written != len(data)
        if self._torn:
            raise OSError(f"the disk took {written} of {len(data)} bytes")

    def _kept(self, answers: int) -> None:
        self._recorded(True, answers)
        if self._failing:
            self._failing = False
            self._said("working", "records are written again")

    def _lost(self, answers: int, reason: str) -> None:
        self._recorded(False, answers)
        # Told once, counted each time: a full disk must not fill another with its log.
        if not self._failing:
            self._failing = True
            self._said("failing", reason)
