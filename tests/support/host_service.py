"""A stand-in for the service, up in a tenth of a second: answers /v1/release, ends gracefully.

Run as the service is: the listening socket is its standard input, its variables say what it is,
and it waits at its `--door` while the file `--turn` isn't there.
With a model folder that holds `broken` it ends at once, as a service that refuses its model does.
"""

import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5.0  # of a client that says nothing yet: on a busy machine it may be one of ours

    def do_GET(self) -> None:
        given = os.environ  # noqa: TID251 - what the host gave it is what it says
        release = {
            "environment": given["PLINTH_ENVIRONMENT"],
            "payload": given["PLINTH_PAYLOAD"],
            "service": {"digest": given["PLINTH_CODE_DIGEST"]},
            "model": {"digest": f"sha256:{_path('--model').parent.name}"},
        }
        body = json.dumps(release).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        del args


class _Ends(Exception):
    """It was asked to end."""


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    ending = False

    def __init__(self, listener: socket.socket, is_over: Callable[[], bool]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.is_over = is_over
        # Another process may be quicker to accept: waiting for the next one would be for ever.
        self.socket.setblocking(False)

    def service_actions(self) -> None:
        # Not in the signal's own moment: what it interrupts may hold a lock that a thread needs.
        if _Server.ending or self.is_over():
            raise _Ends


def _path(option: str) -> Path:
    return Path(sys.argv[sys.argv.index(option) + 1])


def _is_due(otherwise: bool = False) -> bool:
    try:
        return _path("--turn").exists()
    except PermissionError:
        return otherwise


def _door() -> socket.socket:
    place = _path("--door")
    os.chdir(place.parent)
    place.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(place.name)
    listener.listen()
    return listener


def main() -> None:
    if (_path("--model") / "broken").exists():
        sys.exit("the model is refused: \x1b[31mit is broken")
    signal.signal(signal.SIGTERM, lambda *_: setattr(_Server, "ending", True))
    while not _Server.ending:
        if due := _is_due():
            _path("--door").unlink(missing_ok=True)
        listener = socket.socket(fileno=os.dup(0)) if due else _door()
        server = _Server(listener, lambda due=due: _is_due(due) != due)
        print("answers" if due else "waits", flush=True)  # noqa: T201 - as the service does
        with suppress(_Ends):
            server.serve_forever(poll_interval=0.02)
        server.server_close()


if __name__ == "__main__":
    main()
