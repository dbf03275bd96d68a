"""Requests of every kind that the HTTP service knows, good and bad."""

import base64
import io
import json
import struct
import zlib

from PIL import Image
from support.inference_service import HEADERS
from support.tiny_artifact import tiny_photo

URL = "/v1/predictions"
LIMIT_BYTES = 200_000
PHOTO = tiny_photo(seed=7)
JPEG, JSON = {"Content-Type": "image/jpeg"}, {"Content-Type": "application/json"}


def picture(mode, format_, size=(100, 100), **options):
    file = io.BytesIO()
    Image.new(mode, size).save(file, format_, **options)
    return file.getvalue()


def declared(width, height):
    """Return a PNG that says so of itself; what isn't drawn takes no time to make."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    photo = picture("L", "PNG")
    return photo[:12] + header + struct.pack(">I", zlib.crc32(header)) + photo[33:]


def as_json(photo=PHOTO, **more):
    return json.dumps({"photo": base64.b64encode(photo).decode(), **more}).encode()


def as_form(*parts):
    """Return a form of (name, file name or None, bytes) with the boundary `cut`."""
    lines = b""
    for name, file, data in parts:
        named = f'; filename="{file}"' if file else ""
        lines += f'--cut\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode()
        lines += data + b"\r\n"
    return lines + b"--cut--\r\n"


FORM = {"Content-Type": "multipart/form-data; boundary=cut"}
ANIMATION = picture(
    "RGB", "WEBP", save_all=True, append_images=[Image.new("RGB", (100, 100), "red")]
)
# Name: status, code, headers, body.
REFUSALS = {
    "empty body": (400, "body_empty", JPEG, b""),
    "truncated photo": (400, "truncated_photo", JPEG, PHOTO[: len(PHOTO) // 2]),
    "JSON that isn't": (400, "body_malformed", JSON, b"{"),
    "JSON with NaN": (400, "body_malformed", JSON, b'{"photo": NaN}'),
    "JSON with a key twice": (400, "body_malformed", JSON, b'{"photo": "", "photo": ""}'),
    "JSON nested without end": (400, "body_malformed", JSON, b"[" * 100_000),
    "JSON not in UTF-8": (400, "body_malformed", JSON, b"\xff\xfe"),
    "undecodable base64": (400, "body_malformed", JSON, b'{"photo": "%%%"}'),
    "base64 that isn't ASCII": (400, "body_malformed", JSON, '{"photo": "é"}'.encode()),
    "empty base64": (400, "body_empty", JSON, b'{"photo": ""}'),
    "form without a boundary": (
        *(400, "body_malformed", {"Content-Type": "multipart/form-data"}),
        as_form(("photo", "a.jpg", PHOTO)),
    ),
    "form that isn't": (400, "body_malformed", FORM, PHOTO),
    "form that is cut": (400, "body_malformed", FORM, as_form(("photo", "a.jpg", PHOTO))[:300]),
    "form with an empty file": (400, "body_empty", FORM, as_form(("photo", "a.jpg", b""))),
    "too many pixels": (413, "absurd_dimensions", JPEG, declared(12_001, 10_000)),
    "too long a side": (413, "absurd_dimensions", JPEG, picture("L", "PNG", (900, 70))),
    "body too large": (413, "body_too_large", JPEG, b"x" * (LIMIT_BYTES + 1)),
    "no content type": (415, "content_type_unsupported", {}, PHOTO),
    "curl's own content type": (
        *(415, "content_type_unsupported", {"Content-Type": "application/x-www-form-urlencoded"}),
        PHOTO,
    ),
    "content encoding": (
        *(415, "content_type_unsupported", {**JPEG, "Content-Encoding": "gzip"}),
        PHOTO,
    ),
    "GIF": (415, "unsupported_format", {"Content-Type": "image/gif"}, picture("P", "GIF")),
    "text as an image": (415, "not_an_image", JPEG, b"hello"),
    "text as base64": (415, "not_an_image", JSON, as_json(b"hello")),
    "too small": (422, "photo_too_small", JPEG, tiny_photo(40, 40)),
    "animation": (422, "animated_photo", JPEG, ANIMATION),
    "CMYK": (422, "unsupported_colour_mode", JPEG, picture("CMYK", "JPEG")),
    "16 bits": (422, "unsupported_bit_depth", JPEG, picture("I;16", "PNG")),
    "unknown JSON field": (422, "fields_invalid", JSON, as_json(style="gothic")),
    "missing JSON field": (422, "fields_invalid", JSON, b"{}"),
    "JSON number": (422, "fields_invalid", JSON, b'{"photo": 1}'),
    "JSON list": (422, "fields_invalid", JSON, b"[]"),
    "form without a photo": (422, "fields_invalid", FORM, as_form(("picture", "a.jpg", PHOTO))),
    "form with a text": (422, "fields_invalid", FORM, as_form(("photo", None, b"text"))),
    "form with more": (
        *(422, "fields_invalid", FORM),
        as_form(("photo", "a.jpg", PHOTO), ("style", None, b"gothic")),
    ),
}


def post(client, body, headers=JPEG):
    return client.post(URL, content=body, headers={**HEADERS, **headers})


def require_problem(response, status, code):
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == {"type", "title", "status", "detail", "instance", "code", "advice"}
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["type"] == f"/problems/{code.replace('_', '-')}"
    assert problem["detail"].endswith(".")
    assert problem["advice"].endswith(".")
    return problem
