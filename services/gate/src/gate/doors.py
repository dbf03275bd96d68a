"""Parity's doors: commands that write a table, and the service, started for the occasion.

Each runs in a room of its own, for its code is that of training and of inference, which nobody
approved: it gets a model, photos and the public key to read, and a folder of its own; no key, log
or store.
"""

import csv
import io
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Annotated, Final

import httpx
from pydantic import BaseModel, Field, ValidationError

from artifacts.folder import read_small_file
from artifacts.text import plain
from gate.errors import DoorFailed
from gate.parity_report import DoorAnswer, ParityPhoto
from walls import Room, UnusableRoom, Unwalled, Wall, find_wall
from walls.finding import find_environment

TIMEOUT_SECONDS: Final = 1800
TABLE_BYTES: Final = 64 << 20
LAST_WORDS: Final = 600
_EXITS_WITH_ANSWERS: Final = frozenset({0, 1})
"""A batch that refused a photo may say so by exit code 1; its table is whole all the same."""
LOOPBACK: Final = "127.0.0.1"
READY_SECONDS: Final = 120.0
POLL_SECONDS: Final = 0.1
ANSWER_SECONDS: Final = 60.0
END_SECONDS: Final = 20.0


@dataclass(frozen=True)
class DoorRooms:
    """Rooms over the checkout at `root`.

    `variables` are those that the doors' code may have, `reads` what it may read besides, `hidden`
    what must stay out of its reach wherever it lies; `wall` is None for the machine's best.
    """

    root: Path
    variables: Mapping[str, str]
    reads: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()
    wall: Wall | None = None
    more: Mapping[str, str] = field(default_factory=dict)

    @contextmanager
    def entered(
        self,
        door: str,
        words: Sequence[str | Path],
        *,
        reads: Sequence[Path],
        own: Path,
        network: bool = False,
    ) -> Iterator[list[str]]:
        """Yield the command that runs `words`, a service and its own, in a room; DoorFailed.

        `own` is the folder that it may write to.
        """
        try:
            service = str(words[0])
            room, python = self.room(door, service, reads=reads, own=own, network=network)
            argv = [python, "-I", "-m", *map(str, words)]
            wall = self.standing(room, argv)
            with wall.opened(room):
                yield wall.command(room, argv)
        except (OSError, UnusableRoom) as exc:
            raise DoorFailed(door, str(exc)) from exc

    def room(
        self, door: str, service: str, *, reads: Sequence[Path], own: Path, network: bool = False
    ) -> tuple[Room, str]:
        """Return the room of a door, and the interpreter of its service; OSError without one."""
        shared = self.variables.get("PLINTH_ENVIRONMENTS")
        environment = find_environment(self.root, service, shared)
        room = self._room(door, (*environment, *reads), own, network)
        return room, str(environment[0] / "bin/python")

    def standing(self, room: Room, argv: Sequence[str]) -> Wall:
        """Return the wall around a room: none where another user can't be given the room."""
        wall = self.wall or find_wall()
        if wall.name != "user":
            return wall
        try:
            wall.command(room, argv)
        except UnusableRoom as exc:
            return Unwalled(f"user: {exc.reason}")
        return wall

    def _room(self, door: str, reads: Sequence[Path], own: Path, network: bool) -> Room:
        listed = tuple(dict.fromkeys(path.absolute() for path in (*reads, *self.reads)))
        return Room(
            f"parity-{door}",
            reads=tuple(path for path in listed if path.exists()),
            writes=(own.absolute(),),
            network=network,
            hidden=tuple(path for path in self.hidden if path.exists() and path not in listed),
            environment={**self.variables, **self.more, "TMPDIR": str(own), "HOME": str(own)},
            ends_with_caller=True,
        )


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
        names = ("declined", "style", "probability", "year", "vector_digest", "error")
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


class _Style(BaseModel):
    label: str
    probability: float


class _Declined(BaseModel):
    reason: str


class _Era(BaseModel):
    year: int


class _Prediction(BaseModel):
    """The part of a prediction that parity compares; what else there is is not looked at."""

    declined: _Declined | None
    style: _Style | None
    era: _Era | None
    vector_digest: str


class _Problem(BaseModel):
    """Problem details of a refused photo."""

    code: Annotated[str, Field(min_length=1)]


class HttpDoor:
    """Starts `inference serve` in a room, posts every photo, and ends what it started.

    The room has the network, the loopback that it is asked over included; it has no photos.
    """

    def __init__(self, rooms: DoorRooms, model: Path, api_key: str) -> None:
        self.name = "http"
        self._rooms = replace(rooms, more={"PLINTH_API_KEYS": api_key})
        self._model = model
        self._headers = {"X-API-Key": api_key, "Content-Type": "image/*"}

    def answer(self, photos: Sequence[ParityPhoto]) -> tuple[DoorAnswer, ...]:
        """Return one answer a photo, in order; DoorFailed where the service doesn't serve."""
        port = _free_port()
        with tempfile.TemporaryFile() as words, self._service(port, words) as process:
            url = f"http://{LOOPBACK}:{port}"
            # trust_env=False: a proxy of the machine's must not come between.
            with httpx.Client(base_url=url, timeout=ANSWER_SECONDS, trust_env=False) as client:
                self._wait(client, process, words)
                return tuple(self._ask(client, photo) for photo in photos)

    @contextmanager
    def _service(self, port: int, words: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
        where = ("--host", LOOPBACK, "--port", str(port))
        serve = ("inference", "serve", "--model", self._model, *where)
        with (
            tempfile.TemporaryDirectory(prefix="plinth-") as own,
            self._rooms.entered(
                self.name, serve, reads=(self._model,), own=Path(own), network=True
            ) as command,
        ):
            process = subprocess.Popen(  # noqa: S603 - a service's own command, no shell
                command, stdin=subprocess.DEVNULL, stdout=words, stderr=words
            )
            try:
                yield process
            finally:
                _end(process)

    def _wait(
        self, client: httpx.Client, process: subprocess.Popen[bytes], words: IO[bytes]
    ) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                reason = f"the service ended with {process.returncode}: {_last(words)}"
                raise DoorFailed(self.name, reason)
            try:
                if client.get("/readyz").status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            time.sleep(POLL_SECONDS)
        raise DoorFailed(self.name, f"not ready after {READY_SECONDS:g} s: {_last(words)}")

    def _ask(self, client: httpx.Client, photo: ParityPhoto) -> DoorAnswer:
        try:
            response = client.post(
                "/v1/predictions", content=Path(photo.path).read_bytes(), headers=self._headers
            )
            return _read(photo, response)
        except (OSError, httpx.HTTPError, ValidationError) as exc:
            raise DoorFailed(self.name, f"{photo.path}: {exc}") from exc


def _read(photo: ParityPhoto, response: httpx.Response) -> DoorAnswer:
    if response.status_code != httpx.codes.OK:
        problem = _Problem.model_validate_json(response.content)
        return DoorAnswer(path=photo.path, error=problem.code)
    found = _Prediction.model_validate_json(response.content)
    return DoorAnswer(
        path=photo.path,
        declined=found.declined.reason if found.declined else None,
        style=found.style.label if found.style else None,
        probability=found.style.probability if found.style else None,
        year=found.era.year if found.era else None,
        vector_digest=found.vector_digest,
    )


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        return int(free.getsockname()[1])


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process by its id, gently and then for sure."""
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _last(words: IO[bytes]) -> str:
    words.seek(0)
    return " ".join(words.read().decode(errors="replace").split())[-LAST_WORDS:]
