"""Fetches the token with which GitHub says which workflow this is (OpenID Connect)."""

import re
import ssl
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage
from typing import IO, Final
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from urllib.request import (
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    Request,
    build_opener,
)

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from artifacts.text import plain
from delivery.targets.aws.aws_errors import TokenRefused

_LIMIT_BYTES: Final = 1 << 16
_JWT: Final = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


class _Issued(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    value: SecretStr


@dataclass(frozen=True)
class GithubTokens:
    """GitHub's issuer, as a workflow with `permissions: id-token: write` is told of it."""

    url: str
    secret: SecretStr
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    timeout_seconds: float = 10.0

    def token(self, audience: str) -> str:
        """Return a token for an audience; TokenRefused. No message ever holds it."""
        request = Request(  # noqa: S310 - _address allows https alone
            self._address(audience),
            headers={
                "Authorization": f"Bearer {self.secret.get_secret_value()}",
                "Accept": "application/json",
            },
        )
        try:
            with self._opener().open(request, timeout=self.timeout_seconds) as response:
                body = response.read(_LIMIT_BYTES)
        except HTTPError as exc:
            exc.close()
            raise TokenRefused(f"GitHub's issuer answered {exc.code}") from exc
        except (OSError, HTTPException, ValueError) as exc:
            raise TokenRefused(f"GitHub's issuer: {plain(exc)}") from exc
        return _token(body)

    def _address(self, audience: str) -> str:
        parts = urlsplit(self.url)
        if parts.scheme != "https" or not parts.hostname:
            raise TokenRefused("ACTIONS_ID_TOKEN_REQUEST_URL is no https address")
        asked = [*parse_qsl(parts.query, keep_blank_values=True), ("audience", audience)]
        return urlunsplit((*parts[:3], urlencode(asked), ""))

    def _opener(self) -> OpenerDirector:
        # Proxies of the environment count: a runner in a private network has no other way out.
        return build_opener(HTTPSHandler(context=self.trust), _NoRedirects())


class _NoRedirects(HTTPRedirectHandler):
    """A redirect would carry the request's secret to somebody else."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        del req, fp, code, msg, headers, newurl


def _token(body: bytes) -> str:
    try:
        token = _Issued.model_validate_json(body).value.get_secret_value()
    except ValidationError:
        # Not even as its cause: it would quote the answer.
        raise TokenRefused("GitHub's issuer answered with something else than a token") from None
    if not _JWT.fullmatch(token):
        raise TokenRefused("GitHub's issuer answered with something else than a token")
    return token
