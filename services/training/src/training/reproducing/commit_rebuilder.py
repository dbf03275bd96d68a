"""Trains by the code of a commit: its files, its environment, its pipeline, in a private folder."""

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from artifacts.digests import digest_file
from artifacts.errors import ArtifactError, GitFailed
from artifacts.folder import ModelArtifact, open_artifact
from artifacts.git_process import git_command, reading_environment
from artifacts.records.record import parse_yaml
from artifacts.signatures import KeyVerifier, create_key_pair
from training.errors import CannotReproduce
from training.photos.dataset_folder import MANIFEST, PHOTOS

_LOCK = "requirements/training.txt"
_WHERE = (
    "import importlib.util, json, sys; "
    "print(json.dumps([importlib.util.find_spec(n).origin for n in sys.argv[1:]]))"
)
# Where a commit's code keeps them: `training.domain` is that of 2026-11-29 and earlier.
_PARAMS_DIGEST = """
import pathlib, sys
try:
    from training.params import Params
except ModuleNotFoundError:
    from training.domain.params import Params
print(Params.read(pathlib.Path(sys.argv[1])).digest)
"""
_OF_GIT = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX")
"""Set while a hook runs; they would lead git, as the commit's own code runs it, astray."""
_CLUSTER = "PLINTH_DASK_SCHEDULER"
"""A cluster's workers have the code of today, and not the commit's."""


@contextmanager
def rebuilding_folder(work: Path | None) -> Iterator[Path]:
    """Yield an empty folder: `work`, which stays, or a private one, which doesn't."""
    if work is None:
        with TemporaryDirectory(prefix="plinth-") as private:
            yield Path(private).resolve()
        return
    work.mkdir(parents=True, exist_ok=True)
    if any(work.iterdir()):
        raise CannotReproduce(f"{work} is not empty: name an empty folder, or none")
    yield work.resolve()


