"""A Dask cluster of real processes on this machine, started by training's own commands."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from training.cluster.cluster_parallel import ClusterParallel

HOST = "127.0.0.1"
_PATIENCE_SECONDS = 60
_SETTINGS = (
    *("ROOT", "MODEL_STORE", "SIGNING_KEY", "PUBLIC_KEY", "GATE_SIGNERS", "REPRODUCTION_KEY"),
    *("REPRODUCTION_SIGNERS", "VECTOR_CACHE", "TRACKING_ARTIFACTS", "ENVIRONMENT_LOCK"),
)


def free_port() -> int:
    """A port that nothing listens at."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass
class DaskCluster:
    """A scheduler and workers of one thread, each in a folder of its own; `end` ends them all."""

    folder: Path
    address: str
    variables: Mapping[str, str]
    scheduler: "subprocess.Popen[bytes]"
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def add_worker(self, python: str = sys.executable) -> None:
        """Start one more worker, whose working folder is another than anyone's."""
        number = len(self.workers)
        place = self.folder / f"worker-{number}"
        place.mkdir()
        words = ("start-workers", self.address, "--folder", str(place / "files"))
        self.workers.append(_start(words, place, self.variables, python))

    def await_workers(self, parallel: ClusterParallel) -> None:
        parallel.client.wait_for_workers(len(self.workers), timeout=_PATIENCE_SECONDS)

    def kill_worker(self, number: int) -> None:
        """Kill all of a worker, as when its machine goes."""
        os.killpg(self.workers[number].pid, signal.SIGKILL)
        self.workers[number].wait()

    def kill_scheduler(self) -> None:
        os.killpg(self.scheduler.pid, signal.SIGKILL)
        self.scheduler.wait()

    def end(self) -> None:
        """Kill whatever still runs."""
        for process in (*self.workers, self.scheduler):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextmanager
def dask_cluster(folder: Path, workers: int, **variables: str) -> Iterator[DaskCluster]:
    """Yield a cluster of so many workers, all of them there; it is ended whatever happens."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    settings = {f"PLINTH_{name}": str(folder / name.lower()) for name in _SETTINGS}
    settings |= {"PLINTH_TRACKING_URI": "sqlite://", "PLINTH_JOBS": "1", **variables}
    tls = "PLINTH_DASK_KEY" in variables
    words = ("start-scheduler", "--host", HOST, "--port", str(port))
    address = f"{'tls' if tls else 'tcp'}://{HOST}:{port}"
    cluster = DaskCluster(folder, address, settings, _start(words, folder, settings))
    try:
        _await_listener(port, cluster)
        for _ in range(workers):
            cluster.add_worker()
        yield cluster
    finally:
        cluster.end()


def _start(
    words: tuple[str, ...],
    folder: Path,
    variables: Mapping[str, str],
    python: str = sys.executable,
) -> "subprocess.Popen[bytes]":
    command = [python, "-P", "-m", "training", *words]
    environment = {**os.environ, **variables}  # noqa: TID251 - a child's is its parent's
    with (folder / "log.txt").open("ab") as log:
        return subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )


def _await_listener(port: int, cluster: DaskCluster) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until and cluster.scheduler.poll() is None:
        with socket.socket() as asking:
            if asking.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError((cluster.folder / "log.txt").read_text(encoding="utf-8"))
