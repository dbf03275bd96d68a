"""A checkout, a bare origin and everything that a retraining needs, of few drawn photos."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from support.checkout import commit_all, git
from support.stand_in_launcher import write_stand_in_launcher

from rehearsal.checkout import committed_copy
from rehearsal.small_world import PARAMS, STYLES, make_mild
from samples.facades import draw_facades, write_facades

ROOT = Path(__file__).parents[2]
BUILDINGS, DRAWN_BY = 10, 5


@dataclass(frozen=True)
class Done:
    """A command that ended: its exit code and all that it said."""

    code: int
    said: str

    @property
    def outputs(self) -> dict[str, str]:
        """The lines of NAME=VALUE."""
        pairs = (line.partition("=") for line in self.said.splitlines())
        return {name: value for name, equals, value in pairs if equals and name.islower()}


@dataclass(frozen=True)
class RetrainingWorld:
    """The folders, and commands over them."""

    folder: Path

    @property
    def checkout(self) -> Path:
        """A clone of origin, at main."""
        return self.folder / "checkout"

    @property
    def origin(self) -> Path:
        """The repository that people share."""
        return self.folder / "origin.git"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that a deployment sets, and of this process's those of no Plinth."""
        inherited = os.environ.items()  # noqa: TID251 - a child's environment is its parent's
        mine = ("PLINTH_", "PYTHONPATH", "COV_", "GITHUB_")
        kept = {name: value for name, value in inherited if not name.startswith(mine)}
        paths = {
            "ROOT": self.checkout,
            "POLICIES": self.checkout / "policies",
            "RELEASES": self.checkout / "releases",
            "ENVIRONMENT_LOCK": self.checkout / "requirements/training.txt",
            "SIGNING_KEY": "keys/model-signing.pem",
            "PUBLIC_KEY": "keys/model-signing.pub.pem",
            "GATE_KEY": "keys/gate",
            "GATE_SIGNERS": "keys/gate.signers",
            "REPRODUCTION_KEY": "keys/reproduction",
            "REPRODUCTION_SIGNERS": "keys/reproduction.signers",
            "DEPLOY_KEY": "keys/delivery",
            "DEPLOY_SIGNERS": "keys/delivery.signers",
            "MODEL_STORE": "models",
            "EVIDENCE": "evidence",
            "VECTOR_CACHE": "vectors",
            "DVC_CACHE": "dvc-cache",
            "TRACKING_ARTIFACTS": "mlruns",
            "PHOTOS": "photos",
            "TRAINING": "training",
            "HANDOVER": "handover",
            "AUDIT": "audit",
            "AUDIT_HEAD": "audit-head",
        }
        variables = {f"PLINTH_{name}": str(self.folder / path) for name, path in paths.items()}
        uri = f"sqlite:///{self.folder}/mlflow/mlflow.db"
        # A handful of photos is done before a second process has imported scikit-learn.
        return kept | variables | {"PLINTH_TRACKING_URI": uri, "PLINTH_JOBS": "1"}

    def plinth(self, *words: str | Path, more: Mapping[str, str] | None = None) -> Done:
        """Run a command of a service in the checkout and wait for it."""
        done = subprocess.run(
            [self.checkout / "bin/plinth", *words],
            cwd=self.checkout,
            env=self.environment | dict(more or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Done(done.returncode, done.stdout)

    def must(self, *words: str | Path) -> Done:
        """Run a command that has to succeed."""
        done = self.plinth(*words)
        assert done.code == 0, done.said
        return done

    def push(self, message: str) -> str:
        """Commit everything onto main, and share it."""
        commit = commit_all(self.checkout, message)
        git(self.checkout, "push", "--quiet", "origin", "HEAD:main")
        return commit

    def take_photos(self) -> None:
        """Import drawn photos, share them, and commit their manifest and the pinned holdout."""
        drawn = self.folder / "drawn"
        write_facades(draw_facades(BUILDINGS, DRAWN_BY, views=(1, 1), styles=STYLES), drawn)
        self.must("training", "import-photos", drawn)
        self.must("training", "push-photos")
        self.must("gate", "pin-holdout", "--dataset", "data")
        shutil.rmtree(self.checkout / "data/photos")
        self.push("Take in the first photos")


def make_world(folder: Path) -> RetrainingWorld:
    """Make a world without photos: mild policies and small parameters on main, and all keys."""
    world = RetrainingWorld(folder)
    committed_copy(ROOT, world.checkout)
    write_stand_in_launcher(world.checkout)
    params = world.checkout / "params.yaml"
    params.write_text(yaml.safe_dump(PARAMS), encoding="utf-8")
    make_mild(world.checkout / "policies")
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(world.origin))
    git(world.checkout, "remote", "add", "origin", str(world.origin))
    world.push("Set up a world of few photos")
    world.must("training", "create-keys")
    world.must("gate", "create-keys")
    world.must("delivery", "create-deploy-key")
    return world
