"""What clients of the HTTP service may rely on: answers, refusals and the document."""

import json
import re
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.http_requests import (
    FORM,
    JPEG,
    JSON,
    LIMIT_BYTES,
    PHOTO,
    REFUSALS,
    URL,
    as_form,
    as_json,
    post,
    require_problem,
)
from support.inference_service import HEADERS, KEY
from support.tiny_artifact import SUFFIXES, tiny_photo

from inference.app.problems import KINDS
from inference.models.architecture import ArchitecturePrediction

# --- Answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (JPEG, PHOTO),
        ({"Content-Type": "image/*"}, PHOTO),
        ({"Content-Type": "IMAGE/PNG; q=1"}, PHOTO),
        (JSON, as_json()),
        (FORM, as_form(("photo", "a.jpg", PHOTO))),
    ],
    ids=["raw", "any image", "another image type than the bytes", "JSON", "form"],
)
def test_a_photo_gets_the_same_answer_however_it_is_sent(client, headers, body):
    answer = ArchitecturePrediction.model_validate_json(post(client, body, headers).content)
    expected = ArchitecturePrediction.model_validate_json(post(client, PHOTO).content)
    assert answer.model_copy(update={"prediction_id": expected.prediction_id}) == expected


@pytest.mark.parametrize("format_", SUFFIXES)
def test_an_answer_is_closed_and_names_every_digest(client, format_):
    answer = post(client, tiny_photo(format_=format_)).json()
    release = client.get("/v1/release").json()
    assert set(answer) == {
        *("prediction_id", "model", "feature_schema", "vector_digest", "style", "era", "declined"),
    }
    assert answer["model"]["digest"] == release["model"]["digest"]
    assert answer["feature_schema"] == release["feature_schema"]["digest"]
    assert re.fullmatch("sha256:[0-9a-f]{64}", answer["vector_digest"])
    assert {type(answer["era"][name]) for name in ("year", "year_low", "year_high")} == {int}


def test_styles_come_likeliest_first_and_add_up_to_one(client):
    style = post(client, PHOTO).json()["style"]
    probabilities = [item["probability"] for item in style["probabilities"]]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) == pytest.approx(1, abs=1e-3)
    assert style["probabilities"][0] == {k: style[k] for k in ("label", "probability")}
    assert len(probabilities) == 25


def test_each_prediction_has_a_name_of_its_own_that_is_in_the_log(client, service_log):
    names = [post(client, PHOTO).json()["prediction_id"] for _ in range(3)]
    assert len({uuid.UUID(name) for name in names}) == 3
    logged = [json.loads(line)["request_id"] for line in service_log.getvalue().splitlines()]
    assert set(names) <= set(logged)


# --- Refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REFUSALS)
def test_a_request_that_cannot_be_answered_gets_its_problem(client, name):
    status, code, headers, body = REFUSALS[name]
    require_problem(post(client, body, headers), status, code)


def test_a_problem_has_the_requests_name_and_its_type_leads_to_what_it_is(client, service_log):
    problem = post(client, b"hello").json()
    line = json.loads(service_log.getvalue().splitlines()[-1])
    assert problem["instance"] == f"urn:uuid:{line['request_id']}"
    assert line["problem"] == problem["code"]
    described = client.get(problem["type"]).json()
    assert {k: problem[k] for k in ("type", "title", "status", "code")} == described


@pytest.mark.parametrize(
    ("headers", "code"), [({}, "key_missing"), ({"X-API-Key": KEY[:-1]}, "key_refused")]
)
def test_a_request_without_an_accepted_key_is_refused(client, headers, code):
    response = client.post(URL, content=PHOTO, headers={**JPEG, **headers})
    require_problem(response, 401, code)


def test_a_key_is_judged_before_the_body(client):
    """Or anyone could keep the service busy with bodies."""
    response = client.post(URL, content=b"x" * (LIMIT_BYTES + 1), headers=JPEG)
    require_problem(response, 401, "key_missing")


