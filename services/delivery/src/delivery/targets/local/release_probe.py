"""Asks a port over HTTP, and the system which process it was that answered."""

import http.client
from collections.abc import Sequence

import psutil  # type: ignore[import-untyped]

from artifacts.text import plain
from delivery.targets.answers import LIMIT_BYTES, ROUTE, Answer, answer_of
from delivery.targets.local.listeners import ADDRESS
from delivery.targets.local.marked_processes import inside_of
from delivery.targets.local.processes import HostProcess, of_role


class HttpProbe:
    """Asks over connections of its own, each used once; a deploy must not wait for a hung one."""

    def __init__(self, timeout_seconds: float = 2.0) -> None:
        self._timeout_seconds = timeout_seconds

    def ask(self, port: int, processes: Sequence[HostProcess]) -> Answer:
        """Ask for the release over a fresh connection, and find out which process answered."""
        connection = http.client.HTTPConnection(ADDRESS, port, timeout=self._timeout_seconds)
        try:
            connection.connect()
            mine = connection.sock.getsockname()[1]
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


def _owner(from_port: int, to_port: int, processes: Sequence[HostProcess]) -> int | None:
    for process in of_role(processes, "service"):
        for pid in (process.pid, *inside_of(process.pid)):
            try:
                connections = psutil.Process(pid).net_connections(kind="tcp4")
            except (psutil.Error, OSError):
                continue
            if any(
                c.raddr and c.laddr.port == to_port and c.raddr.port == from_port
                for c in connections
            ):
                return process.pid
    return None
