import json
from collections.abc import Iterator

import pytest
from support.aws.front import running_front
from support.cloud_sightings import NEW, OLD, PAYLOAD
from support.https_stand_in import HttpsStandIn, running_stand_in

from delivery.targets.answers import Answer
from delivery.targets.aws.observe_services import ask_release

RELEASE = {
    "environment": "staging",
    "payload": PAYLOAD,
    "model": {"digest": NEW, "name": "architecture"},
    "service": {"digest": OLD},
    "something": "new",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpsStandIn]:
    with running_stand_in(tmp_path_factory.mktemp("https")) as running:
        yield running


@pytest.fixture
def stand_in(shared: HttpsStandIn) -> HttpsStandIn:
    shared.status, shared.body, shared.headers = 200, json.dumps(RELEASE).encode(), {}
    shared.asked.clear()
    return shared


def asked(stand_in: HttpsStandIn) -> Answer:
    return ask_release(stand_in.url, trust=stand_in.trust)


def test_a_release_is_read_and_what_is_new_in_it_ignored(stand_in: HttpsStandIn) -> None:
    assert asked(stand_in) == Answer(
        status=200, payload=PAYLOAD, environment="staging", model=NEW, code=OLD
    )
    assert stand_in.asked[0][0] == "/v1/release"


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (503, b"{}", "/v1/release answered 503"),
        (302, b"", "/v1/release answered 302"),
        (200, b"<html>", "/v1/release answered with no release"),
        (200, b'{"payload": "latest"}', "/v1/release answered with no release"),
    ],
)
def test_what_is_no_release_is_said_to_be_none(
    stand_in: HttpsStandIn, status: int, body: bytes, problem: str
) -> None:
    stand_in.status, stand_in.body = status, body
    stand_in.headers = {"Location": "https://elsewhere.example"} if status == 302 else {}

    answer = asked(stand_in)

    assert (answer.status, answer.problem, answer.payload) == (status, problem, None)


def test_a_certificate_that_nobody_vouches_for_is_no_answer(stand_in: HttpsStandIn) -> None:
    answer = ask_release(stand_in.url)

    assert "CERTIFICATE_VERIFY_FAILED" in str(answer.problem)
    assert stand_in.asked == []


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://staging.plinth.example", "not https"),
        ("ftp://staging.plinth.example", "not https"),
        ("staging.plinth.example", "no address"),
        ("https://user@staging.plinth.example", "no address"),
        ("https://staging.plinth.example/path", "no address"),
        ("https://staging.plinth.example:port", "Port"),
        ("", "no address"),
    ],
)
def test_a_tag_that_is_no_address_is_a_problem_and_no_request(url: str, says: str) -> None:
    assert says in str(ask_release(url).problem)


def test_plain_http_is_spoken_in_a_rehearsal_alone() -> None:
    with running_front() as front:
        assert ask_release(front.url, plain_http=True).problem == "/v1/release answered 503"
        assert "not https" in str(ask_release(front.url).problem)


def test_a_port_where_nobody_listens_is_a_problem() -> None:
    with running_front() as front:
        url = front.url

    assert "refused" in str(ask_release(url, plain_http=True).problem)
