"""bin/plinth over a folder of its own: nothing of the checkout changes."""

import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.measure import ROOT

READY_SECONDS = 60


def plinth(folder: Path, *arguments: str, **more: str) -> list[str]:
    """Return the command line of `bin/plinth ARGUMENTS` whose state lies in a folder."""
    settings = {
        "PLINTH_MODEL_STORE": str(folder / "models"),
        "PLINTH_SIGNING_KEY": str(folder / "keys/model-signing.pem"),
        "PLINTH_PUBLIC_KEY": str(folder / "keys/model-signing.pub.pem"),
        "PLINTH_VECTOR_CACHE": str(folder / "vectors"),
        "PLINTH_TRACKING_URI": f"sqlite:///{folder}/mlflow.db",
        "PLINTH_TRACKING_ARTIFACTS": str(folder / "mlruns"),
        "PYTHONUNBUFFERED": "1",
    }
    # By env(1), which hands on all else that this process was given.
    pairs = [f"{name}={value}" for name, value in (settings | more).items()]
    return ["env", *pairs, str(ROOT / "bin/plinth"), *arguments]


def new_key() -> str:
    """Return an API key for one run."""
    return secrets.token_urlsafe(24)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(command: list[str], ready: str, log: Path) -> Iterator[None]:
    """Run a server, from when the URL `ready` answers to the end of the block."""
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        try:
            _wait(process, ready, log)
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait(process: "subprocess.Popen[bytes]", ready: str, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(ready, timeout=2).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    said = log.read_text(encoding="utf-8", errors="replace")[-600:]
    raise TimeoutError(f"{ready} did not answer within {READY_SECONDS} s; it said: {said}")
