"""MLflow's aliases. They are moved by MLflow itself, in the registry's room: that takes seconds.

Its import takes 3.5 s of processor time. So it is started early (`prepare`), beside the work of a
deploy, and waits for what to move. Reading happens at every deploy and every look at the status:
from MLflow's own database where it is a file here, which takes a millisecond, and by training's
command where it isn't or where the tables are not as they are known.
"""

import json
import os
import signal
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from artifacts.text import plain
from delivery.errors import RegistryFailed, TrainingFailed
from delivery.releases.wanted import AliasPoint
from delivery.rooms.training_rooms import TrainingRooms
from walls import processes_inside

_SQLITE: Final = "sqlite:///"
_SECONDS: Final = 120
_QUERY: Final = """
    SELECT a.name, a.alias, a.version, t.value
    FROM registered_model_aliases a
    LEFT JOIN model_version_tags t
      ON t.name = a.name AND t.version = a.version AND t.key = 'plinth.digest'
     AND t.workspace = a.workspace
    WHERE a.name = ? AND a.workspace = 'default'
    ORDER BY a.alias
"""
_POINTS: Final = TypeAdapter(list[AliasPoint])


class MlflowAliases:
    """The aliases of the registry at `uri`."""

    def __init__(self, uri: str, rooms: TrainingRooms) -> None:
        self._uri = uri
        self._rooms = rooms
        self._mover: subprocess.Popen[str] | None = None

    def aliases(self, model: str) -> tuple[AliasPoint, ...]:
        """Return where each alias of a model points; RegistryFailed."""
        if not self._uri.startswith(_SQLITE):
            return self._asked(model)
        path = Path(self._uri.removeprefix(_SQLITE))
        if not path.exists():
            return ()  # no model was ever registered
        try:
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
                rows = file.execute(_QUERY, (model,)).fetchall()
        except sqlite3.Error:
            return self._asked(model)
        return tuple(AliasPoint(str(m), str(a), int(v), digest) for m, a, v, digest in rows)

    def prepare(self) -> None:
        """Start what moves aliases; it waits for its orders, and ends where none come."""
        if self._mover is None:
            self._mover = self._start("point-aliases")

    def point(self, moves: Sequence[AliasPoint]) -> None:
        """Point aliases at versions, or remove those that point at none; RegistryFailed."""
        self.prepare()
        mover, self._mover = self._mover, None
        orders = "".join(f"{_order(move)}\n" for move in moves)
        if mover:
            self._said(mover, orders)

    def _asked(self, model: str) -> tuple[AliasPoint, ...]:
        said = self._said(self._start("aliases", model), "")
        try:
            return tuple(_POINTS.validate_json(said))
        except ValidationError as exc:
            raise RegistryFailed(self._uri, f"its aliases can't be read: {plain(exc)}") from exc

    def _start(self, *words: str) -> "subprocess.Popen[str]":
        try:
            command = self._rooms.command(self._rooms.registry(), words)
            # A service that starts meanwhile goes first: people wait for that one.
            return subprocess.Popen(  # noqa: S603 - the project's own launcher, no shell
                ["nice", "-n", "10", *command],  # noqa: S607
                cwd=self._rooms.root,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        except (OSError, TrainingFailed) as exc:
            raise RegistryFailed(self._uri, plain(exc)) from exc

    def _said(self, running: "subprocess.Popen[str]", words: str) -> str:
        with running:
            try:
                said, complaint = running.communicate(words, timeout=_SECONDS)
            except subprocess.TimeoutExpired as exc:
                for pid in (*processes_inside(running.pid), running.pid):
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                raise RegistryFailed(self._uri, plain(exc)) from exc
        if running.returncode:
            raise RegistryFailed(self._uri, plain(complaint) or f"exit {running.returncode}")
        return said


def _order(move: AliasPoint) -> str:
    fields = {"model": move.model, "alias": move.alias, "version": move.version}
    return json.dumps(fields)
