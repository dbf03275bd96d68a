"""The inference image, really built and started: buildah in a chroot, on a base of debootstrap's.

No daemon is needed, and none is asked even where there is one.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.checkout import commit_all, git
from support.containers import API_KEY, Container, container_of
from support.host_world import tiny_payload
from support.tiny_artifact import tiny_photo

from artifacts.code import code_digest
from artifacts.digests import digest_file, hex_part
from artifacts.records.image import ImageRecord
from artifacts.records.manifest import ModelManifest
from artifacts.records.release import Payload, ReleasedCode
from artifacts.ssh_keygen import SshVerifier, create_statement_key
from artifacts.statements import read_signed
from delivery.targets.aws.images.contents import RECIPE_OF, RECIPES, ImageContents, pins_of
from delivery.targets.aws.images.oci_layout import read_layout

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


pytestmark = pytest.mark.cloud

NO_DAEMON = "unix:///nonexistent/docker.sock"
PAYLOAD = "sha256:" + "5" * 64


def build(world: ImageWorld) -> str:
    result = world.build(DOCKER_HOST=NO_DAEMON)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of images with a base in it: this checkout's, or one that is made now."""
    for tool in ("buildah", "debootstrap"):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}: apt-get install buildah debootstrap")
    if os.geteuid() != 0:
        pytest.skip("needs root: debootstrap, and chroot without a daemon")
    folder = tmp_path_factory.mktemp("images")
    for name in ("base", "wheels"):
        if (kept := ROOT / ".plinth" / "images" / name).is_dir():
            shutil.copytree(kept, folder / name)
    command = [sys.executable, "-P", "-m", "delivery", "image", "base", "runtime"]
    made = subprocess.run(
        ["env", f"PLINTH_IMAGES={folder}", *command], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="module")
