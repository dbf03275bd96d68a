"""The endpoints."""

from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response

from inference.app.body import BINARY, FORM, JSON, PHOTO_FIELD
from inference.app.problems import KINDS, ProblemType, problem_types, responses, uri_of
from inference.app.state import (
    OpenService,
    Readiness,
    Service,
    photo_of,
    readiness_of,
    require_key,
    require_place,
)
from inference.domain.answered import Answered
from inference.domain.prediction import Closed, Prediction
from inference.domain.release import RunningRelease
from inference.errors import ClientGone, FileUnreadable, MethodNotAllowed, NotReady, RouteUnknown
from inference.models.plugin import ModelPlugin
from inference.use_cases.predict_photo import predict_photo

_NOT_OF_PREDICTIONS = {ClientGone, FileUnreadable, MethodNotAllowed, RouteUnknown}
IMAGE_TYPES = ("image/jpeg", "image/png", "image/webp", "image/*", BINARY)


class Health(Closed):
    """That the process lives, or is ready."""

    status: str


operations = APIRouter(tags=["operations"])


@operations.get("/healthz")
async def healthz() -> Health:
    """Say that the process lives."""
    return Health(status="alive")


@operations.get("/readyz", responses=responses(NotReady))
async def readyz(readiness: Annotated[Readiness, Depends(readiness_of)]) -> Health:
    """Say that a proven model answers here, and that the process isn't about to end."""
    readiness.require()
    return Health(status="ready")


@operations.get("/v1/release", responses=responses(NotReady))
async def release(service: OpenService) -> RunningRelease:
    """Say by digest which model answers, and how photos become vectors."""
    return service.release


@operations.get(
    "/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}}
)
async def metrics(service: OpenService) -> Response:
    """Give the counts in Prometheus' text format."""
    body, content_type = service.wiring.telemetry.exposition()
    return Response(body, media_type=content_type)


@operations.get("/problems/{name}", responses=responses(RouteUnknown))
async def problem(name: str) -> ProblemType:
    """Say what a type of problem is."""
    for item in problem_types():
        if item.type == f"/problems/{name}":
            return item
    raise RouteUnknown(f"There is no type of problem {uri_of(name[:40])}", "See /docs")


def prediction_router(plugin: ModelPlugin) -> APIRouter:
    """Return the endpoint of predictions, with the types of a model."""
    router = APIRouter(tags=["predictions"])

    @router.post(
        "/v1/predictions",
        response_model=plugin.answer,
        # In this order: who asks is cheaper to judge than whether there is room, and both come
        # before the first byte of a body is read.
        dependencies=[Depends(require_key), Depends(require_place)],
        responses=responses(*(kind for kind in KINDS if kind not in _NOT_OF_PREDICTIONS)),
        openapi_extra={"requestBody": _request_body(plugin)},
    )
    async def predict(
        request: Request, service: OpenService, photo: Annotated[bytes, Depends(photo_of)]
    ) -> Prediction:
        """Say what the model sees on a photo: raw, as a form's file or as base64 in JSON."""
        return await anyio.to_thread.run_sync(
            _predict, service, photo, request.state.request_id, limiter=service.limiter
        )

    return router


def _predict(service: Service, photo: bytes, prediction_id: str) -> Prediction:
    started = service.wiring.timer()
    prediction = predict_photo(service.model, photo, prediction_id)
    seconds = service.wiring.timer() - started
    plugin = service.model.plugin
    label, probability = plugin.label_of(prediction), plugin.probability_of(prediction)
    service.wiring.telemetry.predicted(label, seconds)
    at, deployment = service.wiring.clock(), service.wiring.deployment
    answered = Answered(prediction, label, probability, photo, seconds, at, deployment)
    service.wiring.predictions.add(answered)
    return prediction


def _request_body(plugin: ModelPlugin) -> dict[str, object]:
    binary: dict[str, object] = {"type": "string", "format": "binary"}
    form: dict[str, object] = {
        "type": "object",
        "properties": {PHOTO_FIELD: binary},
        "required": [PHOTO_FIELD],
        "additionalProperties": False,
    }
    content: dict[str, object] = {kind: {"schema": binary} for kind in IMAGE_TYPES}
    content[FORM] = {"schema": form}
    content[JSON] = {"schema": plugin.request.model_json_schema()}
    return {"required": True, "content": content}
