"""What the probe makes of services that answer, drip, stay silent or are not there."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from delivery.targets.answers import ROUTE
from delivery.targets.local.release_probe import HttpProbe

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n"


@contextmanager
def served(answer: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """Serve one connection on a port of this machine."""
    over = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1 << 16)
            try:
                answer(connection, over)
            except OSError:
                return  # whoever asked has left

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        over.set()
        thread.join(5)


def drip(first: bytes) -> Callable[[socket.socket, threading.Event], None]:
    """Return what sends a byte now and then, each within any time-out of its own."""

    def answer(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(first)
        while not over.wait(0.02):
            connection.sendall(b"a")

    return answer


@pytest.mark.parametrize("first", [b"", HEAD, HEAD + b"\r\n"], ids=["status", "head", "body"])
def test_a_service_that_drips_is_not_waited_for(first: bytes) -> None:
    began = time.monotonic()

    with served(drip(first)) as port:
        answer = HttpProbe(0.2).ask(port, ())

    assert answer.problem == f"it didn't answer {ROUTE} as a whole within 0.2 s"
    assert time.monotonic() - began < 10  # a hung one would take a byte's time a thousand times


def test_a_service_that_says_nothing_is_not_waited_for() -> None:
    with served(lambda _, over: over.wait(10) and None) as port:
        answer = HttpProbe(0.2).ask(port, ())

    assert "within 0.2 s" in str(answer.problem)


def test_an_answer_within_its_time_is_read_as_a_whole() -> None:
    body = b'{"environment": "staging"}'
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)

    with served(lambda connection, _: connection.sendall(head + body)) as port:
        answer = HttpProbe().ask(port, ())

    assert (answer.status, answer.environment, answer.problem) == (200, "staging", None)
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]


@pytest.mark.parametrize("said", [b"", b"no http\r\n\r\n", HEAD + b"\r\n{"])
def test_what_breaks_off_or_is_no_http_is_a_problem(said: bytes) -> None:
    with served(lambda connection, _: connection.sendall(said)) as port:
        answer = HttpProbe().ask(port, ())

    assert answer.problem
    assert "within" not in answer.problem


def test_a_port_where_nobody_listens_is_a_problem() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert "refused" in str(HttpProbe().ask(port, ()).problem)
