"""From a request's body to a photo's bytes: raw, as a form or as JSON. Nothing touches a disk."""

from dataclasses import dataclass
from typing import Final

import anyio
from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import Headers

from artifacts.errors import UnreadableRecord
from artifacts.records.record import parse_json
from inference.app.admission import HeldBody
from inference.app.form import Part, read_form
from inference.app.photo_text import photo_from_text
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
FIELDS: Final = (PHOTO_FIELD, "file", "image")
"""What the field of a photo may be called; the first is in the documents."""
FORM, JSON = "multipart/form-data", "application/json"
BINARY: Final = "application/octet-stream"
_URL_ENCODED: Final = "application/x-www-form-urlencoded"
_SEND = f"Send image/jpeg, image/png, image/webp, {BINARY}, {FORM} or {JSON}"
_SEND_FORM = f"Send one form field, {PHOTO_FIELD}, with the file of a photo"
_MAX_PROBLEMS: Final = 8
_WRAPPING_BYTES: Final = 65_536
"""What a form or JSON may hold beside the photo."""


@dataclass(frozen=True)
class BodyLimits:
    """Largest photo in bytes, and the seconds within which its body must have arrived."""

    size_bytes: int
    seconds: float

    def of_body(self, kind: str) -> int:
        """Return the largest body in bytes: a form or JSON is larger than the photo in it."""
        if kind == JSON:
            # Base64 makes four characters of three bytes, and MIME two more a line of 76.
            return self.size_bytes * 4 * 78 // (3 * 76) + _WRAPPING_BYTES
        return self.size_bytes + (_WRAPPING_BYTES if kind == FORM else 0)


async def read_photo_bytes(
    request: Request, limits: BodyLimits, json_type: type[Closed], held: HeldBody
) -> bytes:
    """Return the photo's bytes; a leaf of RequestRefused where the body holds none."""
    kind = _content_type(request.headers)
    body = await _read_body(request, limits, limits.of_body(kind), held)
    if not body:
        raise BodyEmpty("The body is empty", "Send the photo in the body")
    if kind == FORM:
        photo = _from_form(request.headers["content-type"], body)
    else:
        photo = _from_json(body, json_type) if kind == JSON else body
    if len(photo) > limits.size_bytes:
        raise _too_large(limits)
    return photo


def _content_type(headers: Headers) -> str:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _URL_ENCODED:
        what = f"The content type is {_URL_ENCODED}, which curl's -d and --data-binary say alone"
        raise ContentTypeUnsupported(what, "Add the header Content-Type: image/jpeg")
    if not (kind in {FORM, JSON, BINARY} or kind.startswith("image/")):
        what = f"The content type {kind[:80]!r} isn't read here" if kind else "No content type"
        raise ContentTypeUnsupported(what, _SEND)
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding != "identity":
        raise ContentTypeUnsupported(
            f"The body has the content encoding {coding[:80]!r}", "Send it without one"
        )
    return kind


async def _read_body(
    request: Request, limits: BodyLimits, limit_bytes: int, held: HeldBody
) -> bytes:
    if int(request.headers.get("content-length", "0")) > limit_bytes:
        raise _too_large(limits)
    pieces: list[bytes] = []
    try:
        with anyio.fail_after(limits.seconds):
            # Counted as it arrives: a length may be wrong or, with chunks, missing.
            async for piece in request.stream():
                held.add(len(piece))
                if held.size_bytes > limit_bytes:
                    raise _too_large(limits)
                pieces.append(piece)
    except TimeoutError as exc:
        reason = f"The body didn't arrive within {limits.seconds:g} seconds"
        raise BodyTooSlow(reason, "Send it again over a faster connection") from exc
    return b"".join(pieces)


def _too_large(limits: BodyLimits) -> BodyTooLarge:
    reason = f"The photo has more than {limits.size_bytes:,} bytes"
    return BodyTooLarge(reason, "Scale the photo down, or save it as JPEG")


def _from_json(body: bytes, json_type: type[Closed]) -> bytes:
    try:
        document = parse_json(body.decode(), "body")
        fields = json_type.model_validate(_renamed(document), strict=True).model_dump()
    except UnicodeDecodeError as exc:
        raise BodyMalformed("The body is not UTF-8", "Send a JSON object") from exc
    except UnreadableRecord as exc:
        reason = "; ".join(exc.problems)
        raise BodyMalformed(f"The body is {reason}", "Send a JSON object") from exc
    except ValidationError as exc:
        raise _invalid(exc) from exc
    photo = photo_from_text(fields[PHOTO_FIELD], PHOTO_FIELD)
    if not photo:
        raise BodyEmpty(f"The field {PHOTO_FIELD} holds no bytes", "Send the whole file")
    return photo


def _renamed(document: object) -> object:
    """Return a JSON object of one field with that field's documented name."""
    if isinstance(document, dict) and len(document) == 1:
        (name,) = document
        return {PHOTO_FIELD: document[name]} if name in FIELDS else document
    return document


def _invalid(exc: ValidationError) -> FieldsInvalid:
    problems = [
        f"{'.'.join(str(part)[:40] for part in error['loc']) or 'body'}: {error['msg']}"
        for error in exc.errors(include_url=False, include_input=False)[:_MAX_PROBLEMS]
    ]
    reason = "The fields are not those of a request: " + "; ".join(problems)
    return FieldsInvalid(reason, f'Send {{"{PHOTO_FIELD}": "<base64>"}} and nothing else')


def _from_form(content_type: str, body: bytes) -> bytes:
    parts = read_form(content_type, body)
    if len(parts) != 1 or parts[0].name not in FIELDS:
        found = ", ".join(repr(part.name[:40]) for part in parts) or "none"
        raise FieldsInvalid(f"The form's fields are {found}", _what_to_change(parts))
    (part,) = parts
    if not part.is_file:
        reason = f"The field {part.name} is text, and no file"
        raise FieldsInvalid(reason, f"With curl, put an @ before the path: -F {part.name}=@a.jpg")
    if not part.data:
        raise BodyEmpty(f"The file in {part.name} has no bytes", "Send the whole file")
    return part.data


def _what_to_change(parts: tuple[Part, ...]) -> str:
    """Return the one change that makes a form readable, where there is one."""
    if len(parts) == 1:
        return f"Rename the field to {PHOTO_FIELD}"
    files = [part.name for part in parts if part.is_file]
    if len(files) == 1 and files[0] in FIELDS:
        return f"Leave out every field but {files[0]}"
    return _SEND_FORM
