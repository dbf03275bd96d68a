"""uvicorn, in this process: one socket, one worker, and an end that drops no request."""

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import NamedTuple, TextIO

import uvicorn
from fastapi import FastAPI

from inference.app.application import create_app
from inference.app.standby import TICK_SECONDS, Standby
from inference.app.state import Readiness, Service
from inference.bootstrap import wire_service
from inference.errors import AddressUnavailable, CannotStart
from inference.settings import Settings

_SHUTDOWN_SECONDS = 30
_DRAIN_TICK_SECONDS = 0.02
KEEP_ALIVE_SECONDS = 75
"""How long an idle connection is kept. A balancer before it must give up first, or it sends a
request over a connection that is being closed here, and answers 502 itself."""


class Inherited(NamedTuple):
    """A listening socket that a process manager passes on, and when to answer at it."""

    fd: int
    turn: Path | None = None
    """A file: the service answers while it exists, and waits at `door` while it doesn't."""
    door: Path | None = None


def serve(
    settings: Settings, model: Path, host: str, port: int, given: Inherited | None, out: TextIO
) -> None:
    """Serve until a signal ends the process; the line with the URL goes to `out` when ready.

    `given` is in place of host and port. Raises a leaf of CannotStart or ModelRefused, and then no
    request was answered.
    """
    app = create_app(wire_service(settings, model))
    listener = _bind(host, port) if given is None else _inherited(given.fd)
    standby = None
    if given and given.turn and given.door:
        standby = Standby(listener, given.turn, given.door)
    with listener:
        server = DrainingServer(
            app, settings.drain_seconds, out, shared=given is not None, standby=standby
        )
        # With a standby it listens by itself, wherever it is its turn to.
        server.run([] if standby else [listener])
    readiness: Readiness = app.state.readiness
    if failure := readiness.failure or server.failure:
        raise failure
    if not server.started:
        raise CannotStart("The service ended before it was ready.")


class DrainingServer(uvicorn.Server):
    """Says "not ready" for a while before it ends; a second signal ends it at once.

    Each answer of that while closes its connection. A shared socket is left at once, since another
    process accepts what comes there, and the while is over with the last connection.
    """

    def __init__(
        self,
        app: FastAPI,
        drain_seconds: float,
        out: TextIO,
        *,
        shared: bool = False,
        standby: Standby | None = None,
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
        self._standby = standby
        self._following: asyncio.Task[None] | None = None
        self._ending = False
        self.failure: Exception | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say where."""
        self._loop = asyncio.get_running_loop()
        try:
            await super().startup(sockets)
        except SystemExit:
            # uvicorn's own exit code, 3, means something else here; `serve` tells the failure.
            self.should_exit = True
        if self.started and not self.should_exit:
            if self._standby:
                self._following = self._loop.create_task(self._follow_turns(self._standby))
            elif sockets:
                self._announce(sockets[0])

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Turn not ready at the first signal, and end once balancers had time to see it."""
        del sig, frame  # uvicorn would raise them again at the end: a wanted end is no failure
        again, self._ending = self._ending, True
        if self._loop is None or self._app.state.service is None or again:
            # Without a model there is nothing to drain; at a second signal nobody wants to wait.
            self.force_exit = self.should_exit
            self.should_exit = True
            return
        readiness: Readiness = self._app.state.readiness
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

    async def _follow_turns(self, standby: Standby) -> None:
        """Listen at the shared socket while it is this service's turn, and else at its door."""
        loop, due = asyncio.get_running_loop(), standby.is_due()
        try:
            while not self._ending:
                listener = standby.listener(due=due)
                self.servers = [
                    await loop.create_server(
                        self._protocol, sock=listener, backlog=self.config.backlog
                    )
                ]
                if self._ending:  # told so while it began to listen: the one who drains saw it not
                    self.servers[0].close()
                    return
                self._announce(listener)
                await _until(partial(self._must_leave, standby, due))
                if not self._ending:
                    await self._see_off(standby)
                due = standby.is_due(otherwise=not due)
        except Exception as exc:  # noqa: BLE001 - whatever it is, nobody listens any more
            # Nobody can reach it any more: whoever keeps it may start it again.
            self.failure = exc if isinstance(exc, AddressUnavailable) else CannotStart(str(exc))
            self.should_exit = True

    async def _see_off(self, standby: Standby) -> None:
        """Stop listening and wait for the callers who are left; each is told to leave."""
        readiness: Readiness = self._app.state.readiness
        connections, loop = self.server_state.connections, asyncio.get_running_loop()
        for server in self.servers:
            server.close()
        readiness.step_aside()
        await asyncio.sleep(TICK_SECONDS)  # what was accepted last is no connection yet
        until = loop.time() + self._drain_seconds
        # It may be called back meanwhile, or told to end, which sees them off as well.
        await _until(lambda: loop.time() >= until or self._is_done(standby))
        if not self._is_done(standby):
            for connection in list(connections):
                connection.shutdown()  # an idle one closes, others do once they have answered
        await _until(lambda: self._is_done(standby))
        if not self._ending:
            readiness.open()

    def _must_leave(self, standby: Standby, due: bool) -> bool:
        return self._ending or standby.is_due(otherwise=due) != due

    def _is_done(self, standby: Standby) -> bool:
        return self._ending or standby.is_due() or not self.server_state.connections

    def _protocol(self) -> asyncio.Protocol:
        return self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )

    def _announce(self, listener: socket.socket) -> None:
        service: Service = self._app.state.service
        model = service.release.model
        if listener.family == socket.AF_UNIX:
            said = f"waits for its turn with {model.name} {model.digest}"
        else:
            host, port = listener.getsockname()[:2]
            place = f"[{host}]" if ":" in host else host
            said = f"http://{place}:{port} answers with {model.name} {model.digest}"
        print(said, file=self._out, flush=True)


async def _until(happened: Callable[[], bool]) -> None:
    """Wait for what no event tells: a file, another process's callers, a signal."""
    while not happened():  # noqa: ASYNC110
        await asyncio.sleep(TICK_SECONDS)


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
