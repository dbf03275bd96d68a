"""Vectors on disk: one SQLite file a feature schema, one row a photo."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from artifacts.digests import hex_part

_ASK_AT_ONCE = 500
_WAIT_SECONDS = 60


class SqliteVectorCache:
    """The cache of one feature schema. Several processes may use it at once."""

    def __init__(self, folder: Path, schema: str) -> None:
        self._path = folder / f"{hex_part(schema)}.sqlite"

    def get(self, photos: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return those vectors (width,) that are cached."""
        found: dict[str, NDArray[np.float32]] = {}
        with self._connect() as connection:
            for start in range(0, len(photos), _ASK_AT_ONCE):
                some = photos[start : start + _ASK_AT_ONCE]
                marks = ",".join("?" * len(some))
                query = f"SELECT photo, vector FROM vectors WHERE photo IN ({marks})"  # noqa: S608
                rows = connection.execute(query, some)
                found |= {photo: np.frombuffer(data, dtype="<f4") for photo, data in rows}
        return found

    def put(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Keep vectors (width,)."""
        rows = [(photo, vector.astype("<f4").tobytes()) for photo, vector in vectors.items()]
        with self._connect() as connection:
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def clear(self) -> None:
        """Forget every vector of this schema."""
        with self._connect() as connection:
            connection.execute("DELETE FROM vectors")

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path, timeout=_WAIT_SECONDS)) as connection, connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS vectors (photo TEXT PRIMARY KEY, vector BLOB NOT NULL)"
            )
            yield connection
