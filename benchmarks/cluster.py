"""A Dask cluster on this machine, by training's own commands."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.command import free_port, plinth
from training.cluster.cluster_parallel import ClusterParallel

HOST = "127.0.0.1"
READY_SECONDS = 60


@contextmanager
def clustered(folder: Path, workers: int) -> Iterator[ClusterParallel]:
    """Yield parallel work on so many workers of one thread, all of them there."""
    port = free_port()
    address = f"tcp://{HOST}:{port}"
    with ExitStack() as stack:
        listening = ("start-scheduler", "--host", HOST, "--port", str(port))
        stack.enter_context(_running(folder / "scheduler", *listening))
        _await_listener(port)
        files = str(folder / "files")
        words = ("start-workers", address, "--folder", files)
        stack.enter_context(_running(folder / "workers", *words, PLINTH_JOBS=str(workers)))
        parallel = ClusterParallel(address, None, READY_SECONDS)
        stack.callback(parallel.close)
        parallel.client.wait_for_workers(workers, timeout=READY_SECONDS)
        yield parallel


@contextmanager
def _running(folder: Path, *words: str, **settings: str) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    command = plinth(folder, "training", *words, **settings)
    with (
        (folder / "log.txt").open("wb") as log,
        subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as process,
    ):
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=READY_SECONDS)


def _await_listener(port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as asking:
            if asking.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"no scheduler listens at {port} after {READY_SECONDS} s")
