"""Runs an image without a daemon: buildah in a chroot. What it starts carries a mark and ends."""

import json
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from artifacts.digests import hex_part

API_KEY = "a-key-of-the-tests"
_READY_SECONDS = 60.0


@dataclass(frozen=True)
class Container:
    """An image, unpacked in a storage of its own."""

    storage: Path
    name: str
    config: dict[str, object]
    mark: str

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command as the image's user and return how it ended."""
        command = self._command("run", "--isolation", "chroot", self.name, "--", *words)
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    @contextmanager
    def serving(self, **variables: str) -> Iterator[str]:
        """Run the image's own command on a free port of this machine; yield its address."""
        port = _free_port()
        pairs = {**variables, "PLINTH_API_KEYS": API_KEY, "PLINTH_TEST_MARK": self.mark}
        given = [word for name, value in pairs.items() for word in ("--env", f"{name}={value}")]
        words = self._own_words("--host", "127.0.0.1", "--port", str(port))
        command = self._command("run", "--isolation", "chroot", *given, self.name, "--", *words)
        log = self.storage.with_name(f"service-{port}.log")
        url = f"http://127.0.0.1:{port}"
        with log.open("wb") as out:
            process = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True)
            try:
                _await(url, process, log)
                yield url
            finally:
                self.end()
                process.wait(timeout=30)

    def users(self) -> set[int]:
        return {Path("/proc", str(pid)).stat().st_uid for pid in self._processes()}

    def end(self) -> None:
        """End every process that carries the mark."""
        for pid in self._processes():
            os.kill(pid, signal.SIGKILL)

    def _processes(self) -> list[int]:
        wanted = f"PLINTH_TEST_MARK={self.mark}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def _own_words(self, *changed: str) -> list[str]:
        """Return the image's command; options that are given twice count as given last."""
        return [*self.config["Entrypoint"], *self.config["Cmd"], *changed]  # type: ignore[misc]

    def _command(self, *words: str) -> list[str]:
        return buildah(self.storage, *words)


@contextmanager
def container_of(layout: Path, folder: Path) -> Iterator[Container]:
    """Unpack the image of a layout below a folder, and remove it again."""
    storage = folder / "storage"
    image = _said(buildah(storage, "pull", "--quiet", f"oci:{layout.name}"), layout.parent)
    name = _said(buildah(storage, "from", "--pull-never", image), folder)
    container = Container(storage, name, _config_of(layout), secrets.token_hex(8))
    try:
        yield container
    finally:
        container.end()
        subprocess.run(buildah(storage, "rm", name), capture_output=True, check=False)


def _await(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while not answers(f"{url}/readyz"):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def buildah(storage: Path, *words: str) -> list[str]:
    """Return a command of buildah on a storage of its own."""
    places = ("--root", str(storage / "root"), "--runroot", str(storage / "run"))
    return ["buildah", *places, "--storage-driver", "vfs", *words]


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - this machine's
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _config_of(layout: Path) -> dict[str, object]:
    index = json.loads((layout / "index.json").read_text())
    manifest = json.loads(_blob(layout, index["manifests"][0]["digest"]))
    config: dict[str, object] = json.loads(_blob(layout, manifest["config"]["digest"]))["config"]
    return config


def _blob(layout: Path, digest: str) -> bytes:
    return (layout / "blobs" / "sha256" / hex_part(digest)).read_bytes()


def _said(command: Sequence[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
