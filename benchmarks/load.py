"""Clients that send one photo again and again over kept-alive connections: wrk, or asyncio."""

import asyncio
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 4
_LUA = """
local file = io.open("{body}", "rb")
wrk.method, wrk.body = "POST", file:read("*a")
file:close()
wrk.headers["content-type"], wrk.headers["x-api-key"] = "image/jpeg", "{key}"
"""


@dataclass(frozen=True)
class Sent:
    """What a client saw: answers a second, and how many were not 200."""

    rate: float
    failed: int


@dataclass(frozen=True)
class Target:
    """Where to send which photo."""

    port: int
    path: str
    key: str
    photo: bytes


def client_name() -> str:
    """Return the name of the client that `send` uses on this machine."""
    return "wrk" if shutil.which("wrk") else "asyncio, raw HTTP/1.1"


def send(target: Target, seconds: int, folder: Path) -> Sent:
    """Send for some seconds over CONNECTIONS connections; `folder` is for files of the client."""
    wrk = shutil.which("wrk")
    if wrk:
        return _by_wrk(wrk, target, seconds, folder)
    return asyncio.run(_by_asyncio(target, seconds))


def _by_wrk(wrk: str, target: Target, seconds: int, folder: Path) -> Sent:
    body, script = folder / "photo.jpg", folder / "post.lua"
    body.write_bytes(target.photo)
    script.write_text(_LUA.format(body=body, key=target.key), encoding="utf-8")
    load = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script)]
    url = f"http://127.0.0.1:{target.port}{target.path}"
    said = subprocess.run([wrk, *load, url], capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s*([\d.]+)", said)
    if rate is None:
        raise ValueError(f"wrk said no rate: {said}")
    bad = re.search(r"Non-2xx or 3xx responses:\s*(\d+)", said)
    errors = re.search(r"Socket errors: (.*)", said)
    dropped = sum(map(int, re.findall(r"\d+", errors[1]))) if errors else 0
    return Sent(float(rate[1]), (int(bad[1]) if bad else 0) + dropped)


async def _by_asyncio(target: Target, seconds: int) -> Sent:
    started = time.perf_counter()
    tasks = [_connection(target, started + seconds) for _ in range(CONNECTIONS)]
    counts = await asyncio.gather(*tasks)
    elapsed = time.perf_counter() - started
    return Sent(sum(c[0] for c in counts) / elapsed, sum(c[1] for c in counts))


async def _connection(target: Target, until: float) -> tuple[int, int]:
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    request = _request(target)
    answers = failed = 0
    while time.perf_counter() < until:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = re.search(rb"content-length: (\d+)", head)
        await reader.readexactly(int(length[1]) if length else 0)
        answers += 1
        failed += not head.startswith(b"http/1.1 200")
    writer.close()
    await writer.wait_closed()
    return answers, failed


def _request(target: Target) -> bytes:
    lines = (
        f"POST {target.path} HTTP/1.1",
        f"host: 127.0.0.1:{target.port}",
        "content-type: image/jpeg",
        f"content-length: {len(target.photo)}",
        f"x-api-key: {target.key}",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + target.photo
