"""Locks of a box's folders."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from artifacts.locks import lock_file, take


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a lock, waiting for it."""
    with lock_file(path) as lock:
        take(lock, None)
        yield


@contextmanager
def tried(path: Path) -> Iterator[bool]:
    """Hold a lock if it is free; says whether."""
    with lock_file(path) as lock:
        yield take(lock)
