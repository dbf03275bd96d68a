"""Around every request: its name, its line in the log and its place in the counts."""

from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inference.app.problems import UNFORESEEN_CODE
from inference.app.state import Readiness
from inference.bootstrap import Wiring

_UNMATCHED, _OTHER = "unmatched", "other"
_METHODS = frozenset({"GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"})


class AccessMiddleware:
    """Names, logs and counts requests; what they carry is never looked at."""

    def __init__(self, app: ASGIApp, wiring: Wiring) -> None:
        self._app = app
        self._wiring = wiring

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and note how it ended."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._wiring.identity()
        scope.setdefault("state", {})
        scope["state"] |= {"request_id": request_id, "problem": ""}
        started = self._wiring.timer()
        status = 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if _ends(scope):
                    headers = [*message.get("headers", ()), (b"connection", b"close")]
                    message = {**message, "headers": headers}
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as exc:
            # Starlette answers it further out; here it is written down and counted.
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            scope["state"]["problem"] = UNFORESEEN_CODE
            self._wiring.access_log.breakdown(request_id, exc)
            raise
        finally:
            self._note(scope, request_id, status, self._wiring.timer() - started)

    def _note(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        problem: str = scope["state"]["problem"]
        # Names that a client makes up must not become label values without end.
        method = scope["method"] if scope["method"] in _METHODS else "other"
        if problem:
            self._wiring.telemetry.refused(problem)
        self._wiring.telemetry.answered(method, _route_of(scope), status, seconds)
        self._wiring.access_log.request(request_id, method, scope["path"], status, seconds, problem)


def _ends(scope: Scope) -> bool:
    """Whether callers should leave this connection: it is closed when the drain is over.

    A request that is on its way over a kept-alive connection at that moment would be lost.
    """
    readiness: Readiness = scope["app"].state.readiness
    return readiness.reason is not None


def _route_of(scope: Scope) -> str:
    route = scope.get("route")
    if route is not None:
        return str(route.path)
    # FastAPI's own route of the OpenAPI document has an endpoint and leaves no route behind.
    return _OTHER if "endpoint" in scope else _UNMATCHED
