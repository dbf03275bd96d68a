"""One pipeline run for all end-to-end tests, through the commands that a person or a workflow runs.

Everything lies in a folder of the tests' own: keys, model store, vectors, runs, releases, policies.
"""

import json
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
import pytest
from support.checkout import commit_all

from rehearsal.checkout import committed_copy
from rehearsal.small_world import MILD, PARAMS, STYLES, make_mild
from samples.facades import draw_facades, write_facades

READS = ("bin", "services/gate", "services/inference", "services/training")

ROOT = Path(__file__).parents[2]
BUILDINGS = 10
DRAWN_BY = 5
READY_SECONDS = 60


@dataclass(frozen=True)
class Done:
    """A command that ended: its exit code and all that it said."""

    code: int
    said: str


@dataclass(frozen=True)
class Place:
    """A folder with all state of its own, and the commands run over it."""

    folder: Path

    @property
    def checkout(self) -> Path:
        """The working tree with everything committed: what is trained from it isn't dirty."""
        return self.folder / "checkout"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that a deployment sets, and of this process's those of no Plinth."""
        inherited = os.environ.items()  # noqa: TID251 - a child's environment is its parent's
        mine = ("PLINTH_", "PYTHONPATH", "COV_")
        kept = {name: value for name, value in inherited if not name.startswith(mine)}
        return kept | {
            "PLINTH_ROOT": str(self.checkout),
            "PLINTH_ENVIRONMENT_LOCK": str(ROOT / "requirements/training.txt"),
            "PLINTH_MODEL_STORE": str(self.folder / "models"),
            "PLINTH_SIGNING_KEY": str(self.folder / "keys/model-signing.pem"),
            "PLINTH_PUBLIC_KEY": str(self.folder / "keys/model-signing.pub.pem"),
            "PLINTH_GATE_KEY": str(self.folder / "keys/gate"),
            "PLINTH_GATE_SIGNERS": str(self.folder / "keys/gate.signers"),
            "PLINTH_REPRODUCTION_KEY": str(self.folder / "keys/reproduction"),
            "PLINTH_REPRODUCTION_SIGNERS": str(self.folder / "keys/reproduction.signers"),
            "PLINTH_EVIDENCE": str(self.folder / "evidence"),
            "PLINTH_VECTOR_CACHE": str(self.folder / "vectors"),
            "PLINTH_TRACKING_URI": f"sqlite:///{self.folder}/mlflow/mlflow.db",
            "PLINTH_TRACKING_ARTIFACTS": str(self.folder / "mlruns"),
            "PLINTH_RELEASES": str(self.folder / "releases"),
            "PLINTH_POLICIES": str(self.folder / "policies"),
            # A handful of photos is done before a second process has imported scikit-learn.
            "PLINTH_JOBS": "1",
        }

    def plinth(self, *words: str | Path, more: Mapping[str, str] | None = None) -> Done:
        """Run `bin/plinth WORDS...` and wait for it."""
        return self.run(ROOT / "bin/plinth", *words, more=more)

    def run(self, *words: str | Path, more: Mapping[str, str] | None = None) -> Done:
        """Run any command and wait for it."""
        done = subprocess.run(
            words,
            cwd=self.folder,
            env=self.environment | dict(more or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Done(done.returncode, done.stdout)

    @contextmanager
    def serve(self, model: Path) -> Iterator[httpx.Client]:
        """Serve a model on a free port for as long as it takes, and yield a client of it."""
        port, key = _free_port(), secrets.token_urlsafe(24)
        words = [ROOT / "bin/plinth", "inference", "serve", "--model", model, "--port", str(port)]
        environment = self.environment | {"PLINTH_API_KEYS": key}
        log = (self.folder / "service.log").open("w+", encoding="utf-8")
        with log, subprocess.Popen(words, env=environment, stdout=log, stderr=log) as process:
            try:
                url, headers = f"http://127.0.0.1:{port}", {"X-API-Key": key}
                with httpx.Client(base_url=url, headers=headers, trust_env=False) as client:
                    _wait(client, process)
                    yield client
            finally:
                process.terminate()
                process.wait(timeout=30)


@dataclass(frozen=True)
class Pipeline:
    """A pipeline that ran once: what it was given, what it said, and where it left things."""

    place: Place
    photos: Path
    params: Path
    work: Path
    candidate: Path
    done: Done

    def again(self, *, photos: Path, work: Path, out: Path, params: Path) -> Done:
        """Run a pipeline with the same settings."""
        where = ("--photos", photos, "--work", work, "--out", out, "--params", params)
        return self.place.plinth("training", "run-pipeline", *where)

    def copy_of_work(self, folder: Path) -> Path:
        """Return a copy of the work folder, to change."""
        return shutil.copytree(self.work, folder / "work", symlinks=True)

    def some_photos(self, count: int) -> list[Path]:
        """Return a few photos, of different styles."""
        return [min((self.photos / style).iterdir()) for style in STYLES][:count]


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A place with keys, the checkout's releases, and a policy that a small model can meet."""
    place = Place(tmp_path_factory.mktemp("plinth"))
    shutil.copytree(ROOT / "releases", place.folder / "releases")
    write_policy(place.folder / "policies", MILD)
    committed_copy(ROOT, place.checkout)
    # An environment names its checkout: this one has that of the tests, and builds none.
    where = f'{ROOT}/bin/environment "$@" && echo {ROOT}/.envs'
    for name, does in {"environment": where, "plinth": f'exec {ROOT}/bin/plinth "$@"'}.items():
        script = place.checkout / "bin" / name
        script.unlink()
        script.write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
        script.chmod(0o755)
    commit_all(place.checkout, "Use the environments of the tests")
    for service in ("training", "gate"):
        created = place.plinth(service, "create-keys")
        assert created.code == 0, created.said
    return place


@pytest.fixture(scope="session")
def pipeline(place: Place) -> Pipeline:
    """A pipeline that ran from drawn photos to a signed candidate."""
    photos, params = place.folder / "photos", place.folder / "params.yaml"
    write_facades(draw_facades(BUILDINGS, DRAWN_BY, views=(1, 1), styles=STYLES), photos)
    params.write_text(json.dumps(PARAMS), encoding="utf-8")
    work, candidate = place.folder / "work", place.folder / "candidate"
    run = Pipeline(place, photos, params, work, candidate, Done(0, ""))
    done = run.again(photos=photos, work=work, out=candidate, params=params)
    assert done.code == 0, done.said
    pinned = place.plinth("gate", "pin-holdout", "--dataset", work / "data")
    assert pinned.code == 0, pinned.said
    return Pipeline(place, photos, params, work, candidate, done)


def write_policy(folder: Path, limits: Mapping[str, tuple[str, float]]) -> None:
    """Write the checkout's policies to a folder, with milder limits."""
    shutil.copytree(ROOT / "policies", folder)
    make_mild(folder, limits)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(client: httpx.Client, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if client.get("/readyz", timeout=2).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"the service was not ready after {READY_SECONDS} s, or ended: see service.log")