def world(images: Path, tmp_path_factory: pytest.TempPathFactory) -> ImageWorld:
    """A payload whose image was built after a first try was killed in the middle."""
    world = make_image_world(tmp_path_factory.mktemp("world"), images)
    words = ("build", str(world.payload), "--source", str(world.source))
    started = subprocess.Popen(
        [sys.executable, "-P", "-m", "delivery", "image", *words],
        env={**world.environment(), "DOCKER_HOST": NO_DAEMON},
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 240
        while not any(images.glob(".draft-*/storage-*")):
            assert started.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()
    assert not world.folder.exists()
    assert "built with buildah" in build(world)
    return world


@pytest.fixture(scope="module")
def contents(world: ImageWorld) -> ImageContents:
    return read_layout(world.folder / "layout")


@pytest.fixture(scope="module")
def container(world: ImageWorld, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    with container_of(world.folder / "layout", tmp_path_factory.mktemp("container")) as container:
        yield container


@pytest.fixture(scope="module")
def service(container: Container) -> Iterator[str]:
    with container.serving(PLINTH_ENVIRONMENT="staging", PLINTH_PAYLOAD=PAYLOAD) as url:
        yield url


def asked(url: str, body: bytes | None = None) -> dict[str, object]:
    headers = {"X-API-Key": API_KEY, "Content-Type": "image/jpeg"} if body else {}
    request = urllib.request.Request(url, body, headers)  # noqa: S310 - this machine's
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        said: dict[str, object] = json.loads(answer.read())
    return said


def test_a_killed_build_leaves_nothing_behind(world: ImageWorld) -> None:
    assert [path.name for path in world.images.glob(".draft-*")] == []


def test_the_record_is_signed_and_names_all_that_went_in(world: ImageWorld) -> None:
    verifier = SshVerifier(world.deploy_signers, "delivery", "plinth-image")
    record = read_signed(ImageRecord, world.folder / "image.json", verifier)
    payload = Payload.read(world.payload)

    assert record.payload == payload.digest
    assert record.code == payload.code.digest
    assert record.models == (payload.models["architecture"][0].digest,)
    assert record.sbom == digest_file(world.folder / "sbom.cdx.json")


def test_what_is_built_is_not_built_again(world: ImageWorld) -> None:
    before = world.folder.stat().st_mtime_ns

    assert "is there already" in build(world)
    assert world.folder.stat().st_mtime_ns == before


def test_the_same_payload_gives_the_same_image_elsewhere(world: ImageWorld, tmp_path: Path) -> None:
    for name in ("base", "wheels"):
        shutil.copytree(world.images / name, tmp_path / name)

    again = world.run(
        *("build", str(world.payload), "--source", str(world.source)),
        DOCKER_HOST=NO_DAEMON,
        PLINTH_IMAGES=str(tmp_path),
    )

    assert again.returncode == 0, again.stderr
    assert world.record().image in again.stdout


def test_its_size_is_told(contents: ImageContents, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"{layer.stored:,} B stored, {layer.unpacked:,} unpacked" for layer in contents.layers]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")

    # Code, its libraries and a base: nothing that weighs gigabytes has come in.
    assert contents.size < 600e6


def test_the_bill_names_exactly_what_the_lock_names(
    world: ImageWorld, contents: ImageContents
) -> None:
    bill = json.loads((world.folder / "sbom.cdx.json").read_text())
    lock = (world.source / "requirements" / "inference.txt").read_text()
    locked = dict(pins_of(lock))

    named = {
        f"{part['name']}=={part['version']}"
        for part in bill["components"]
        if part.get("purl", "").startswith("pkg:pypi/")
    }

    assert {pin for pin, needed in locked.items() if needed} <= named <= locked.keys()
    kinds = [part["type"] for part in bill["components"]]
    assert kinds.count("machine-learning-model") == 1
    assert kinds.count("application") == 1
    assert bill["metadata"]["component"]["version"] == contents.image


def test_the_labels_name_commit_code_payload_and_model(
    world: ImageWorld, contents: ImageContents
) -> None:
    record = world.record()

    assert contents.labels["org.opencontainers.image.revision"] == world.commit
    assert contents.labels["plinth.code"] == record.code
    assert contents.labels["plinth.payload"] == record.payload
    assert contents.labels["plinth.models"] == record.models[0]


def test_it_says_which_release_it_is(world: ImageWorld, service: str) -> None:
    said = asked(f"{service}/v1/release")
    record = world.record()

    assert said["environment"] == "staging"
    assert said["payload"] == PAYLOAD
    assert said["model"]["digest"] == record.models[0]  # type: ignore[index]
    assert said["service"]["digest"] == record.code  # type: ignore[index]
    assert said["service"]["commit"] == world.commit  # type: ignore[index]


def test_it_predicts_a_photo(service: str) -> None:
    raw = asked(f"{service}/v1/predictions", tiny_photo())

    assert 0 < raw["style"]["probability"] <= 1  # type: ignore[index]
    assert "photo" not in raw


def test_it_is_not_root(container: Container, service: str) -> None:
    del service
    assert container.users() == {10001}
    assert container.run("id", "-u").stdout.strip() == "10001"


def test_its_health_check_tells_ready_from_not(container: Container, service: str) -> None:
    words = ("python", "-P", "/opt/plinth/healthy.py")

    assert container.run(*words, service.rpartition(":")[2]).returncode == 0
    assert container.run(*words, "9").returncode == 1


@pytest.mark.parametrize("folder", ["/", "/opt/plinth", "/var", "/run", "/etc", "/usr/bin"])
def test_it_writes_nowhere_but_to_tmp(container: Container, folder: str) -> None:
    refused = container.run("touch", f"{folder}/written")

    assert refused.returncode != 0
    assert "Permission denied" in refused.stderr
    assert container.run("touch", "written").returncode == 0


def test_it_holds_no_compiler_and_no_installer(container: Container) -> None:
    for program in ("cc", "gcc", "ld", "make", "pip", "uv"):
        assert container.run("sh", "-c", f"command -v {program}").returncode != 0, program
