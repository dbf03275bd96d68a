"""Asks an address for its release, over connections of its own."""

import http.client
import ssl
from urllib.parse import urlsplit

from artifacts.text import plain
from delivery.targets.answers import LIMIT_BYTES, ROUTE, Answer, answer_of


class HttpProbe:
    """Opens a connection a question: a load balancer may lead each to another task.

    Only https is spoken, unless `plain_http` allows a rehearsal's address.
    """

    def __init__(
        self,
        *,
        plain_http: bool = False,
        timeout_seconds: float = 5.0,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._plain_http = plain_http
        self._timeout_seconds = timeout_seconds
        self._trust = trust or ssl.create_default_context()

    def ask(self, url: str) -> Answer:
        """Ask for the release; what goes wrong is in the answer. Redirects aren't followed."""
        try:
            connection = self._connection(url)
        except ValueError as exc:
            return Answer(problem=plain(f"{url}: {exc}"))
        try:
            connection.request("GET", ROUTE, headers={"Connection": "close"})
            response = connection.getresponse()
            return answer_of(response.status, response.read(LIMIT_BYTES))
        except (OSError, http.client.HTTPException) as exc:
            return Answer(problem=plain(exc) or type(exc).__name__)
        finally:
            connection.close()

    def _connection(self, url: str) -> http.client.HTTPConnection:
        parts = urlsplit(url)
        if not parts.hostname or parts.username or parts.path.strip("/") or parts.query:
            raise ValueError("no address of a service, which is https://, a name and maybe a port")
        if parts.scheme == "https":
            return http.client.HTTPSConnection(
                parts.hostname, parts.port, timeout=self._timeout_seconds, context=self._trust
            )
        if parts.scheme == "http" and self._plain_http:
            return http.client.HTTPConnection(
                parts.hostname, parts.port, timeout=self._timeout_seconds
            )
        raise ValueError("not https")
