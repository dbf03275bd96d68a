"""A service on a tiny artifact, for tests that ask it over HTTP but without a socket."""

import io
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

from inference.adapters.access_log import JsonAccessLog
from inference.app import create_app
from inference.bootstrap import Wiring, wire_service
from inference.settings import Settings

KEY = "a-key-of-the-tests"
HEADERS = {"X-API-Key": KEY}


def tiny_wiring(
    model: Path,
    public_key: Path,
    log: io.StringIO,
    deployed: Mapping[str, Any] = MappingProxyType({}),
    **changes: Any,
) -> Wiring:
    """Return the wiring of a service whose logs go to `log`; `deployed` are more settings."""
    settings = Settings(public_key=public_key, api_keys=f"another-key,{KEY}", threads=1, **deployed)
    wiring = wire_service(settings, model, log)
    return replace(wiring, access_log=JsonAccessLog(log, lambda: 0), **changes)


class Client:
    """Asks an application whose event loop runs in another thread."""

    def __init__(self, app: FastAPI, portal: BlockingPortal, inner: httpx.AsyncClient) -> None:
        self.app = app
        self._portal = portal
        self._inner = inner

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        return self._portal.call(partial(self._inner.request, method, url, **options))

    def get(self, url: str, **options: Any) -> httpx.Response:
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> httpx.Response:
        return self.request("POST", url, **options)


@asynccontextmanager
async def asking(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of an application, whatever state that is in."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        yield client


@contextmanager
def unopened(app: FastAPI) -> Iterator[Client]:
    """Ask an application as it stands: its lifespan isn't touched."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(asking(app)) as inner,
    ):
        yield Client(app, portal, inner)


@contextmanager
def opened(app: FastAPI) -> Iterator[Client]:
    """Ask an application whose model is opened before and closed after."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(app.router.lifespan_context(app)),
        portal.wrap_async_context_manager(asking(app)) as inner,
    ):
        yield Client(app, portal, inner)


def running(wiring: Wiring) -> Any:
    """Ask a new application of this wiring."""
    return opened(create_app(wiring))
