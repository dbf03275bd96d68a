"""Asks an address for its release, over connections of its own."""

import http.client
import ssl
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from artifacts.digests import Digest
from artifacts.text import plain
from delivery.targets.aws.aws_observation import Answer

ROUTE = "/v1/release"
_LIMIT_BYTES = 1 << 20


class _Digested(BaseModel):
    digest: Digest | None = None


class _Release(BaseModel):
    """What is read of a service's release; newer services may say more."""

    model_config = ConfigDict(extra="ignore")

    environment: str | None = None
    payload: Digest | None = None
    model: _Digested = _Digested()
    service: _Digested = _Digested()


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
            return _answer(response.status, response.read(_LIMIT_BYTES))
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


def _answer(status: int, body: bytes) -> Answer:
    if status != http.client.OK:
        return Answer(status=status, problem=f"{ROUTE} answered {status}")
    try:
        release = _Release.model_validate_json(body)
    except ValidationError:
        return Answer(status=status, problem=f"{ROUTE} answered with no release")
    return Answer(
        status=status,
        payload=release.payload,
        environment=release.environment,
        model=release.model.digest,
        code=release.service.digest,
    )