class CommitRebuilder:
    """One commit of a repository, checked out below a folder.

    The checkout is a repository of its own that borrows the objects of the other: nothing is
    written there, so nothing stays behind in it, however this ends.
    """

    def __init__(self, repository: Path, place: Path, own_lock: Path) -> None:
        self._repository = repository
        self._place = place
        self._own_lock = own_lock
        self._tree = place / "checkout"
        self._packages = place / "packages"
        self._python = Path(sys.executable)

    def check_out(self, commit: str) -> None:
        """Bring a commit's files; CannotReproduce where this repository doesn't have it."""
        here = ("-C", str(self._repository))
        self._git(
            f"{self._repository} has no commit {commit}: fetch it (`git fetch --unshallow` in a "
            "shallow clone), or run this in a clone that has it",
            *(*here, "cat-file", "-e", f"{commit}^{{commit}}"),
        )
        failed = f"commit {commit} can't be checked out of {self._repository}"
        path = "--path-format=absolute"
        objects = self._git(failed, *here, "rev-parse", path, "--git-path", "objects")
        kind = self._git(failed, *here, "rev-parse", "--show-object-format")
        tree = str(self._tree)
        self._git(failed, "init", "--quiet", "--template=", f"--object-format={kind}", tree)
        alternates = self._tree / ".git/objects/info/alternates"
        alternates.parent.mkdir(parents=True, exist_ok=True)
        alternates.write_text(objects + "\n", encoding="utf-8")
        self._git(failed, "-C", tree, "checkout", "--quiet", "--detach", commit)
        # Packages alone are on the path: what lies beside one is never imported.
        self._packages.mkdir(exist_ok=True)
        for package in self._own_packages():
            (self._packages / package.name).symlink_to(package)

    @property
    def environment(self) -> str:
        """The digest of the commit's environment lock; CannotReproduce where it has none."""
        lock = self._tree / _LOCK
        if not lock.is_file():
            raise CannotReproduce(f"the commit has no {_LOCK}: it is too old to be rebuilt here")
        return digest_file(lock)

    @property
    def params(self) -> Path:
        """The commit's own params.yaml."""
        return self._tree / "params.yaml"

    def provide_environment(self) -> None:
        """Use this process's own environment if it has the commit's lock, or else build that one.

        Raises CannotReproduce where it can't be built, or where code would come from elsewhere.
        """
        if digest_file(self._own_lock) != self.environment:
            environment = self._tree / "bin/environment"
            done = self._run([str(environment), "training"], self._tree)
            if done.returncode:
                raise CannotReproduce(
                    "the commit's environment can't be built, see above: its lock is not the one "
                    "of today, so that this needs a package registry"
                )
            self._python = self._tree / ".envs/training/bin/python"
        self._require_own_code()

    def params_digest(self, path: Path) -> str:
        """Return the digest of a parameters' file as the commit's code reads it."""
        done = self._ask(_PARAMS_DIGEST, str(path.resolve()))
        if done.returncode:
            raise CannotReproduce(f"the commit's code can't read {path}: {_last(done.stderr)}")
        return done.stdout.strip()

    def train(self, dataset: Path, params: Path) -> ModelArtifact:
        """Run the commit's stages over a dataset, and return what they packaged.

        The dataset is linked and only read. Signing key, vectors, runs and models are private.
        """
        work = self._place / "work"
        (work / "data").mkdir(parents=True)
        (work / "data" / PHOTOS).symlink_to((dataset / PHOTOS).resolve())
        (work / "data" / MANIFEST).write_bytes((dataset / MANIFEST).read_bytes())
        (work / "params.yaml").write_bytes(params.read_bytes())
        key, public = self._place / "keys/model.pem", self._place / "keys/model.pub.pem"
        create_key_pair(key, public)
        for stage in self._stages():
            done = self._run([str(self._python), "-P", "-m", *stage], work)
            if done.returncode:
                raise CannotReproduce(f"`{shlex.join(stage)}` of the commit failed, see above")
        return open_artifact(work / "build/candidate", KeyVerifier(public))

    def _stages(self) -> list[list[str]]:
        """Return the commands of the commit's dvc.yaml, which stand there in their order."""
        path = self._tree / "dvc.yaml"
        try:
            found: Any = parse_yaml(path.read_text(encoding="utf-8"), str(path))
            stages = [shlex.split(stage["cmd"]) for stage in found["stages"].values()]
        except (OSError, ArtifactError, KeyError, TypeError, AttributeError, ValueError) as exc:
            raise CannotReproduce(f"the commit's dvc.yaml can't be read: {exc!r}") from exc
        if strange := [words for words in stages if words[:1] != ["training"]]:
            command = shlex.join(strange[0])
            raise CannotReproduce(f"the commit's dvc.yaml runs more than training: `{command}`")
        return stages

    def _own_packages(self) -> list[Path]:
        sources = [*sorted(self._tree.glob("libs/*/src")), self._tree / "services/training/src"]
        return [path.parent.resolve() for src in sources for path in src.glob("*/__init__.py")]

    def _require_own_code(self) -> None:
        """What is installed may be linked to today's files, which would compare nothing."""
        packages = self._own_packages()
        done = self._ask(_WHERE, *(package.name for package in packages))
        found = [Path(p).resolve().parent for p in json.loads(done.stdout)] if done.stdout else []
        if done.returncode or found != packages or not packages:
            elsewhere = sorted(str(path) for path in set(found) - set(packages))
            raise CannotReproduce(
                f"the code would not be the commit's: {', '.join(elsewhere) or _last(done.stderr)}"
            )

    def _settings(self) -> dict[str, Path | str]:
        place = self._place
        return {
            "PYTHONPATH": self._packages,
            "PLINTH_ROOT": self._tree,
            "PLINTH_ENVIRONMENT_LOCK": self._tree / _LOCK,
            "PLINTH_MODEL_STORE": place / "models",
            "PLINTH_SIGNING_KEY": place / "keys/model.pem",
            "PLINTH_PUBLIC_KEY": place / "keys/model.pub.pem",
            "PLINTH_GATE_SIGNERS": place / "keys/gate.signers",
            "PLINTH_REPRODUCTION_KEY": place / "keys/reproduction",
            "PLINTH_REPRODUCTION_SIGNERS": place / "keys/reproduction.signers",
            "PLINTH_VECTOR_CACHE": place / "vectors",
            "PLINTH_TRACKING_URI": f"sqlite:///{place}/mlflow.db",
            "PLINTH_TRACKING_ARTIFACTS": place / "mlruns",
        }

    def _command(self, words: Sequence[str]) -> list[str]:
        # By env(1), which hands on all else that this process was given.
        settings = [f"{name}={value}" for name, value in self._settings().items()]
        unset = (f"--unset={name}" for name in (*_OF_GIT, _CLUSTER))
        return ["env", *unset, *settings, *words]

    def _run(self, words: Sequence[str], folder: Path) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(self._command(words), cwd=folder, check=False)  # noqa: S603

    def _ask(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        words = self._command([str(self._python), "-P", "-c", program, *arguments])
        return subprocess.run(  # noqa: S603 - programs of ours
            words, cwd=self._place, capture_output=True, text=True, check=False
        )

    def _git(self, failed: str, *words: str) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - commands of ours
                git_command(*words),
                capture_output=True,
                text=True,
                check=False,
                env=reading_environment(),
            )
        except (OSError, GitFailed) as exc:
            raise CannotReproduce(f"{failed} ({exc})") from exc
        if done.returncode:
            raise CannotReproduce(f"{failed} ({_last(done.stderr)})")
        return done.stdout.strip()


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1][-300:]
