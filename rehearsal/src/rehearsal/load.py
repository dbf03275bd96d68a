"""Constant load on a service, over kept-alive and fresh connections, with every failure counted.

An open loop: each request has its moment and doesn't wait for the ones before, as callers don't
wait for each other. Nothing is sent twice: a failure that a client would hide counts. Standard
library only.
"""

import asyncio
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 30.0
_OK = 200


@dataclass(frozen=True)
class LoadReport:
    """What a load met: how many requests got a 200, and why the others didn't."""

    sent: int
    ok: int
    failures: Mapping[str, int]
    seconds: float
    median_seconds: float
    slowest_seconds: float
    connections: int

    @property
    def failed(self) -> int:
        """How many got no 200."""
        return self.sent - self.ok

    def __str__(self) -> str:
        """One line for people."""
        reasons = ", ".join(f"{count} x {name}" for name, count in sorted(self.failures.items()))
        return (
            f"{self.sent} requests in {self.seconds:.1f} s over {self.connections} connections, "
            f"{self.failed} failed{f' ({reasons})' if reasons else ''}; "
            f"median {self.median_seconds * 1000:.0f} ms, slowest {self.slowest_seconds:.2f} s"
        )


def run_load(
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    rate: float,
    *,
    seconds: float | None = None,
    until: Callable[[], bool] | None = None,
) -> LoadReport:
    """Send `rate` requests a second (a POST of the body; a GET without one), and report.

    Every second request uses a connection that is kept alive, every other a fresh one. Ends after
    some seconds, or once `until` says so; requests under way are waited for.
    """
    if seconds is None and until is None:
        raise ValueError("a load needs an end: seconds or until")
    return asyncio.run(_Load(url, headers, body, rate).run(seconds, until))


@dataclass
class RunningLoad:
    """A load in another thread; `report` is there once it has ended."""

    reports: list[LoadReport] = field(default_factory=list)

    @property
    def report(self) -> LoadReport:
        """What it met."""
        return self.reports[0]


@contextmanager
def load_during(
    url: str, headers: Mapping[str, str], body: bytes | None, rate: float
) -> Iterator[RunningLoad]:
    """Keep a load up while a block runs."""
    running, ended = RunningLoad(), threading.Event()

    def work() -> None:
        running.reports.append(run_load(url, headers, body, rate, until=ended.is_set))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield running
    finally:
        ended.set()
        thread.join()


_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Load:
    def __init__(
        self, url: str, headers: Mapping[str, str], body: bytes | None, rate: float
    ) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._path, self._netloc = parts.path or "/", parts.netloc
        self._headers, self._body, self._rate = headers, body, rate
        self._idle: deque[_Connection] = deque()
        self._latencies: list[float] = []
        self._failures: Counter[str] = Counter()
        self._connections = 0

    async def run(self, seconds: float | None, until: Callable[[], bool] | None) -> LoadReport:
        tasks, started, count = [], time.monotonic(), 0
        while not _over(time.monotonic() - started, seconds, until):
            tasks.append(asyncio.create_task(self._one(kept_alive=count % 2 == 0)))
            count += 1
            await asyncio.sleep(max(0.0, started + count / self._rate - time.monotonic()))
        lasted = time.monotonic() - started
        await asyncio.gather(*tasks)
        for _, writer in self._idle:
            writer.close()
        return self._report(count, lasted)

    async def _one(self, *, kept_alive: bool) -> None:
        started = time.monotonic()
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                status = await self._exchange(kept_alive=kept_alive)
            reason = "" if status == _OK else f"status {status}"
        except (OSError, EOFError, ValueError, TimeoutError) as exc:
            reason = f"{'kept-alive' if kept_alive else 'fresh'}: {type(exc).__name__}"
        if reason:
            self._failures[reason] += 1
        else:
            self._latencies.append(time.monotonic() - started)

    async def _exchange(self, *, kept_alive: bool) -> int:
        reader, writer = await self._connection(kept_alive=kept_alive)
        try:
            writer.write(self._request(kept_alive=kept_alive))
            await writer.drain()
            status, stays = await _response(reader)
        except BaseException:
            writer.close()
            raise
        if kept_alive and stays:
            self._idle.append((reader, writer))
        else:
            writer.close()
        return status

    async def _connection(self, *, kept_alive: bool) -> _Connection:
        while kept_alive and self._idle:
            reader, writer = self._idle.popleft()
            # What every client does: a connection that the server has closed is not used again.
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        self._connections += 1
        return await asyncio.open_connection(self._host, self._port)

    def _request(self, *, kept_alive: bool) -> bytes:
        method = "GET" if self._body is None else "POST"
        body = self._body or b""
        fields = {
            "Host": self._netloc,
            "Content-Length": str(len(body)),
            "Connection": "keep-alive" if kept_alive else "close",
            **self._headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"{method} {self._path} HTTP/1.1\r\n{head}\r\n".encode() + body

    def _report(self, count: int, seconds: float) -> LoadReport:
        times = sorted(self._latencies)
        return LoadReport(
            sent=count,
            ok=len(times),
            failures=dict(self._failures),
            seconds=seconds,
            median_seconds=times[len(times) // 2] if times else 0.0,
            slowest_seconds=times[-1] if times else 0.0,
            connections=self._connections,
        )


def _over(elapsed: float, seconds: float | None, until: Callable[[], bool] | None) -> bool:
    return (seconds is not None and elapsed >= seconds) or (until is not None and until())


async def _response(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Read a response whole; return its status, and whether the connection stays open."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = {
        name.strip().lower(): value.strip().lower()
        for name, _, value in (line.partition(":") for line in head[1:])
    }
    await reader.readexactly(int(fields.get("content-length", "0")))
    return int(head[0].split(" ")[1]), fields.get("connection") != "close"
