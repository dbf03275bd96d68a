"""Requests a second over loopback: the real service beside a bare ASGI application."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.command import free_port, new_key, plinth, serving
from benchmarks.load import CONNECTIONS, Sent, Target, client_name, send
from benchmarks.measure import ROOT, Verdict, at_least, cores, exactly, interleave, pinned, row
from benchmarks.model import FoundModel, find_model
from benchmarks.photos import make_photos

ROUNDS = 5
SECONDS = 1
PHOTOS = 9
PER_SECOND = 100
"""What 10 ms a prediction, the limit of benchmarks/predict.py, leave on one core."""


def run() -> list[Verdict]:
    """Measure both."""
    photos = make_photos(PHOTOS)
    # The one of median size, since all requests send the same.
    photo = sorted(photos.data, key=len)[PHOTOS // 2]
    with TemporaryDirectory() as temporary, ExitStack() as servers:
        folder = Path(temporary)
        found = find_model(folder)
        print(f"  {found}; client: {client_name()}, {CONNECTIONS} connections, kept alive")
        print(f"  {photos}; sent: one of {len(photo) / 1000:.0f} kB; a core a server")
        with pinned(cores()[0]):
            service = servers.enter_context(_service(found, photo, folder))
            echo = servers.enter_context(_echo(photo, folder))
        sides = {
            "service": partial(send, service, SECONDS, folder),
            "echo": partial(send, echo, SECONDS, folder),
        }
        with pinned(cores()[-1]):
            interleave(1, sides)
            sent = interleave(ROUNDS, sides)
    return _judge(sent)


def _judge(sent: dict[str, list[Sent]]) -> list[Verdict]:
    rates = {name: [one.rate for one in rounds] for name, rounds in sent.items()}
    middle = {name: sorted(values)[len(values) // 2] for name, values in rates.items()}
    print(row("plinth's service", rates["service"], "requests/s"))
    print(row("bare ASGI echo under uvicorn", rates["echo"], "requests/s"))
    print(f"  the service reaches {middle['service'] / middle['echo']:.1%} of the echo's (medians)")
    failed = sum(one.failed for rounds in sent.values() for one in rounds)
    return [
        at_least("the service's requests a second", middle["service"], PER_SECOND),
        exactly("requests that failed", failed, 0),
    ]


@contextmanager
def _service(found: FoundModel, photo: bytes, folder: Path) -> Iterator[Target]:
    port, key = free_port(), new_key()
    arguments = ("inference", "serve", "--model", str(found.folder), "--port", str(port))
    settings = {"PLINTH_PUBLIC_KEY": str(found.public_key), "PLINTH_API_KEYS": key}
    command = plinth(folder, *arguments, **settings)
    with serving(command, f"http://127.0.0.1:{port}/readyz", folder / "service.log"):
        yield Target(port, "/v1/predictions", key, photo)


@contextmanager
def _echo(photo: bytes, folder: Path) -> Iterator[Target]:
    port = free_port()
    python = str(ROOT / ".envs/inference/bin/python")
    quiet = ("--no-access-log", "--log-level", "error")
    where = ("--app-dir", str(ROOT / "benchmarks"), "--port", str(port))
    command = [python, "-m", "uvicorn", "echo:app", *where, *quiet]
    with serving(command, f"http://127.0.0.1:{port}/", folder / "echo.log"):
        yield Target(port, "/", "none", photo)
