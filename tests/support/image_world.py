"""A git repository, a model store and keys that images are built of, and commands run in it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from support.checkout import commit_all, git
from support.host_world import tiny_payload

from artifacts.code import code_digest
from artifacts.digests import hex_part
from artifacts.records.image import ImageRecord
from artifacts.records.manifest import ModelManifest
from artifacts.records.release import Payload, ReleasedCode
from artifacts.ssh_keygen import create_statement_key
from delivery.targets.aws.images.contents import RECIPE_OF, RECIPES

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class ImageWorld:
    """Where things lie. `payload` is the file of a payload whose code and model are here."""

    images: Path
    source: Path
    models: Path
    public_key: Path
    deploy_key: Path
    deploy_signers: Path
    commit: str
    payload: Path

    @property
    def key(self) -> str:
        """The digest that the payload's image is kept under."""
        return Payload.read(self.payload).digest

    @property
    def folder(self) -> Path:
        return self.images / hex_part(self.key)

    def record(self) -> ImageRecord:
        return ImageRecord.read(self.folder / "image.json")

    def run(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-m", "delivery", "image", *words],
            env={**self.environment(), **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )

    def build(self, **variables: str) -> subprocess.CompletedProcess[str]:
        return self.run("build", str(self.payload), "--source", str(self.source), **variables)

    def environment(self) -> dict[str, str]:
        kept = ("HOME", "PATH", "UV_", "PIP_", "SSL_")
        inherited = os.environ.items()  # noqa: TID251 - a child's environment is its parent's
        return {
            **{name: value for name, value in inherited if name.startswith(kept)},
            "PLINTH_IMAGES": str(self.images),
            "PLINTH_MODEL_STORE": str(self.models),
            "PLINTH_PUBLIC_KEY": str(self.public_key),
            "PLINTH_DEPLOY_KEY": str(self.deploy_key),
            "PLINTH_DEPLOY_SIGNERS": str(self.deploy_signers),
        }


def make_image_world(folder: Path, images: Path | None = None) -> ImageWorld:
    """Make a world in a folder; nothing is built in it. `images` is where images are kept."""
    from support.tiny_artifact import build_tiny_artifact, public_key_of  # noqa: PLC0415

    source, store, key = folder / "source", folder / "models", folder / "key.pem"
    recipe = RECIPE_OF["inference"]
    commit = _commit(source, (*recipe.code, RECIPES, *recipe.tool_locks))
    store.mkdir()
    draft = build_tiny_artifact(folder / "tiny", key)
    model = ModelManifest.read(draft / "manifest.json").digest
    draft.rename(store / hex_part(model))
    code = ReleasedCode(digest=_digest_of(source, recipe.code), commit=commit)
    payload = tiny_payload(code, model).write(folder / "payload.json")
    deploy, signers = folder / "keys" / "deploy", folder / "keys" / "deploy.signers"
    create_statement_key(deploy, signers, "delivery", ("plinth-image", "plinth-audit"))
    kept = images or folder / "images"
    return ImageWorld(kept, source, store, public_key_of(key), deploy, signers, commit, payload)


def _commit(source: Path, paths: tuple[str, ...]) -> str:
    for path in paths:
        target = source / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / path).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
            shutil.copytree(ROOT / path, target, ignore=ignored)
        else:
            shutil.copyfile(ROOT / path, target)
    git(source, "init", "--quiet", "--initial-branch=main")
    return commit_all(source, "What images are made of")


def _digest_of(source: Path, paths: tuple[str, ...]) -> str:
    names = [name for name in git(source, "ls-files", "-z", "--", *paths).split("\0") if name]
    return code_digest({name: (source / name).read_bytes() for name in names})
