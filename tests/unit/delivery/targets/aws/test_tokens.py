import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from support.https_stand_in import HttpsStandIn, running_stand_in

from delivery.targets.aws.aws_errors import TokenRefused
from delivery.targets.aws.github_tokens import github_token, write_private

SECRET, TOKEN = "the-request-s-secret", "aGVhZA.Ym9keQ.c2ln"
AUDIENCE = "sts.amazonaws.com"


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[HttpsStandIn]:
    with running_stand_in(tmp_path) as running:
        running.body = json.dumps({"value": TOKEN, "count": 1}).encode()
        yield running


def token(issuer: HttpsStandIn, audience: str = AUDIENCE) -> str:
    url = f"{issuer.url}/token?api-version=2.0"
    return github_token(url, SecretStr(SECRET), audience, issuer.trust)


def test_a_token_is_asked_for_with_its_audience_and_the_workflow_s_secret(
    issuer: HttpsStandIn,
) -> None:
    assert token(issuer) == TOKEN

    path, headers = issuer.asked[0]
    assert path == f"/token?api-version=2.0&audience={AUDIENCE}"
    assert headers["Authorization"] == f"Bearer {SECRET}"


def test_an_audience_can_t_add_to_the_question(issuer: HttpsStandIn) -> None:
    token(issuer, "a&b=c")

    assert issuer.asked[0][0].endswith("audience=a%26b%3Dc")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>"),
        (200, b'{"value": 1}'),
        (200, b'{"value": "secret-looking but no token"}'),
        (200, b'{"value": "a.b.c\\n"}'),
        (403, json.dumps({"value": TOKEN}).encode()),
        (500, b""),
    ],
)
def test_an_answer_without_a_token_is_refused_and_never_quoted(
    issuer: HttpsStandIn, status: int, body: bytes
) -> None:
    issuer.status, issuer.body = status, body

    with pytest.raises(TokenRefused) as caught:
        token(issuer)

    said = f"{caught.value} {caught.value.__cause__}"
    assert TOKEN not in said
    assert "secret" not in said
    assert SECRET not in said


def test_a_redirect_is_not_followed_with_the_secret(issuer: HttpsStandIn) -> None:
    issuer.status, issuer.headers = 302, {"Location": f"{issuer.url}/elsewhere"}

    with pytest.raises(TokenRefused, match="302"):
        token(issuer)

    assert len(issuer.asked) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1/token", "file:///etc/passwd", "token", ""])
def test_only_https_is_asked(url: str) -> None:
    with pytest.raises(TokenRefused, match="no https address"):
        github_token(url, SecretStr(SECRET), AUDIENCE)


def test_an_issuer_that_nobody_vouches_for_hears_no_secret(issuer: HttpsStandIn) -> None:
    with pytest.raises(TokenRefused, match="CERTIFICATE"):
        github_token(issuer.url, SecretStr(SECRET), AUDIENCE)

    assert issuer.asked == []


def test_a_token_is_kept_for_this_user_alone_in_place_of_an_older_one(
    issuer: HttpsStandIn, tmp_path: Path
) -> None:
    out = tmp_path / "token"
    out.write_text("old")
    out.chmod(0o644)

    write_private(out, token(issuer))

    assert out.read_text() == TOKEN
    assert out.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"token", "certificate.pem", "key.pem"}


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    out = tmp_path / "token"
    out.symlink_to(elsewhere)

    write_private(out, TOKEN)

    assert elsewhere.read_text() == "mine"
    assert (out.is_symlink(), out.read_text()) == (False, TOKEN)


def test_a_file_that_can_t_be_written_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(TokenRefused, match="can't be written"):
        write_private(tmp_path / "missing" / "token", TOKEN)
    (tmp_path / "token").mkdir()

    with pytest.raises(TokenRefused, match="can't be written"):
        write_private(tmp_path / "token", TOKEN)

    assert [path.name for path in tmp_path.iterdir()] == ["token"]
