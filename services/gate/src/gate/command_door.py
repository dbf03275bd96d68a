"""Doors that are commands: photos as arguments, answers in a CSV file."""

import csv
import io
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from artifacts.folder import read_small_file
from artifacts.text import plain
from gate.door_rooms import DoorRooms
from gate.errors import DoorFailed
from gate.parity_report import DoorAnswer, ParityPhoto

TIMEOUT_SECONDS: Final = 1800
TABLE_BYTES: Final = 64 << 20
LAST_WORDS: Final = 600
_EXITS_WITH_ANSWERS: Final = frozenset({0, 1})
"""A batch that refused a photo may say so by exit code 1; its table is whole all the same."""


class CommandDoor:
    """Runs `<words> PHOTO... --model DIR --out FILE` in a room and reads the table it writes."""

    def __init__(self, name: str, rooms: DoorRooms, words: tuple[str, ...], model: Path) -> None:
        self.name = name
        self._rooms = rooms
        self._words = words
        self._model = model

    def answer(self, photos: Sequence[ParityPhoto]) -> tuple[DoorAnswer, ...]:
        """Return one answer a photo, in order; DoorFailed where the command gives no table."""
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "answers.csv"
            self._run([str(photo.path) for photo in photos], out)
            rows = self._rows(out)
        return tuple(self._row(rows, photo) for photo in photos)

    def _run(self, photos: Sequence[str], out: Path) -> None:
        options = ["--model", str(self._model), "--out", str(out)]
        words = [*self._words, *options, "--", *photos]
        reads = (self._model, *(Path(photo).parent for photo in photos))
        try:
            with self._rooms.entered(self.name, words, reads=reads, own=out.parent) as command:
                done = subprocess.run(  # noqa: S603 - a service's own command, no shell
                    command,
                    capture_output=True,
                    text=True,
                    errors="replace",
                    timeout=TIMEOUT_SECONDS,
                    check=False,
                )
        except (OSError, subprocess.TimeoutExpired) as exc:
            raise DoorFailed(self.name, str(exc)) from exc
        if done.returncode not in _EXITS_WITH_ANSWERS or not out.is_file():
            last = plain(" ".join(done.stderr.split())[-LAST_WORDS:], LAST_WORDS)
            raise DoorFailed(self.name, f"exit code {done.returncode}: {last}")

    def _rows(self, out: Path) -> dict[str, Mapping[str, str | None]]:
        try:
            text = read_small_file(out, TABLE_BYTES).decode(errors="surrogateescape")
            table = csv.DictReader(io.StringIO(text, newline=""), strict=True)
            return {str(row.get("path")): row for row in table}
        except (OSError, csv.Error) as exc:
            raise DoorFailed(self.name, str(exc)) from exc

    def _row(self, rows: dict[str, Mapping[str, str | None]], photo: ParityPhoto) -> DoorAnswer:
        row = rows.get(str(photo.path))
        if row is None:
            raise DoorFailed(self.name, f"its table has no row of {photo.path}")
        names = ("style", "probability", "year", "vector_digest", "error")
        cells = {name: row.get(name) or None for name in names}
        if error := cells["error"]:
            # Batch writes "code: what to do", training the code alone; the code is what counts.
            cells["error"] = error.partition(":")[0].strip()
        try:
            return DoorAnswer.model_validate({"path": photo.path, **cells})
        except ValidationError as exc:
            raise DoorFailed(self.name, f"its row of {photo.path} is unreadable: {exc}") from exc


def training_door(rooms: DoorRooms, model: Path) -> CommandDoor:
    """Return the door that features and scores as training does."""
    return CommandDoor("training", rooms, ("training", "score-photos"), model)


def batch_door(rooms: DoorRooms, model: Path) -> CommandDoor:
    """Return the door of batch predictions."""
    return CommandDoor("batch", rooms, ("inference", "predict"), model)