def test_a_body_that_hides_its_length_is_counted_as_it_arrives(client):
    read = 0

    async def chunks():
        nonlocal read
        for _ in range(100):
            read += 10_000
            yield b"x" * 10_000

    response = client.post(URL, content=chunks(), headers={**HEADERS, **JPEG})
    require_problem(response, 413, "body_too_large")
    assert read < 2 * LIMIT_BYTES


def test_a_body_that_says_it_is_too_large_is_not_read_at_all(client):
    read = []

    async def chunks():
        read.append(1)
        yield b"x"

    headers = {**HEADERS, **JPEG, "Content-Length": str(LIMIT_BYTES + 1)}
    response = client.post(URL, content=chunks(), headers=headers)
    require_problem(response, 413, "body_too_large")
    assert not read


def test_an_unknown_path_and_a_wrong_method_are_problems_too(client):
    require_problem(client.get("/nowhere"), 404, "not_found")
    response = client.get(URL)
    require_problem(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([JPEG, JSON, FORM, {"Content-Type": "image/webp"}]),
    st.one_of(
        st.binary(max_size=200),
        st.tuples(st.sampled_from(["JPEG", "PNG", "WEBP"]), st.binary(max_size=40)).map(
            lambda pair: tiny_photo(64, 64, format_=pair[0])[: 20 + 10 * len(pair[1])] + pair[1]
        ),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(max_size=9),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["photo", "x"]), inner, max_size=2)
            ),
            max_leaves=6,
        ).map(lambda value: json.dumps(value).encode()),
        st.lists(
            st.tuples(st.sampled_from(["photo", "x", '"']), st.none() | st.just("f"), st.binary()),
            max_size=3,
        ).map(lambda fields: as_form(*fields)),
    ),
)
def test_no_body_whatsoever_breaks_the_service(client, headers, body):
    response = post(client, body, headers)
    if response.status_code != 200:
        require_problem(response, response.status_code, response.json()["code"])
        assert 400 <= response.status_code < 500


# --- The document ----------------------------------------------------------------------------


def test_the_openapi_document_declares_bodies_answers_key_and_problems(client):
    document = client.get("/openapi.json").json()
    operation = document["paths"][URL]["post"]
    assert {"image/*", "multipart/form-data", "application/json"} <= set(
        operation["requestBody"]["content"]
    )
    assert operation["security"]
    assert operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith(
        "ArchitecturePrediction"
    )
    declared = {int(s) for s in operation["responses"] if s != "default"}
    assert {status for status, *_ in REFUSALS.values()} | {200, 401, 408, 503} <= declared
    assert "422" in operation["responses"]
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_reference_of_the_openapi_document_leads_somewhere(client):
    text = client.get("/openapi.json").text
    schemas = json.loads(text)["components"]["schemas"]
    assert set(re.findall(r'"#/components/schemas/([^"]+)"', text)) <= set(schemas)
    assert '"#/$defs' not in text


def test_answers_have_no_field_that_the_document_does_not_declare(client):
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    answer = post(client, PHOTO).json()
    assert set(answer) == set(schemas["ArchitecturePrediction"]["properties"])
    assert schemas["ArchitecturePrediction"]["additionalProperties"] is False


def test_the_docs_page_loads_nothing_from_elsewhere(client):
    page = client.get("/docs")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert {"/docs/docs.js", "/docs/docs.css"} <= set(loaded)
    for address in loaded:
        assert address.startswith(("/", "data:"))
        if address.startswith("/"):
            assert client.get(address).status_code == 200
    for text in (page.text, client.get("/docs/docs.js").text, client.get("/docs/docs.css").text):
        assert "http" not in text.replace("http-equiv", "")


def test_every_status_of_the_table_is_one_that_http_knows():
    assert {kind.status for kind in KINDS.values()} <= {
        *(400, 401, 404, 405, 408, 413, 415, 422, 499, 500, 503),
    }
