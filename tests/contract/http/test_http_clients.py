"""How clients send photos and keys: read where it is harmless, told what to change if not."""

import base64
import json

import pytest
from support.http_requests import (
    FORM,
    JPEG,
    JSON,
    LIMIT_BYTES,
    PHOTO,
    URL,
    as_form,
    post,
    require_problem,
)
from support.inference_service import HEADERS, KEY

BASE64 = base64.b64encode(PHOTO).decode()
LINES = base64.encodebytes(PHOTO).decode()
URL_ALPHABET = base64.urlsafe_b64encode(PHOTO).decode().rstrip("=")
EXTENDED_NAME = (
    b"--cut\r\nContent-Disposition: form-data; name=\"photo\"; filename*=UTF-8''caf%C3%A9.jpg\r\n"
    b"\r\n" + PHOTO + b"\r\n--cut--\r\n"
)
TYPED_ONLY = (
    b'--cut\r\nContent-Disposition: form-data; name="photo"\r\nContent-Type: image/jpeg\r\n\r\n'
    + PHOTO
    + b"\r\n--cut--\r\n"
)


def fields(**values):
    return json.dumps(values).encode()


READ = {
    "octet stream": ({"Content-Type": "application/octet-stream"}, PHOTO),
    "form field file": (FORM, as_form(("file", "a.jpg", PHOTO))),
    "form field image": (FORM, as_form(("image", "a.jpg", PHOTO))),
    "form with a preamble": (FORM, b"This is a form.\r\n" + as_form(("photo", "a.jpg", PHOTO))),
    "form with an epilogue": (FORM, as_form(("photo", "a.jpg", PHOTO)) + b"The end.\r\n"),
    "form with filename* alone": (FORM, EXTENDED_NAME),
    "form with a type alone": (FORM, TYPED_ONLY),
    "JSON field file": (JSON, fields(file=BASE64)),
    "JSON field image": (JSON, fields(image=BASE64)),
    "base64 in lines": (JSON, fields(photo=LINES)),
    "base64 in the URL alphabet": (JSON, fields(photo=URL_ALPHABET)),
    "data URI": (JSON, fields(photo=f"data:image/jpeg;base64,{BASE64}")),
    "data URI without a type": (JSON, fields(photo=f"DATA:;base64,{BASE64}")),
}
TOLD = {
    "another form field": (422, FORM, as_form(("picture", "a.jpg", PHOTO)), "field to photo"),
    "a path without @": (422, FORM, as_form(("photo", None, b"a.jpg")), "put an @"),
    "more fields than the photo": (
        *(422, FORM, as_form(("image", "a.jpg", PHOTO), ("style", None, b"gothic"))),
        "every field but image",
    ),
    "an address": (400, JSON, fields(photo="https://example.org/a.jpg"), "own bytes"),
    "a data URI in percent code": (400, JSON, fields(photo="data:,%FF%D8"), "base64,..."),
    "curl without a content type": (
        *(415, {"Content-Type": "application/x-www-form-urlencoded"}, PHOTO),
        "Content-Type: image/jpeg",
    ),
}
KEYS = {
    "a bearer": ({"Authorization": f"Bearer {KEY}"}, "", "X-API-Key"),
    "a word before the key": ({"X-API-Key": f"Bearer {KEY}"}, "", "without Bearer"),
    "a key in the address": ({}, f"?api_key={KEY}", "ask for a new one"),
}


@pytest.mark.parametrize("name", READ)
def test_a_harmless_form_of_a_request_is_read(client, name):
    headers, body = READ[name]
    found, expected = post(client, body, headers), post(client, PHOTO)
    assert found.status_code == 200, found.text
    assert found.json()["vector_digest"] == expected.json()["vector_digest"]


@pytest.mark.parametrize("name", TOLD)
def test_any_other_form_is_told_the_one_thing_to_change(client, name):
    status, headers, body, advice = TOLD[name]
    response = post(client, body, headers)
    require_problem(response, status, response.json()["code"])
    assert advice in response.json()["advice"]


@pytest.mark.parametrize("name", KEYS)
def test_a_key_in_another_place_is_told_where_it_belongs(client, name):
    headers, query, advice = KEYS[name]
    response = client.post(URL + query, content=PHOTO, headers={**JPEG, **headers})
    require_problem(response, 401, response.json()["code"])
    assert advice in response.json()["advice"]
    assert KEY not in response.text


def test_a_photo_of_the_largest_size_may_come_as_json_though_base64_is_larger(client):
    padded = PHOTO + bytes(LIMIT_BYTES - len(PHOTO))
    lines = base64.encodebytes(padded).decode()
    assert post(client, fields(photo=lines), JSON).status_code == 200
    response = post(client, fields(photo=base64.b64encode(padded + b"\0").decode()), JSON)
    require_problem(response, 413, "body_too_large")


def test_bodies_beyond_what_is_held_at_a_time_are_told_to_come_back(client):
    client.app.state.service.held.add(client.app.state.service.wiring.bodies_limit_bytes)
    try:
        response = client.post(URL, content=PHOTO, headers={**HEADERS, **JPEG})
    finally:
        client.app.state.service.held.add(-client.app.state.service.wiring.bodies_limit_bytes)
    require_problem(response, 503, "too_busy")
    assert response.headers["retry-after"] == "1"
    assert post(client, PHOTO).status_code == 200
