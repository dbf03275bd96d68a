"""The live door: the service itself, started for the occasion on a free port of the loopback."""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Annotated, Final

import httpx
from pydantic import BaseModel, Field, ValidationError

from gate.door_rooms import DoorRooms
from gate.errors import DoorFailed
from gate.parity_report import DoorAnswer, ParityPhoto

LOOPBACK: Final = "127.0.0.1"
READY_SECONDS: Final = 120.0
POLL_SECONDS: Final = 0.1
ANSWER_SECONDS: Final = 60.0
END_SECONDS: Final = 20.0
LAST_WORDS: Final = 600


class _Style(BaseModel):
    label: str
    probability: float


class _Era(BaseModel):
    year: int


class _Prediction(BaseModel):
    """The part of a prediction that parity compares; what else there is is not looked at."""

    style: _Style
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
        style=found.style.label,
        probability=found.style.probability,
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
