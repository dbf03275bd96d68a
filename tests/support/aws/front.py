"""What a load balancer does for a caller: one address, and behind it whoever is healthy."""

import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import urlsplit

_KEPT = ("content-type", "retry-after")
_PASSED = ("Content-Type", "Authorization", "X-API-Key", "Accept")


class Front:
    """Passes each request on to the next of its targets; 503 where there is none."""

    def __init__(self) -> None:
        self._targets: dict[str, str] = {}
        self._turn = 0
        self._lock = Lock()
        self.url = ""

    def add(self, name: str, url: str) -> None:
        """Send requests to a target too."""
        with self._lock:
            self._targets[name] = url

    def remove(self, name: str) -> None:
        """Send no more requests to a target."""
        with self._lock:
            self._targets.pop(name, None)

    def answer(self, asked: BaseHTTPRequestHandler) -> None:
        """Answer a request with what the target says whose turn it is."""
        length = int(asked.headers.get("Content-Length") or 0)
        body = asked.rfile.read(length) if length else None
        with self._lock:
            self._turn += 1
            urls = list(self._targets.values())
        if not urls:
            give(asked, 503, b"no healthy target")
            return
        headers = {name: asked.headers[name] for name in _PASSED if asked.headers[name]}
        url = urls[self._turn % len(urls)]
        status, kept, said = _ask(url, asked.command, asked.path, body, headers)
        give(asked, status, said, **kept)


@contextmanager
def running_front() -> Iterator[Front]:
    """Listen on a free port of this machine."""
    front = Front()
    with serving(front.answer) as front.url:
        yield front


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """Let a function answer requests to a free port of this machine; the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5

        def do_GET(self) -> None:
            answer(self)

        do_POST = do_GET  # noqa: N815 - the name is http.server's

        def log_message(self, *words: object) -> None:
            del words

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def give(asked: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    """Answer a request."""
    asked.send_response(status)
    for name, value in {**headers, "Content-Length": str(len(body))}.items():
        asked.send_header(name, value)
    asked.end_headers()
    asked.wfile.write(body)


def _ask(
    url: str, method: str, path: str, body: bytes | None, headers: dict[str, str]
) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        kept = {name: value for name, value in answer.getheaders() if name.lower() in _KEPT}
        return answer.status, kept, answer.read()
    except (OSError, http.client.HTTPException) as exc:
        return 502, {}, str(exc).encode()
    finally:
        connection.close()


def answers(url: str, path: str) -> bool:
    """Whether a GET of a path is answered with 200."""
    return _ask(url, "GET", path, None, {})[0] == 200
