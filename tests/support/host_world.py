"""A host in a folder, with two payloads to swap: one code, two tiny models, run as commands."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from support.checkout import commit_all, git

from artifacts.code import INFERENCE_CODE, STANDBY, code_digest
from artifacts.digests import digest_bytes, hex_part
from artifacts.records.manifest import ModelManifest
from artifacts.records.release import Environment, Payload, ReleasedCode, ReleasedModel
from delivery.clock import SystemClock
from delivery.settings import TargetSettings
from delivery.targets.local.depot import FolderDepot
from delivery.targets.local.install import LOCK, install_payload
from delivery.targets.local.local_observation import LocalObservation
from delivery.targets.local.local_target import run_observe, run_want
from delivery.targets.local.marked_processes import MarkedProcesses
from delivery.targets.local.processes import HostProcess

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class HostWorld:
    """A host's folder, a git source, a model store, and the payloads that can be installed."""

    host: Path
    source: Path
    models: Path
    public_key: Path
    payloads: tuple[Path, ...]

    def digest(self, number: int) -> str:
        return Payload.read(self.payloads[number]).digest

    def run(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-m", "delivery", "local", *words],
            env={**self.environment(), **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def start(self, *words: str, **variables: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "delivery", "local", *words],
            env={**self.environment(), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def done(self, *words: str, **variables: str) -> str:
        result = self.run(*words, **variables)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def environment(self) -> dict[str, str]:
        """Return the variables that commands run with."""
        kept = ("HOME", "PATH", "UV_", "PIP_", "SSL_")
        inherited = os.environ.items()  # noqa: TID251 - a child's environment is its parent's
        return {
            **{name: value for name, value in inherited if name.startswith(kept)},
            "PLINTH_HOST": str(self.host),
            "PLINTH_MODEL_STORE": str(self.models),
            "PLINTH_PUBLIC_KEY": str(self.public_key),
            "PLINTH_UV": str(Path(sys.executable).with_name("uv")),
        }

    def install(self, number: int, *words: str) -> str:
        return self.done(
            "install", str(self.payloads[number]), "--source", str(self.source), *words
        )

    def swap(
        self,
        number: int,
        environment: Environment = "staging",
        warm: int | None = None,
        **variables: str,
    ) -> str:
        """Make an environment run a payload, and keep another one warm beside it."""
        self.want(number, environment)
        words = () if warm is None else ("--warm", self.digest(warm))
        return self.done("run", environment, self.digest(number), *words, **variables)

    def want(self, number: int, environment: Environment = "staging") -> None:
        """Write down that a payload is wanted."""
        run_want(TargetSettings(host=self.host), environment, self.digest(number))

    def observe(self, environment: Environment = "staging") -> LocalObservation:
        return run_observe(TargetSettings(host=self.host), environment)

    def serves_soundly(self, number: int) -> bool:
        """Whether staging is as a swap to a payload leaves it."""
        seen = self.observe()
        return (
            seen.manager
            and seen.holder
            and seen.wanted == seen.state.running == self.digest(number)
            and [process.managed for process in seen.processes] == [True]
            and {answer.payload for answer in seen.answers} == {self.digest(number)}
        )

    def processes(self, environment: Environment = "staging") -> tuple[HostProcess, ...]:
        return MarkedProcesses(self.host.resolve(), SystemClock()).of(environment)

    def kill(self, role: str) -> list[int]:
        """Kill every process of a role in staging, and return their numbers."""
        pids = [process.pid for process in self.processes() if process.role == role]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        return pids

    def stop(self) -> None:
        for environment in ("staging", "production"):
            self.run("stop", environment)

    def url(self, path: str, environment: str = "staging") -> str:
        port = (self.host / environment / "port").read_text().strip()
        return f"http://127.0.0.1:{port}{path}"

    def api_key(self, environment: str = "staging") -> str:
        """Return the key that an environment's service accepts."""
        return (self.host / environment / "api-key").read_text().strip()


def make_host_world(folder: Path, models: int = 2) -> HostWorld:
    """Make a world in a folder; nothing is installed in it."""
    # Models are made of features and scoring, which host itself has no use for.
    from support.tiny_artifact import build_tiny_artifact, public_key_of  # noqa: PLC0415

    source, store = folder / "source", folder / "models"
    commit = _commit_code(source)
    key = folder / "key.pem"
    store.mkdir()
    code = ReleasedCode(digest=_code_digest(source), commit=commit)
    payloads = []
    for seed in range(models):
        draft = build_tiny_artifact(folder / f"tiny-{seed}", key, seed=seed)
        digest = _digest_of(draft)
        draft.rename(store / hex_part(digest))
        payload = tiny_payload(code, digest)
        payloads.append(payload.write(folder / f"payload-{seed}.json"))
    return HostWorld(folder / "host", source, store, public_key_of(key), tuple(payloads))


def make_stub_world(folder: Path, broken: int | None = None, *, hostile: bool = False) -> HostWorld:
    """Make a world whose payloads are installed, and are served by a stand-in that starts at once.

    The payload of the number `broken` installs well and ends whenever it is started. A `hostile`
    world's code is hostile_service.py's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    code = ReleasedCode(digest=code_digest(StubSource.FILES), commit="0" * 40)
    payloads = []
    for number in range(3):
        payload = tiny_payload(code, digest_bytes(f"model {number}".encode()))
        payloads.append(payload.write(folder / f"payload-{number}.json"))
        models = StubModels(broken=number == broken)
        environments = StubEnvironments()
        environments.hostile = hostile
        depot = FolderDepot(folder / "host")
        install_payload(payload, depot, StubSource(), models, environments)
    return HostWorld(folder / "host", folder, folder, folder / "key", tuple(payloads))


class StubSource:
    """A repository of two files."""

    FILES: ClassVar[Mapping[str, bytes]] = {LOCK: b"nothing==1", STANDBY: b"waits"}

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, bytes]:
        del commit, paths
        return self.FILES


class StubModels:
    """Models that are folders with a file."""

    def __init__(self, *, broken: bool = False) -> None:
        self._name = "broken" if broken else "sound"

    def copy(self, digest: str, folder: Path) -> None:
        folder.mkdir()
        (folder / self._name).write_text(digest)

    def verify(self, folder: Path, digest: str) -> None:
        """Believe it."""

    def public_key(self) -> bytes:
        return b"no key"


class StubEnvironments:
    """Environments whose Python runs the stand-in, whatever it is asked to run."""

    hostile = False
    python = Path(sys.executable).resolve()

    def build(self, folder: Path, lock: Path, sources: Sequence[Path]) -> None:
        """Write the script that is its Python."""
        del lock, sources
        python = folder / "bin" / "python"
        python.parent.mkdir(parents=True)
        # All that it needs lies beside it, as in a real one: it runs in a room.
        sources = ("hostile_service.py", "host_service.py")[0 if self.hostile else 1 :]
        service = folder / "service.py"
        service.write_text("\n".join(Path(__file__).with_name(n).read_text() for n in sources))
        real = folder / "bin" / "python-itself"
        real.symlink_to(self.python)
        python.write_text(
            '#!/bin/sh\nhere="${0%/*}"\n'
            # `delivery walls` tries a room by a program of its own: -I -S -c.
            f'[ "$3" = -c ] && exec "$here/{real.name}" "$@"\n'
            f'exec "$here/{real.name}" -S -E "$here/../{service.name}" "$@"\n'
        )
        python.chmod(0o755)


def tiny_payload(code: ReleasedCode, model: str) -> Payload:
    """Return a payload with one champion."""
    released = ReleasedModel(digest=model, version=1, gate_report=digest_bytes(b"report"))
    return Payload(code=code, models={"architecture": (released,)})


def _digest_of(artifact: Path) -> str:
    return ModelManifest.read(artifact / "manifest.json").digest


def _commit_code(source: Path) -> str:
    for path in INFERENCE_CODE:
        target = source / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / path).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
            shutil.copytree(ROOT / path, target, ignore=ignored)
        else:
            shutil.copyfile(ROOT / path, target)
    git(source, "init", "--quiet", "--initial-branch=main")
    return commit_all(source, "The service's code")


def _code_digest(source: Path) -> str:
    names = [name for name in git(source, "ls-files", "-z").split("\0") if name]
    return code_digest({name: (source / name).read_bytes() for name in names})
