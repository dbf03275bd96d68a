"""Places of trainings, on the machine that trains: no key, log or verdict lies there."""

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from delivery.retrain.retraining_folder import FolderRetrainings

_HANDED_OVER = "handed-over"


class FolderTrainingPlace:
    """Where the training of one set of inputs keeps its files, whatever run works on it."""

    def __init__(self, folder: Path, keys: Path) -> None:
        self._folder = folder
        self.keys = keys
        """Keys that training signs its own models with, so that its stages can tell them apart.

        Nobody else believes them, and delivery signs anew what it takes.
        """
        self.work = folder / "work"
        self.seen = folder / "seen"

    def exchange(self) -> Path:
        """Return an empty folder, made anew, for what a room leaves."""
        exchange = self._folder / "room"
        shutil.rmtree(exchange, ignore_errors=True)
        exchange.mkdir(parents=True)
        return exchange

    def handed_over(self) -> str:
        """Return the digest of what was handed over; empty before."""
        path = self._folder / _HANDED_OVER
        return path.read_text(encoding="utf-8").strip() if path.is_file() else ""

    def keep_handed_over(self, digest: str) -> None:
        """Remember what was handed over; photos and products go, the shared caches stay."""
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f".{_HANDED_OVER}"
        draft.write_text(digest + "\n", encoding="utf-8")
        draft.replace(self._folder / _HANDED_OVER)
        for folder in (self.work, self.seen, self._folder / "room"):
            shutil.rmtree(folder, ignore_errors=True)


class FolderTrainings:
    """Places below a folder, each held by one training at a time (see FolderRetrainings)."""

    def __init__(self, root: Path, hand_on: Callable[[int], None] = lambda _: None) -> None:
        self._root = root
        self._locks = FolderRetrainings(root, hand_on)

    def place(self, inputs: str) -> FolderTrainingPlace:
        """Return the place of a set of inputs."""
        return FolderTrainingPlace(self._locks.place(inputs).folder, self._root / "keys")

    def held(self, inputs: str) -> AbstractContextManager[bool]:
        """Hold a place; False where another training does."""
        return self._locks.held(inputs)
