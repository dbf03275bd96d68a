"""Clients of AWS with bounded times, its errors in our words, and who it takes us for."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import boto3
from botocore import exceptions as aws
from botocore.config import Config

from artifacts.records.record import Record
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

CODES: Final = (
    (
        re.compile(
            "ExpiredToken(Exception)?|RequestExpired|UnrecognizedClientException|AuthFailure"
            "|InvalidToken|InvalidClientTokenId|InvalidAccessKeyId|InvalidIdentityToken(Exception)?"
            "|SignatureDoesNotMatch|InvalidSignatureException|IncompleteSignature|IDPRejectedClaim"
        ),
        CredentialsRefused,
    ),
    (re.compile("AccessDenied(Exception)?|UnauthorizedOperation|OptInRequired"), NotAllowed),
    (
        re.compile(
            "(Throttling|Throttled|RequestThrottled)(Exception)?|RequestLimitExceeded|SlowDown"
            "|TooManyRequestsException|ServiceUnavailable(Exception)?|Internal(Failure|Error)"
            "|ServerException|50[234]"
        ),
        Throttled,
    ),
)
"""Codes of ClientError. Any other one is a CloudFailed."""
EXCEPTIONS: Final = (
    ((aws.NoRegionError, aws.InvalidRegionError), RegionMissing),
    (
        (
            *(aws.NoCredentialsError, aws.PartialCredentialsError, aws.ProfileNotFound),
            *(aws.ConfigParseError, aws.ConfigNotFound, aws.InvalidConfigError),
            *(aws.UnknownCredentialError, aws.MissingDependencyException, aws.NoAuthTokenError),
            *(aws.SSOTokenLoadError, aws.LoginTokenLoadError),
        ),
        CredentialsMissing,
    ),
    (
        (
            *(aws.CredentialRetrievalError, aws.MetadataRetrievalError, aws.TokenRetrievalError),
            *(aws.SSOError, aws.LoginError, aws.RefreshWithMFAUnsupportedError),
        ),
        CredentialsRefused,
    ),
    ((aws.ConnectionError, aws.HTTPClientError, aws.IncompleteReadError), Unreachable),
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
            config = Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"total_max_attempts": TRIES, "mode": "standard"},
            )
            with translated(f"open a client of {service}"):
                session = boto3.session.Session(region_name=self._region)
                self._clients[service] = session.client(service, config=config)
        return self._clients[service]


@contextmanager
def translated(action: str) -> Iterator[None]:
    """Turn whatever AWS, or the way there, raises into a CloudFailed that names the action."""
    try:
        yield
    except (aws.ClientError, aws.BotoCoreError) as exc:
        code = code_of(exc) if isinstance(exc, aws.ClientError) else ""
        kinds: Iterator[type[CloudFailed]] = chain(
            (ours for codes, ours in CODES if codes.fullmatch(code)),
            (ours for theirs, ours in EXCEPTIONS if isinstance(exc, theirs)),
        )
        raise next(kinds, CloudFailed)(action, plain(exc)) from exc
    except OSError as exc:
        # The one file that botocore opens and doesn't wrap: that of AWS_WEB_IDENTITY_TOKEN_FILE.
        raise CredentialsMissing(action, plain(exc)) from exc


def code_of(exc: aws.ClientError) -> str:
    """Return the code of an answer that refuses."""
    return str(exc.response.get("Error", {}).get("Code", ""))


class Caller(Record):
    """The account, role or user that this process acts as, and the region it acts in."""

    account: str
    arn: str
    region: str


@dataclass(frozen=True)
class WrongAccount:
    """A refusal: the credentials belong to another account than the one that was named."""

    caller: Caller
    wanted: str

    @property
    def reason(self) -> str:
        """Say what was wrong and what to do."""
        return (
            f"these credentials are of account {self.caller.account} ({self.caller.arn}), and "
            f"{self.wanted} is wanted: use the role of that account"
        )


def caller_of(clients: Clients) -> Caller:
    """Return who AWS takes us for; CloudFailed. No permission is needed to ask."""
    client = clients("sts")
    with translated("ask AWS who we are"):
        said = client.get_caller_identity()
    return Caller(account=said["Account"], arn=said["Arn"], region=str(client.meta.region_name))
