"""Where trainings and retrainings keep their files, in folders named by the digest of their inputs.

The machine that trains may be another than that of the keys: each has places of its own, and where
training keeps its files no key, log or verdict lies.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from artifacts.digests import hex_part
from artifacts.folder import SIGNATURE
from artifacts.locks import lock_file, take
from artifacts.records.inputs import Registered

WAIT_SECONDS = 2.0


class Place:
    """The folder of one set of inputs; what is in it outlives the run that wrote it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Of a training.
        self.keys = folder.parent / "keys"
        """Keys that training signs its own models with, so that its stages can tell them apart.

        Nobody else believes them, and delivery signs anew what it takes.
        """
        self.work = folder / "work"
        self._handed_over = folder / "handed-over"
        # Of both: the committed manifest, and those of its photos that training may see.
        self.seen = folder / "seen"
        # Of a retraining: all photos, for the gate, and what came of each step.
        self.dataset = folder / "dataset"
        self.candidate = folder / "candidate"
        self.report = folder / "gate-report.json"
        self.evidence = folder / "evidence.json"
        self.reproduction = folder / "reproduction.json"
        self.page = folder / "candidate.md"
        self.version = folder / "registered.json"
        self._settled = folder / "settled"

    @property
    def kept(self) -> bool:
        """Whether a candidate is there; its signature is the last file that training writes."""
        return (self.candidate / SIGNATURE).is_file()

    @property
    def settled(self) -> bool:
        """Whether nothing more is to follow from the verdict."""
        return self._settled.exists()

    def exchange(self) -> Path:
        """Return an empty folder, made anew, for what a room leaves."""
        exchange = self.folder / "room"
        shutil.rmtree(exchange, ignore_errors=True)
        exchange.mkdir(parents=True)
        return exchange

    def handed_over(self) -> str:
        """Return the digest of what was handed over; empty before."""
        there = self._handed_over.is_file()
        return self._handed_over.read_text(encoding="utf-8").strip() if there else ""

    def keep_handed_over(self, digest: str) -> None:
        """Remember what was handed over; photos and products go, the shared caches stay."""
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f".{self._handed_over.name}"
        draft.write_text(digest + "\n", encoding="utf-8")
        draft.replace(self._handed_over)
        for folder in (self.work, self.seen, self.folder / "room"):
            shutil.rmtree(folder, ignore_errors=True)

    def registered(self) -> Registered | None:
        """Return the candidate's version, or None before it has one; UnreadableRecord."""
        return Registered.read(self.version) if self.version.exists() else None

    def keep_registered(self, registered: Registered) -> None:
        """Remember the version."""
        registered.write(self.version)

    def settle(self, reason: str) -> None:
        """Remember that nothing more is to follow; records stay, photos and products go."""
        self._settled.write_text(reason + "\n", encoding="utf-8")
        for folder in (self.dataset, self.seen, self.candidate, self.folder / "room"):
            shutil.rmtree(folder, ignore_errors=True)


class Places:
    """Places below a folder. A lock is held by an open file, and ends with its holder.

    `hand_on` is told the lock's descriptor, for those whom the holder starts: while one of them
    works the place is held, though the run that started it may be gone.
    """

    def __init__(self, root: Path, hand_on: Callable[[int], None] = lambda _: None) -> None:
        self._root = root
        self._hand_on = hand_on

    def place(self, inputs: str) -> Place:
        """Return the place of a set of inputs."""
        return Place(self._root / hex_part(inputs))

    @contextmanager
    def held(self, inputs: str) -> Iterator[bool]:
        """Hold a place; False where another run does."""
        # Whoever only looks whether it is held does hold it for a moment.
        with self._lock_file(inputs) as lock:
            taken = take(lock, WAIT_SECONDS)
            if taken:
                self._hand_on(lock)
            yield taken

    def under_way(self, inputs: str) -> bool:
        """Whether some living run holds a place."""
        if not self.place(inputs).folder.exists():
            return False
        with self._lock_file(inputs) as lock:
            return not take(lock)

    def _lock_file(self, inputs: str) -> AbstractContextManager[int]:
        return lock_file(self.place(inputs).folder / "lock")
