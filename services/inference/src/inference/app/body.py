"""From a request's body to a photo's bytes: raw, as a form or as JSON. Nothing touches a disk."""

import base64
import binascii
from dataclasses import dataclass
from typing import Final

import anyio
from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import Headers

from artifacts.errors import UnreadableRecord
from artifacts.records.record import parse_json
from inference.app.form import read_form
from inference.domain.prediction import Closed
from inference.errors import (
    BodyEmpty,
    BodyMalformed,
    BodyTooLarge,
    BodyTooSlow,
    ContentTypeUnsupported,
    FieldsInvalid,
)

PHOTO_FIELD: Final = "photo"
FORM, JSON = "multipart/form-data", "application/json"
_SEND = f"Send image/jpeg, image/png, image/webp, {FORM} or {JSON}"
_SEND_FORM = f"Send one form field, {PHOTO_FIELD}, with the file of a photo"
_MAX_PROBLEMS: Final = 8


@dataclass(frozen=True)
class BodyLimits:
    """Largest body in bytes, and the seconds within which it must have arrived."""

    size_bytes: int
    seconds: float


async def read_photo_bytes(request: Request, limits: BodyLimits, json_type: type[Closed]) -> bytes:
    """Return the photo's bytes; a leaf of RequestRefused where the body holds none."""
    kind = _content_type(request.headers)
    body = await _read_body(request, limits)
    if not body:
        raise BodyEmpty("The body is empty", "Send the photo in the body")
    if kind == FORM:
        return _from_form(request.headers["content-type"], body)
    return _from_json(body, json_type) if kind == JSON else body


def _content_type(headers: Headers) -> str:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not (kind in {FORM, JSON} or kind.startswith("image/")):
        what = f"The content type {kind[:80]!r} isn't read here" if kind else "No content type"
        raise ContentTypeUnsupported(what, _SEND)
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding != "identity":
        raise ContentTypeUnsupported(
            f"The body has the content encoding {coding[:80]!r}", "Send it without one"
        )
    return kind


async def _read_body(request: Request, limits: BodyLimits) -> bytes:
    if int(request.headers.get("content-length", "0")) > limits.size_bytes:
        raise _too_large(limits)
    pieces: list[bytes] = []
    size = 0
    try:
        with anyio.fail_after(limits.seconds):
            # Counted as it arrives: a length may be wrong or, with chunks, missing.
            async for piece in request.stream():
                size += len(piece)
                if size > limits.size_bytes:
                    raise _too_large(limits)
                pieces.append(piece)
    except TimeoutError as exc:
        reason = f"The body didn't arrive within {limits.seconds:g} seconds"
        raise BodyTooSlow(reason, "Send it again over a faster connection") from exc
    return b"".join(pieces)


def _too_large(limits: BodyLimits) -> BodyTooLarge:
    reason = f"The body has more than {limits.size_bytes} bytes"
    return BodyTooLarge(reason, "Scale the photo down, or save it as JPEG")


def _from_json(body: bytes, json_type: type[Closed]) -> bytes:
    try:
        document = parse_json(body.decode(), "body")
        fields = json_type.model_validate(document, strict=True).model_dump()
    except UnicodeDecodeError as exc:
        raise BodyMalformed("The body is not UTF-8", "Send a JSON object") from exc
    except UnreadableRecord as exc:
        reason = "; ".join(exc.problems)
        raise BodyMalformed(f"The body is {reason}", "Send a JSON object") from exc
    except ValidationError as exc:
        raise _invalid(exc) from exc
    try:
        photo = base64.b64decode(fields[PHOTO_FIELD], validate=True)
    except (binascii.Error, ValueError) as exc:
        reason = f"The field {PHOTO_FIELD} is not base64"
        raise BodyMalformed(reason, "Encode the photo's bytes as RFC 4648 says") from exc
    if not photo:
        raise BodyEmpty(f"The field {PHOTO_FIELD} holds no bytes", "Send the whole file")
    return photo


def _invalid(exc: ValidationError) -> FieldsInvalid:
    problems = [
        f"{'.'.join(str(part)[:40] for part in error['loc']) or 'body'}: {error['msg']}"
        for error in exc.errors(include_url=False, include_input=False)[:_MAX_PROBLEMS]
    ]
    reason = "The fields are not those of a request: " + "; ".join(problems)
    return FieldsInvalid(reason, f'Send {{"{PHOTO_FIELD}": "<base64>"}} and nothing else')


def _from_form(content_type: str, body: bytes) -> bytes:
    parts = read_form(content_type, body)
    if [part.name for part in parts] != [PHOTO_FIELD]:
        found = ", ".join(repr(part.name[:40]) for part in parts) or "none"
        raise FieldsInvalid(f"The form's fields are {found}", _SEND_FORM)
    (part,) = parts
    if not part.is_file:
        raise FieldsInvalid(f"The field {PHOTO_FIELD} is text, and no file", _SEND_FORM)
    if not part.data:
        raise BodyEmpty(f"The file in {PHOTO_FIELD} has no bytes", "Send the whole file")
    return part.data
