"""Clients of AWS with bounded times, and its errors in this package's words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, Final

import boto3
from botocore import exceptions as aws
from botocore.config import Config

from artifacts.text import plain
from delivery.targets.aws.aws_errors import (
    CloudFailed,
    CredentialsMissing,
    CredentialsRefused,
    NotAllowed,
    RegionMissing,
    Throttled,
    Unreachable,
)

CONNECT_SECONDS, READ_SECONDS, TRIES = 5, 20, 3
Clients = Callable[[str], Any]
"""Makes a client of a service by its name; boto3's have no types."""

CODES: Final = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "ExpiredToken",
                "ExpiredTokenException",
                "RequestExpired",
                "InvalidClientTokenId",
                "UnrecognizedClientException",
                "InvalidAccessKeyId",
                "SignatureDoesNotMatch",
                "InvalidSignatureException",
                "IncompleteSignature",
                "InvalidIdentityToken",
                "InvalidIdentityTokenException",
                "IDPRejectedClaim",
                "AuthFailure",
                "InvalidToken",
            ),
            CredentialsRefused,
        ),
        **dict.fromkeys(
            ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "OptInRequired"),
            NotAllowed,
        ),
        **dict.fromkeys(
            (
                "Throttling",
                "ThrottlingException",
                "ThrottledException",
                "RequestThrottled",
                "RequestThrottledException",
                "RequestLimitExceeded",
                "TooManyRequestsException",
                "SlowDown",
                "ServiceUnavailable",
                "ServiceUnavailableException",
                "InternalFailure",
                "InternalError",
                "ServerException",
                "502",
                "503",
                "504",
            ),
            Throttled,
        ),
    }
)
"""Codes of ClientError. Any other one is a CloudFailed."""
EXCEPTIONS: Final = (
    (aws.NoRegionError, RegionMissing),
    (aws.InvalidRegionError, RegionMissing),
    (aws.NoCredentialsError, CredentialsMissing),
    (aws.PartialCredentialsError, CredentialsMissing),
    (aws.ProfileNotFound, CredentialsMissing),
    (aws.ConfigParseError, CredentialsMissing),
    (aws.ConfigNotFound, CredentialsMissing),
    (aws.InvalidConfigError, CredentialsMissing),
    (aws.UnknownCredentialError, CredentialsMissing),
    (aws.MissingDependencyException, CredentialsMissing),
    (aws.SSOTokenLoadError, CredentialsMissing),
    (aws.LoginTokenLoadError, CredentialsMissing),
    (aws.CredentialRetrievalError, CredentialsRefused),
    (aws.MetadataRetrievalError, CredentialsRefused),
    (aws.TokenRetrievalError, CredentialsRefused),
    (aws.NoAuthTokenError, CredentialsMissing),
    (aws.SSOError, CredentialsRefused),
    (aws.LoginError, CredentialsRefused),
    (aws.RefreshWithMFAUnsupportedError, CredentialsRefused),
    (aws.ConnectionError, Unreachable),
    (aws.HTTPClientError, Unreachable),
    (aws.IncompleteReadError, Unreachable),
)
"""Exceptions of botocore, the special before the general. Any other one is a CloudFailed."""


class AwsClients:
    """Makes clients of a region from this process's credentials, one a service."""

    def __init__(self, region: str | None = None) -> None:
        self._region = region
        self._clients: dict[str, Any] = {}

    def __call__(self, service: str) -> Any:
        """Return the client of a service; RegionMissing, CredentialsMissing."""
        if service not in self._clients:
            with translated(f"open a client of {service}"):
                session = boto3.session.Session(region_name=self._region)
                self._clients[service] = session.client(service, config=_config())
        return self._clients[service]

    def endpoint(self, service: str) -> str:
        """Return the address that a service's client really asks; RegionMissing."""
        return str(self(service).meta.endpoint_url)


def _config() -> Config:
    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": TRIES, "mode": "standard"},
    )


@contextmanager
def translated(action: str) -> Iterator[None]:
    """Turn whatever AWS, or the way there, raises into a CloudFailed that names the action."""
    try:
        yield
    except aws.ClientError as exc:
        raise _of_code(action, exc) from exc
    except aws.BotoCoreError as exc:
        kinds = (ours for theirs, ours in EXCEPTIONS if isinstance(exc, theirs))
        raise next(kinds, CloudFailed)(action, plain(exc)) from exc
    except OSError as exc:
        # The one file that botocore opens and doesn't wrap: that of AWS_WEB_IDENTITY_TOKEN_FILE.
        raise CredentialsMissing(action, plain(exc)) from exc


def code_of(exc: aws.ClientError) -> str:
    """Return the code of an answer that refuses."""
    return str(exc.response.get("Error", {}).get("Code", ""))


def _of_code(action: str, exc: aws.ClientError) -> CloudFailed:
    kind = CODES.get(code_of(exc), CloudFailed)
    return kind(action, plain(exc))
