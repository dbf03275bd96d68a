"""The access log: a JSON object a line, never with a body, a key or a file's name."""

import json
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

_NANOSECONDS = 1_000_000_000
_PATH_LENGTH = 200


class JsonAccessLog:
    """Writes what happened to a stream."""

    def __init__(self, stream: TextIO, nanoseconds: Callable[[], int]) -> None:
        self._stream = stream
        self._nanoseconds = nanoseconds

    def request(
        self, request_id: str, method: str, path: str, status: int, seconds: float, problem: str
    ) -> None:
        """Write one line for a response; `problem` is a code, or empty."""
        self._write(
            event="request",
            request_id=request_id,
            method=method,
            path=path[:_PATH_LENGTH],
            status=status,
            milliseconds=round(seconds * 1000, 2),
            problem=problem or None,
        )

    def breakdown(self, request_id: str, error: BaseException) -> None:
        """Write one line for an error that nobody foresaw, with where it came from."""
        trace = "".join(traceback.format_exception(error))
        self._write(event="breakdown", request_id=request_id, trace=trace)

    def prediction_log(self, state: str, reason: str) -> None:
        """Write one line when the prediction log begins to fail (`failing`) or works again."""
        self._write(event="prediction_log", state=state, reason=reason)

    def _write(self, **fields: object) -> None:
        moment = datetime.fromtimestamp(self._nanoseconds() / _NANOSECONDS, UTC)
        line = {"time": moment.isoformat(timespec="milliseconds"), **fields}
        self._stream.write(json.dumps(line) + "\n")
        self._stream.flush()
