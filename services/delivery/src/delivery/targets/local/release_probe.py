"""Asks a port over HTTP, and the system which process it was that answered."""

import http.client
import re
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Final

from artifacts.text import plain
from delivery.targets.answers import LIMIT_BYTES, ROUTE, Answer, answer_of
from delivery.targets.local.listeners import ADDRESS, short_path
from delivery.targets.local.local_errors import PathTooLong
from delivery.targets.local.marked_processes import inside_of
from delivery.targets.local.processes import HostProcess, of_role

READY: Final = "/readyz"
_CREDENTIALS: Final = struct.Struct("3i")
"""Process, user and group of whoever listens, as Linux tells them."""


class HttpProbe:
    """Asks over connections of its own, each used once; a deploy must not wait for a hung one."""

    def __init__(self, timeout_seconds: float = 2.0) -> None:
        self._timeout_seconds = timeout_seconds

    def ask(self, port: int, processes: Sequence[HostProcess]) -> Answer:
        """Ask for the release over a fresh connection, and find out which process answered.

        The time-out counts for the whole answer, however slowly it drips.
        """
        connection = http.client.HTTPConnection(ADDRESS, port)
        connection.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            with _closed_after(self._timeout_seconds, connection.sock) as sock:
                sock.connect((ADDRESS, port))
                mine = sock.getsockname()[1]
                connection.request("GET", ROUTE)
                response = connection.getresponse()
                body = response.read(LIMIT_BYTES)
            # While the connection stands, the process at its other end can be found.
            pid = _owner(mine, port, processes)
            return answer_of(response.status, body, pid)
        except (OSError, http.client.HTTPException) as exc:
            return Answer(problem=plain(exc) or type(exc).__name__)
        finally:
            connection.close()

    def ask_at_door(self, door: Path, processes: Sequence[HostProcess]) -> Answer:
        """Ask a service that waits for its turn for its release, if it says that it is ready."""
        try:
            status, _, ready = self._get_at_door(door, READY)
            if status != HTTPStatus.OK:
                return Answer(status=status, problem=f"{READY} answered {status}")
            status, body, listening = self._get_at_door(door, ROUTE)
        except (OSError, PathTooLong, http.client.HTTPException) as exc:
            return Answer(problem=plain(exc) or type(exc).__name__)
        if ready != listening:
            return Answer(problem="another process answered than the one that said it is ready")
        mine = (p.pid for p in of_role(processes, "service") if listening in inside_of(p.pid))
        return answer_of(status, body, next(mine, None))

    def _get_at_door(self, door: Path, route: str) -> tuple[int, bytes, int]:
        """Return what a door answers, and the number of the process that listens there."""
        connection = http.client.HTTPConnection("door")
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with _closed_after(self._timeout_seconds, connection.sock) as sock:
                sock.connect(str(short_path(door.parent) / door.name))
                peer = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
                connection.request("GET", route)
                response = connection.getresponse()
                body = response.read(LIMIT_BYTES)
            return response.status, body, _CREDENTIALS.unpack(peer)[0]
        finally:
            connection.close()


@contextmanager
def _closed_after(seconds: float, sock: socket.socket) -> Iterator[socket.socket]:
    """Shut a socket down after a time, which wakes whoever waits for it; raises TimeoutError."""
    late = threading.Event()

    def end() -> None:
        late.set()
        with suppress(OSError):  # it is closed already, or was never connected
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    sock.settimeout(seconds)
    timer.start()
    try:
        yield sock
    except (OSError, http.client.HTTPException) as exc:
        if not (late.is_set() or isinstance(exc, TimeoutError)):
            raise
        raise TimeoutError(_late(seconds)) from exc
    finally:
        timer.cancel()
        timer.join()
    if late.is_set():
        raise TimeoutError(_late(seconds))


def _late(seconds: float) -> str:
    return f"it didn't answer {ROUTE} as a whole within {seconds:g} s"


def _owner(from_port: int, to_port: int, processes: Sequence[HostProcess]) -> int | None:
    """Return the service whose process holds the other end of a connection to a port.

    The system's table of connections is searched once, and not parsed: under load it has thousands.
    """
    ends = re.compile(rb":%04X [0-9A-F]{8}:%04X .*" % (to_port, from_port))
    found = ends.search(Path("/proc/net/tcp").read_bytes())
    if found is None:
        return None
    socket_ = f"socket:[{int(found[0].split()[8])}]"
    for process in of_role(processes, "service"):
        for pid in (process.pid, *inside_of(process.pid)):
            if socket_ in _open_files(pid):
                return process.pid
    return None


def _open_files(pid: int) -> Iterator[str]:
    with suppress(OSError):  # it is gone
        for file in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):  # this one was closed meanwhile
                yield str(file.readlink())
