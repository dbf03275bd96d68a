"""Where the demo plays: a folder of its own with its own keys, store, runs and releases.

Nothing of the checkout is changed: what the demo releases and refuses, it does over there.
"""

import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from support.checkout import committed_copy, is_clean

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60


@dataclass(frozen=True)
class Done:
    """A command that ended: its exit code and all that it said."""

    code: int
    said: str


@dataclass(frozen=True)
class Server:
    """A running service: its address and the key that it accepts."""

    url: str
    key: str

    def predict(self, data: bytes, content_type: str = "image/jpeg") -> httpx.Response:
        """Send a photo."""
        headers = {"content-type": content_type, "x-api-key": self.key}
        return httpx.post(f"{self.url}/v1/predictions", content=data, headers=headers, timeout=30)


class Stage:
    """Runs Plinth's own commands over a folder of the demo's."""

    def __init__(self, folder: Path) -> None:
        """Make a folder anew; only the cache of vectors of an earlier demo is kept."""
        self.folder = folder
        keep = {"vectors"}
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.name not in keep:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("releases", "policies"):
            shutil.copytree(ROOT / name, folder / name)
        self.committed = is_clean(ROOT)
        root = ROOT if self.committed else _commit(folder / "checkout")
        self._environment = dict(os.environ) | {  # noqa: TID251 - handed on to children
            "PLINTH_ROOT": str(root),
            "PLINTH_MODEL_STORE": str(folder / "models"),
            "PLINTH_SIGNING_KEY": str(folder / "keys/model-signing.pem"),
            "PLINTH_PUBLIC_KEY": str(folder / "keys/model-signing.pub.pem"),
            "PLINTH_GATE_KEY": str(folder / "keys/gate"),
            "PLINTH_GATE_SIGNERS": str(folder / "keys/gate.signers"),
            "PLINTH_REPRODUCTION_KEY": str(folder / "keys/reproduction"),
            "PLINTH_REPRODUCTION_SIGNERS": str(folder / "keys/reproduction.signers"),
            "PLINTH_EVIDENCE": str(folder / "evidence"),
            "PLINTH_VECTOR_CACHE": str(folder / "vectors"),
            "PLINTH_TRACKING_URI": f"sqlite:///{folder}/mlflow.db",
            "PLINTH_TRACKING_ARTIFACTS": str(folder / "mlruns"),
            "PLINTH_RELEASES": str(folder / "releases"),
            "PLINTH_POLICIES": str(folder / "policies"),
        }

    def run(self, *command: str, more: Mapping[str, str] | None = None) -> Done:
        """Run `bin/plinth COMMAND...` and wait for it."""
        done = subprocess.run(
            [ROOT / "bin/plinth", *command],
            env=self._environment | dict(more or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Done(done.returncode, done.stdout)

    @contextmanager
    def serve(self, model: Path) -> Iterator[Server]:
        """Serve a model for as long as it takes, on a free port of this machine."""
        port, key = _free_port(), secrets.token_urlsafe(24)
        log = (self.folder / "service.log").open("w", encoding="utf-8")
        command = [ROOT / "bin/plinth", "inference", "serve", "--model", model]
        with (
            log,
            subprocess.Popen(
                [*command, "--port", str(port)],
                env=self._environment | {"PLINTH_API_KEYS": key},
                stdout=log,
                stderr=subprocess.STDOUT,
            ) as process,
        ):
            server = Server(f"http://127.0.0.1:{port}", key)
            try:
                _wait_until_ready(server, process)
                yield server
            finally:
                process.terminate()
                process.wait(timeout=30)


def _commit(copy: Path) -> Path:
    """Commit the working tree in a copy: the gate releases no model of uncommitted code."""
    committed_copy(ROOT, copy)
    (copy / ".envs").symlink_to(ROOT / ".envs")
    return copy


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(server: Server, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{server.url}/readyz", timeout=2).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError(f"the service was not ready after {READY_SECONDS} s, see service.log")
