"""What requests share. It is opened in the lifespan and reaches endpoints by Depends."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, Request
from fastapi.security import APIKeyHeader

from inference.app.admission import Admission, HeldBytes
from inference.app.body import BodyLimits, read_photo_bytes
from inference.bootstrap import Wiring
from inference.domain.release import RunningRelease
from inference.errors import KeyMissing, KeyRefused, NotReady
from inference.use_cases.open_model import ProvenModel

KEY_HEADER = "X-API-Key"
_KEY_PARAMETERS = frozenset({"key", "api_key", "apikey", "api-key", "x-api-key", "token"})


@dataclass
class Readiness:
    """Whether requests should be sent here, and what kept the service from starting."""

    reason: str | None = "the model is not open yet"
    failure: Exception | None = None

    def open(self) -> None:
        """Note that a proven model answers."""
        self.reason = None

    def drain(self) -> None:
        """Note that the process is about to end."""
        self.reason = "the process is about to end"

    def step_aside(self) -> None:
        """Note that another process answers from now on, and this one sees its callers off."""
        self.reason = "another process answers from now on"

    def require(self) -> None:
        """Raise NotReady unless requests should be sent here."""
        if self.reason is not None:
            raise NotReady(f"Not ready: {self.reason}", "Send requests to another instance")


@dataclass(frozen=True)
class Service:
    """An open model and what predictions need beside it."""

    wiring: Wiring
    model: ProvenModel
    release: RunningRelease
    limiter: CapacityLimiter
    admission: Admission
    held: HeldBytes


def readiness_of(request: Request) -> Readiness:
    """Return the readiness of the application that got this request."""
    readiness: Readiness = request.app.state.readiness
    return readiness


def service_of(request: Request) -> Service:
    """Return the open service; NotReady before there is one."""
    service: Service | None = request.app.state.service
    if service is None:
        raise NotReady("Not ready: the model is not open yet", "Try again in a few seconds")
    return service


OpenService = Annotated[Service, Depends(service_of)]
KeyHeader = Annotated[
    str | None,
    Depends(APIKeyHeader(name=KEY_HEADER, auto_error=False, description="One of the API keys")),
]


def require_key(request: Request, service: OpenService, key: KeyHeader) -> None:
    """Raise KeyMissing or KeyRefused unless the request has an accepted key."""
    if not key:
        raise _key_missing(request)
    if not service.wiring.keys.accept(key):
        if key[:7].lower() == "bearer ":
            raise KeyRefused("The key has a word before it", "Send the key alone, without Bearer")
        raise KeyRefused("The key is not accepted", "Check it, or ask for a new one")


def _key_missing(request: Request) -> KeyMissing:
    """Return the error of a request without a key, or with a key in another place."""
    if "authorization" in request.headers:
        reason = "The request has the header Authorization, which isn't read here"
        return KeyMissing(reason, f"Send your API key alone in the header {KEY_HEADER}")
    if not _KEY_PARAMETERS.isdisjoint(name.lower() for name in request.query_params):
        reason = "The key stands in the address, where logs on the way keep it"
        return KeyMissing(reason, f"Send it in the header {KEY_HEADER}, and ask for a new one")
    return KeyMissing("The request has no key", f"Send your API key in the header {KEY_HEADER}")


async def require_place(service: OpenService) -> AsyncIterator[None]:
    """Hold a place among the predictions under way until the response is made."""
    with service.admission.enter():
        yield


async def photo_of(request: Request, service: OpenService) -> AsyncIterator[bytes]:
    """Give the photo's bytes from a body of any kind that is read here."""
    wiring = service.wiring
    limits = BodyLimits(wiring.body_limit_bytes, wiring.body_timeout_seconds)
    with service.held.body() as held:
        yield await read_photo_bytes(request, limits, service.model.plugin.request, held)
