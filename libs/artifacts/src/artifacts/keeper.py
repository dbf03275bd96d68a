"""Asking the keeper: a process of another user that holds the keys and the audit log.

A connection to its Unix socket carries one request: a line of JSON (`KeeperRequest`) and then
`size` bytes, what is to be signed or the event to be added. The answer is one line of JSON
(`KeeperAnswer`). The keeper knows who asks from the kernel, and never hands out a key.
`bin/plinth delivery keep-keys` runs it.
"""

import contextlib
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from artifacts.errors import KeeperFailed, SigningFailed
from artifacts.records.keeper import KeeperAnswer, KeeperRequest, KeyName
from artifacts.ssh_signatures import Namespace

CONNECT_SECONDS: Final = 3.0
"""A keeper that is just being started again is waited for this long."""
ANSWER_SECONDS: Final = 120.0
LARGEST_ANSWER: Final = 4 << 20
_PAUSE_SECONDS: Final = 0.05


@dataclass(frozen=True)
class KeeperSigner:
    """Signs with a key that the keeper holds."""

    socket: Path
    key: KeyName
    namespace: Namespace

    def sign(self, data: bytes) -> bytes:
        """Return an armoured SSH signature of the bytes; SigningFailed where there is none."""
        asked = KeeperRequest(
            request="sign", key=self.key, namespace=self.namespace, size=len(data)
        )
        try:
            answer = ask_keeper(self.socket, asked, data)
        except KeeperFailed as exc:
            raise SigningFailed(self.socket, exc.reason) from exc
        if answer.outcome != "done" or not answer.signature:
            raise SigningFailed(self.socket, f"the keeper says {answer.outcome}: {answer.reason}")
        return answer.signature.encode()


def ask_keeper(
    place: Path,
    request: KeeperRequest,
    body: bytes = b"",
    seconds: float | None = None,
) -> KeeperAnswer:
    """Send one request to the keeper at `place`, and return its answer, whatever that is.

    Waits up to `seconds` (3 if not given) for a keeper that is being started. Raises KeeperFailed
    where none answers, or where the answer is none of a keeper's.
    """
    with _connected(place, CONNECT_SECONDS if seconds is None else seconds) as connection:
        connection.settimeout(ANSWER_SECONDS)
        line = request.model_dump_json(exclude_none=True).encode() + b"\n"
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            # A keeper that refuses hangs up before it has read everything: its answer is there.
            connection.sendall(line + body)
        try:
            answer = _line(connection, place)
        except OSError as exc:
            reason = f"the keeper ended before it answered: {exc}. Look at its log, and ask again"
            raise KeeperFailed(place, reason) from exc
    try:
        return KeeperAnswer.model_validate_json(answer)
    except ValidationError as exc:
        raise KeeperFailed(place, f"what answers there is no keeper: {answer[:80]!r}") from exc


def _line(connection: socket.socket, place: Path) -> bytes:
    received = bytearray()
    while not received.endswith(b"\n"):
        part = connection.recv(1 << 16)
        if not part:
            raise ConnectionResetError(f"{len(received)} bytes of an answer came")
        received += part
        if len(received) > LARGEST_ANSWER:
            raise KeeperFailed(place, f"its answer is over {LARGEST_ANSWER:,} bytes")
    return bytes(received)


def _connected(place: Path, seconds: float) -> socket.socket:
    end = time.monotonic() + seconds
    while True:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(ANSWER_SECONDS)
        try:
            connection.connect(str(place.absolute()))
        except OSError as exc:
            connection.close()
            starting = isinstance(exc, ConnectionRefusedError | FileNotFoundError)
            if not starting or time.monotonic() > end:
                raise KeeperFailed(place, f"{exc}. {_FIX}") from exc
            time.sleep(_PAUSE_SECONDS)
        else:
            return connection


_FIX: Final = (
    "Fix: start the keeper (systemctl start plinth-keeper, or `bin/plinth delivery keep-keys`), "
    "and let this user enter its socket's folder; or unset PLINTH_KEEPER to use files"
)
