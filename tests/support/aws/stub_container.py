"""A container that answers what its task definition says: /v1/release, and health checks."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from support.aws.scheduler import container_of

from artifacts.digests import digest_bytes

MODEL, CODE = digest_bytes(b"a model"), digest_bytes(b"code")


class StubContainer:
    """Listens on a free port of this machine until it is stopped."""

    def __init__(self, definition: dict[str, Any]) -> None:
        variables = {
            each["name"]: each["value"] for each in container_of(definition)["environment"]
        }
        release = {
            "environment": variables.get("PLINTH_ENVIRONMENT"),
            "payload": variables.get("PLINTH_PAYLOAD"),
            "model": {"digest": MODEL},
            "service": {"digest": CODE},
        }

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(release if self.path == "/v1/release" else {}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words: object) -> None:
                del words

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def exit_code(self) -> int | None:
        """Return None: it runs until it is stopped."""

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
