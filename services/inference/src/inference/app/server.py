"""uvicorn, in this process: one socket, one worker, and an end that drops no request."""

import asyncio
import logging
import os
import socket
from pathlib import Path
from types import FrameType
from typing import TextIO

import uvicorn
from fastapi import FastAPI

from inference.app.application import create_app
from inference.app.state import Readiness, Service
from inference.bootstrap import wire_service
from inference.errors import AddressUnavailable, CannotStart
from inference.settings import Settings

_SHUTDOWN_SECONDS = 30
_DRAIN_TICK_SECONDS = 0.02
KEEP_ALIVE_SECONDS = 75
"""How long an idle connection is kept. A balancer before it must give up first, or it sends a
request over a connection that is being closed here, and answers 502 itself."""


def serve(
    settings: Settings, model: Path, host: str, port: int, fd: int | None, out: TextIO
) -> None:
    """Serve until a signal ends the process; the line with the URL goes to `out` when ready.

    `fd` is a listening socket that a process manager passes on, in place of host and port. Raises
    a leaf of CannotStart or ModelRefused, and then no request was answered.
    """
    app = create_app(wire_service(settings, model))
    listener = _inherited(fd) if fd is not None else _bind(host, port)
    with listener:
        server = DrainingServer(app, settings.drain_seconds, out, shared=fd is not None)
        server.run([listener])
    readiness: Readiness = app.state.readiness
    if readiness.failure is not None:
        raise readiness.failure
    if not server.started:
        raise CannotStart("The service ended before it was ready.")


class DrainingServer(uvicorn.Server):
    """Says "not ready" for a while before it ends; a second signal ends it at once.

    Each answer of that while closes its connection. A shared socket is left at once, since another
    process accepts what comes there, and the while is over with the last connection.
    """

    def __init__(
        self, app: FastAPI, drain_seconds: float, out: TextIO, *, shared: bool = False
    ) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
        super().__init__(config)
        # What goes wrong at the start is told once, by this package; what clients send wrongly
        # stands in the access log.
        for name in ("uvicorn.error", "python_multipart"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._app = app
        self._drain_seconds = drain_seconds
        self._shared = shared
        self._out = out
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say where."""
        self._loop = asyncio.get_running_loop()
        try:
            await super().startup(sockets)
        except SystemExit:
            # uvicorn's own exit code, 3, means something else here; `serve` tells the failure.
            self.should_exit = True
        if self.started and not self.should_exit and sockets:
            self._announce(sockets[0])

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Turn not ready at the first signal, and end once balancers had time to see it."""
        del sig, frame  # uvicorn would raise them again at the end: a wanted end is no failure
        readiness: Readiness = self._app.state.readiness
        if self._loop is None or readiness.reason is not None:
            # Without a model there is nothing to drain; at a second signal nobody wants to wait.
            self.force_exit = self.should_exit
            self.should_exit = True
            return
        readiness.drain()
        self._loop.call_soon_threadsafe(self._drain, self._loop)

    def _drain(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._shared:
            for server in self.servers:
                server.close()
        self._await_callers(loop, loop.time() + self._drain_seconds)

    def _await_callers(self, loop: asyncio.AbstractEventLoop, until: float) -> None:
        left = self._shared and not self.server_state.connections
        if left or loop.time() >= until:
            self.should_exit = True
        else:
            loop.call_later(_DRAIN_TICK_SECONDS, self._await_callers, loop, until)

    def _announce(self, listener: socket.socket) -> None:
        service: Service = self._app.state.service
        host, port = listener.getsockname()[:2]
        place = f"[{host}]" if ":" in host else host
        model = service.release.model
        print(
            f"http://{place}:{port} answers with {model.name} {model.digest}",
            file=self._out,
            flush=True,
        )


def _bind(host: str, port: int) -> socket.socket:
    # Bound early, so that a taken port is told before a model is opened; nobody can connect yet.
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, proto)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as exc:
        raise AddressUnavailable(f"{host}:{port}", exc.strerror or str(exc)) from exc
    return listener


def _inherited(fd: int) -> socket.socket:
    try:
        return socket.socket(fileno=os.dup(fd))
    except OSError as exc:
        raise AddressUnavailable(f"file descriptor {fd}", exc.strerror or str(exc)) from exc
