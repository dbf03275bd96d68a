import pytest
from botocore import exceptions as aws

from delivery.targets.aws.aws_clients import (
    CODES,
    CONNECT_SECONDS,
    EXCEPTIONS,
    READ_SECONDS,
    TRIES,
    AwsClients,
    translated,
)
from delivery.targets.aws.aws_errors import (
    CloudFailed,
    CredentialsMissing,
    CredentialsRefused,
    NotAllowed,
    RegionMissing,
    Throttled,
    Unreachable,
)


def refusal(code: str) -> aws.ClientError:
    said = {"Error": {"Code": code, "Message": "no"}}
    return aws.ClientError(said, "GetCallerIdentity")


def raised(exc: Exception) -> CloudFailed:
    with pytest.raises(CloudFailed) as caught, translated("look"):
        raise exc
    return caught.value


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ExpiredToken", CredentialsRefused),
        ("ExpiredTokenException", CredentialsRefused),
        ("InvalidClientTokenId", CredentialsRefused),
        ("UnrecognizedClientException", CredentialsRefused),
        ("InvalidIdentityToken", CredentialsRefused),
        ("AccessDenied", NotAllowed),
        ("AccessDeniedException", NotAllowed),
        ("ThrottlingException", Throttled),
        ("RequestLimitExceeded", Throttled),
        ("ServiceUnavailableException", Throttled),
        ("SomethingNew", CloudFailed),
    ],
)
def test_a_code_of_aws_becomes_an_error_that_says_what_to_do(
    code: str, kind: type[CloudFailed]
) -> None:
    error = raised(refusal(code))

    assert type(error) is kind
    assert code in str(error)
    assert kind.cure in str(error)
    assert str(error).startswith("look: ")


@pytest.mark.parametrize(
    ("exc", "kind"),
    [
        (aws.NoCredentialsError(), CredentialsMissing),
        (aws.PartialCredentialsError(provider="env", cred_var="x"), CredentialsMissing),
        (aws.ProfileNotFound(profile="x"), CredentialsMissing),
        (aws.NoRegionError(), RegionMissing),
        (aws.InvalidRegionError(region_name="!"), RegionMissing),
        (aws.CredentialRetrievalError(provider="x", error_msg="y"), CredentialsRefused),
        (aws.UnauthorizedSSOTokenError(), CredentialsRefused),
        (aws.SSOTokenLoadError(error_msg="x"), CredentialsMissing),
        (aws.EndpointConnectionError(endpoint_url="x"), Unreachable),
        (aws.ConnectTimeoutError(endpoint_url="x"), Unreachable),
        (aws.ReadTimeoutError(endpoint_url="x"), Unreachable),
        (aws.ConnectionClosedError(endpoint_url="x"), Unreachable),
        (aws.ProxyConnectionError(proxy_url="x"), Unreachable),
        (aws.SSLError(endpoint_url="x", error="y"), Unreachable),
        (aws.ParamValidationError(report="x"), CloudFailed),
        (FileNotFoundError("the token's file"), CredentialsMissing),
    ],
)
def test_an_exception_on_the_way_to_aws_is_told_apart(
    exc: Exception, kind: type[CloudFailed]
) -> None:
    assert type(raised(exc)) is kind


def test_the_special_comes_before_the_general() -> None:
    kinds = [each for theirs, _ in EXCEPTIONS for each in theirs]

    hidden = [
        (general.__name__, special.__name__)
        for number, general in enumerate(kinds)
        for special in kinds[number + 1 :]
        if issubclass(special, general)
    ]

    assert hidden == []


def test_every_kind_of_failure_is_reached_by_a_code_or_an_exception() -> None:
    reached = {ours for _, ours in (*CODES, *EXCEPTIONS)}

    assert reached == set(CloudFailed.__subclasses__())


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nowhere")


@pytest.mark.usefixtures("nobody")
def test_a_client_without_a_region_names_the_region() -> None:
    with pytest.raises(RegionMissing, match="AWS_REGION"):
        AwsClients()("ecs")


@pytest.mark.usefixtures("nobody")
def test_clients_are_kept_and_bounded_in_time() -> None:
    clients = AwsClients("eu-central-1")

    client = clients("ecs")

    assert client is clients("ecs")
    config = client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (CONNECT_SECONDS, READ_SECONDS)
    assert config.retries["total_max_attempts"] == TRIES


def test_an_expired_token_s_text_is_shown_in_one_line() -> None:
    said = {"Error": {"Code": "ExpiredToken", "Message": "line\nbreak\x1b"}}

    assert "\n" not in str(raised(aws.ClientError(said, "X")))
