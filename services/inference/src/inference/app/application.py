"""From its parts to an application. What is open is opened and closed by the lifespan."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from features import PhotoRefused
from inference.app.access import AccessMiddleware
from inference.app.admission import Admission, HeldBytes
from inference.app.pages import pages
from inference.app.problems import Problem, answer_problem, answer_unforeseen
from inference.app.routes import operations, prediction_router
from inference.app.state import Readiness, Service
from inference.bootstrap import Wiring
from inference.errors import ModelFailed, RequestRefused
from inference.use_cases.open_model import open_model

_ANSWERED = (
    PhotoRefused,
    RequestRefused,
    ModelFailed,
    HTTPException,
    RequestValidationError,
    ClientDisconnect,
)


def create_app(wiring: Wiring) -> FastAPI:
    """Return the application; its model is opened, and predictions answered, in its lifespan."""
    app = FastAPI(
        title="Plinth inference",
        version=wiring.code.version,
        summary="Photo of a building in, style and era out.",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(wiring),
    )
    app.state.readiness = Readiness()
    app.state.service = None
    app.include_router(operations)
    app.include_router(pages)
    for error in _ANSWERED:
        app.add_exception_handler(error, answer_problem)
    app.add_exception_handler(Exception, answer_unforeseen)
    app.add_middleware(AccessMiddleware, wiring=wiring)
    _declare_problems(app)
    return app


def _lifespan(wiring: Wiring) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        readiness: Readiness = app.state.readiness
        try:
            app.state.service = await _open(wiring)
        except Exception as exc:
            readiness.failure = exc
            raise
        app.include_router(prediction_router(app.state.service.model.plugin))
        readiness.open()
        yield
        readiness.drain()
        await anyio.to_thread.run_sync(wiring.predictions.close)

    return lifespan


async def _open(wiring: Wiring) -> Service:
    model = await anyio.to_thread.run_sync(open_model, wiring.source, wiring.decoding)
    release = model.release(wiring.code, wiring.deployment)
    wiring.telemetry.opened(release)
    return Service(
        wiring=wiring,
        model=model,
        release=release,
        limiter=CapacityLimiter(wiring.threads),
        admission=Admission(wiring.threads + wiring.max_waiting, wiring.telemetry.waiting),
        held=HeldBytes(wiring.bodies_limit_bytes),
    )


def _declare_problems(app: FastAPI) -> None:
    """Put the schema of problems into the OpenAPI document, where the endpoints refer to it."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas.setdefault("Problem", Problem.model_json_schema())
        return document

    app.openapi = openapi  # type: ignore[method-assign]
