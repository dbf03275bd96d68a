"""Problem details (RFC 9457), and the one table from errors to status codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Any, Final

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

import features
from inference import errors
from inference.domain.prediction import Closed

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER_SECONDS: Final = 1
_CLIENT_GONE: Final = 499


class Problem(Closed):
    """Why a request got no answer, and what to do (RFC 9457)."""

    type: Annotated[str, Field(examples=["/problems/photo-too-small"])]
    title: str
    status: int
    detail: str
    instance: Annotated[str | None, Field(description="urn:uuid of the request, as in the log")]
    code: Annotated[str, Field(description="Stable name of the kind of problem")]
    advice: str


class ProblemType(Closed):
    """What the URI of a problem's type leads to."""

    type: str
    title: str
    status: int
    code: str


@dataclass(frozen=True)
class Kind:
    """How a class of errors is answered."""

    status: int
    title: str


# Every leaf of PhotoRefused and of this package's answers stands here; a test walks them.
KINDS: Final[Mapping[type[Exception], Kind]] = MappingProxyType(
    {
        features.NotAnImage: Kind(415, "Not an image"),
        features.UnsupportedFormat: Kind(415, "Image format not supported"),
        features.TruncatedPhoto: Kind(400, "The photo ends early or is damaged"),
        features.FileTooLarge: Kind(413, "The file is too large"),
        features.AbsurdDimensions: Kind(413, "Too many pixels, or none"),
        features.DecodingTooCostly: Kind(413, "Decoding would cost too much"),
        features.PhotoTooSmall: Kind(422, "The photo is too small"),
        features.AnimatedPhoto: Kind(422, "An animation, not a photo"),
        features.UnsupportedColourMode: Kind(422, "Colour mode not supported"),
        features.UnsupportedBitDepth: Kind(422, "Bit depth not supported"),
        errors.KeyMissing: Kind(401, "No key"),
        errors.KeyRefused: Kind(401, "Key not accepted"),
        errors.RouteUnknown: Kind(404, "Nothing at this path"),
        errors.MethodNotAllowed: Kind(405, "Method not allowed"),
        errors.ContentTypeUnsupported: Kind(415, "Content type not supported"),
        errors.BodyEmpty: Kind(400, "No photo in the body"),
        errors.BodyMalformed: Kind(400, "The body can't be read"),
        errors.BodyTooLarge: Kind(413, "The body is too large"),
        errors.BodyTooSlow: Kind(408, "The body took too long"),
        errors.FieldsInvalid: Kind(422, "Fields missing or unknown"),
        errors.FileUnreadable: Kind(422, "The file can't be read"),
        errors.TooBusy: Kind(503, "Too many requests at a time"),
        errors.ClientGone: Kind(_CLIENT_GONE, "The client went away"),
        errors.NotReady: Kind(503, "Not ready"),
        errors.ModelFailed: Kind(500, "The model gave no usable answer"),
    }
)
_UNFORESEEN: Final = Kind(500, "Unforeseen error")
UNFORESEEN_CODE: Final = "unforeseen"
_HEADERS: Final[Mapping[type[Exception], Mapping[str, str]]] = MappingProxyType(
    {
        errors.TooBusy: {"Retry-After": str(RETRY_AFTER_SECONDS)},
        errors.NotReady: {"Retry-After": str(RETRY_AFTER_SECONDS)},
        errors.KeyMissing: {"WWW-Authenticate": "ApiKey"},
        errors.KeyRefused: {"WWW-Authenticate": "ApiKey"},
    }
)
Answerable = features.PhotoRefused | errors.RequestRefused | errors.ModelFailed


def uri_of(code: str) -> str:
    """Return the URI reference of a problem's type."""
    return f"/problems/{code.replace('_', '-')}"


def problem_types() -> tuple[ProblemType, ...]:
    """Return every type of problem, by code."""
    found = {str(getattr(error, "code", "")): kind for error, kind in KINDS.items()}
    found[UNFORESEEN_CODE] = _UNFORESEEN
    return tuple(
        ProblemType(type=uri_of(code), title=kind.title, status=kind.status, code=code)
        for code, kind in sorted(found.items())
    )


def responses(*classes: type[Exception]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses of an endpoint that may end in these errors, or unforeseen."""
    titles: dict[int, list[str]] = {}
    for error in classes:
        titles.setdefault(KINDS[error].status, []).append(KINDS[error].title)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    declared: dict[int | str, dict[str, Any]] = {
        status: {"description": "; ".join(names), "content": content}
        for status, names in sorted(titles.items())
    }
    # With it FastAPI adds no 422 of its own, whose body would not be a problem.
    declared["default"] = {"description": "Any other problem", "content": content}
    return declared


async def answer_problem(request: Request, error: Exception) -> Response:
    """Answer an error of the table, or one that FastAPI and Starlette raise."""
    known = _translated(request, error)
    kind = KINDS.get(type(known), _UNFORESEEN)
    headers = dict(_HEADERS.get(type(known), {}))
    if isinstance(error, HTTPException):
        headers |= dict(error.headers or {})
    return _respond(request, kind, known.code, known.reason, known.advice, headers)


async def answer_unforeseen(request: Request, error: Exception) -> Response:
    """Answer an error that nobody foresaw, without a word of what it was."""
    del error
    return _respond(
        request, _UNFORESEEN, UNFORESEEN_CODE, "The service broke", "Tell whoever runs it", {}
    )


def _translated(request: Request, error: Exception) -> Answerable:
    if isinstance(error, (features.PhotoRefused, errors.RequestRefused, errors.ModelFailed)):
        return error
    if isinstance(error, ClientDisconnect):
        return errors.ClientGone("The client went away", "Send the request again")
    if isinstance(error, RequestValidationError):
        return errors.FieldsInvalid("The request's fields are not valid", "See /docs")
    status = error.status_code if isinstance(error, HTTPException) else None
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return errors.MethodNotAllowed(f"{request.method[:20]} isn't answered here", "See /docs")
    if status == HTTPStatus.NOT_FOUND:
        return errors.RouteUnknown("There is nothing at this path", "See /docs")
    return errors.BodyMalformed("The request can't be read", "See /docs")


def _respond(
    request: Request, kind: Kind, code: str, reason: str, advice: str, headers: Mapping[str, str]
) -> Response:
    request.state.problem = code
    problem = Problem(
        type=uri_of(code),
        title=kind.title,
        status=kind.status,
        detail=f"{reason[:1].upper()}{reason[1:]}.",
        instance=f"urn:uuid:{request.state.request_id}",
        code=code,
        advice=f"{advice}.",
    )
    return JSONResponse(
        problem.model_dump(), kind.status, headers=dict(headers), media_type=MEDIA_TYPE
    )
