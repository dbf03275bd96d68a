"""The token with which GitHub says which workflow this is (OpenID Connect), fetched and kept."""

import os
import re
import ssl
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from artifacts.text import plain
from delivery.targets.aws.aws_errors import TokenRefused

_JWT: Final = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_TIMEOUT_SECONDS: Final = 10.0


class _Issued(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    value: SecretStr


def github_token(
    url: str, secret: SecretStr, audience: str, trust: ssl.SSLContext | None = None
) -> str:
    """Return a token for an audience, from the issuer that a workflow is told of.

    A workflow needs `permissions: id-token: write` to be told. Raises TokenRefused, whose message
    never holds token or secret.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise TokenRefused("ACTIONS_ID_TOKEN_REQUEST_URL is no https address")
    bearer = f"Bearer {secret.get_secret_value()}"
    try:
        # Proxies of the environment count: a runner in a private network has no other way out.
        answer = httpx.get(
            httpx.URL(url).copy_merge_params({"audience": audience}),
            headers={"Authorization": bearer, "Accept": "application/json"},
            follow_redirects=False,  # it would carry the secret to somebody else
            timeout=_TIMEOUT_SECONDS,
            verify=trust or ssl.create_default_context(),
        )
    except (httpx.HTTPError, httpx.InvalidURL) as exc:
        raise TokenRefused(f"GitHub's issuer: {plain(exc)}") from exc
    if answer.status_code != httpx.codes.OK:
        raise TokenRefused(f"GitHub's issuer answered {answer.status_code}")
    try:
        token = _Issued.model_validate_json(answer.content).value.get_secret_value()
    except ValidationError:
        token = ""  # not even as a cause: it would quote the answer
    if not _JWT.fullmatch(token):
        raise TokenRefused("GitHub's issuer answered with something else than a token")
    return token


def write_private(path: Path, token: str) -> None:
    """Write a token whole or not at all, never through a link; TokenRefused.

    The file is readable by this user alone from its first byte on.
    """
    try:
        # mkstemp's files are 0600, and new: nobody can have opened one before.
        handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as exc:
        raise TokenRefused(f"{path} can't be written: {plain(exc)}") from exc
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(token)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except OSError as exc:
        with suppress(OSError):
            Path(draft).unlink()
        raise TokenRefused(f"{path} can't be written: {plain(exc)}") from exc
