"""Builders of images in memory: they do what a test says, and remember what they were asked."""

# ruff: noqa: ARG002 - a fake has the signatures of its port

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from support.oci_images import write_image

from artifacts.code import code_digest
from artifacts.digests import digest_bytes
from artifacts.errors import SignatureRefused
from artifacts.records.image import ImageRecord
from artifacts.records.release import Payload, ReleasedCode, ReleasedModel
from artifacts.ssh_keygen import SshSigner, SshVerifier, create_statement_key
from delivery.targets.aws.aws_errors import BuildFailed
from delivery.targets.aws.images.build_tools import BuildOrder
from delivery.targets.aws.images.contents import (
    BASE_FILE,
    PLACE,
    ImageContents,
    Layer,
    Package,
    Scan,
)
from delivery.targets.aws.images.make_image import ImageStore, Workshop

COMMIT = "a" * 40
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BASE = digest_bytes(b"base")
LOCK = "requirements/inference.txt"
FILES: Mapping[str, bytes] = {
    "services/inference/src/inference/__init__.py": b"",
    LOCK: b"numpy==2.4.6 \\\n    --hash=sha256:00\ncolorama==0.4 ; sys_platform == 'win32' \\\n",
}
RECIPE_FILES: Mapping[str, bytes] = {
    BASE_FILE: f"BASE_IMAGE=python@{BASE}\n".encode(),
    "infra/images/inference.Dockerfile": b"FROM scratch\n",
    "requirements/bootstrap.txt": b"uv==1\n",
}
SITE = f"{PLACE}/env/lib/python3.11/site-packages"
NUMPY = Package("pypi", "numpy", "2.4.6", "BSD", None, SITE)
SOUND = ImageContents(
    image=digest_bytes(b"image"),
    layers=(Layer(digest_bytes(b"layer"), 10, 100),),
    user="10001:10001",
    words=("LANG=C.UTF-8",),
    labels={},
    packages=(NUMPY,),
    programs=("usr/bin/python3.11",),
    writable=(),
    privileged=(),
    files={},
)


def payload_of(image: str | None = None, **changes: str) -> Payload:
    """Return a payload whose code is `FILES`, with one champion."""
    model = ReleasedModel(digest=digest_bytes(b"model"), version=1, gate_report=BASE)
    code = ReleasedCode(digest=changes.get("code", code_digest(FILES)), commit=COMMIT)
    return Payload(code=code, image=image, models={"architecture": (model,)})


@dataclass
class FakeSource:
    """A repository of a commit."""

    contents: dict[str, bytes] = field(default_factory=lambda: {**FILES, **RECIPE_FILES})

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Return the files at and under some paths."""
        return {
            name: data
            for name, data in self.contents.items()
            if any(name == path or name.startswith(f"{path}/") for path in paths)
        }


@dataclass
class FakeModels:
    """A model store, whose models verify or don't."""

    forged: bool = False

    def copy(self, digest: str, folder: Path) -> None:
        """Write a model of one file."""
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(digest)

    def verify(self, folder: Path, digest: str) -> None:
        """Refuse it if the test says so."""
        if self.forged:
            raise SignatureRefused(folder, "it is forged")

    def public_key(self) -> bytes:
        """Return a key."""
        return b"a key"


class FakeWheels:
    """Wheels that weigh nothing."""

    def provide(self, locks: Sequence[bytes], folder: Path, from_source: Sequence[str]) -> None:
        """Write one."""
        folder.mkdir(parents=True)
        (folder / "uv-1.whl").write_bytes(b"")


@dataclass
class FakeEngine:
    """An engine that writes down what it was told; the image has its context's files, and numpy.

    It may break down, name another user, or put other files in.
    """

    name: str = "fake 1.0"
    broken: bool = False
    user: str = "10001:10001"
    others: dict[str, bytes] = field(default_factory=dict)
    orders: list[BuildOrder] = field(default_factory=list)
    found: list[set[str]] = field(default_factory=list)

    def build(self, order: BuildOrder, layout: Path) -> str:
        """Remember the order and the files of its context, and write an image of them."""
        if self.broken:
            raise BuildFailed("the engine is broken")
        paths = (path for path in order.context.rglob("*") if path.is_file())
        files = {path.relative_to(order.context).as_posix(): path.read_bytes() for path in paths}
        self.orders.append(order)
        self.found.append(set(files))
        held = {f"{PLACE}/{name}": (0o644, data) for name, data in (files | self.others).items()}
        metadata = f"Name: {NUMPY.name}\nVersion: {NUMPY.version}\n".encode()
        held[f"{SITE}/numpy.dist-info/METADATA"] = (0o644, metadata)
        write_image(layout, [held], {"User": self.user})
        return BASE


def store_in(root: Path, keys: Path) -> ImageStore:
    """Return a folder of images, whose records a new key below `keys` signs."""
    create_statement_key(keys / "key", keys / "signers", "delivery", ("plinth-image",))
    signer = SshSigner(keys / "key", "plinth-image")
    return ImageStore(root, signer, SshVerifier(keys / "signers", "delivery", "plinth-image"))


def keep(store: ImageStore, bill: bytes = b"{}") -> ImageRecord:
    """Keep a small image of the payload, and return its record."""
    key = payload_of().contents
    with store.draft(key) as draft:
        image = write_image(draft / "layout", [{"a": (0o644, b"a")}])
        changes = {"image": image, "sbom": digest_bytes(bill)}
        record = record_of(payload_of()).model_copy(update=changes)
        store.keep(key, draft, record, bill)
    return record


@dataclass
class FakeRegistry:
    """A registry with some tags, and what its scan says one time after the other."""

    tags: dict[tuple[str, str], str] = field(default_factory=dict)
    scans: list[Scan] = field(default_factory=list)
    pushed: list[tuple[str, str]] = field(default_factory=list)

    def image_of(self, repository: str, tag: str) -> str | None:
        """Return what a tag names."""
        return self.tags.get((repository, tag))

    def push(self, repository: str, tag: str, layout: Path) -> int:
        """Remember it."""
        self.pushed.append((repository, tag))
        return 10

    def scan(self, repository: str, image: str) -> Scan:
        """Say the next thing; the last one again and again."""
        return self.scans.pop(0) if len(self.scans) > 1 else self.scans[0]


@dataclass
class FakeWorkshop:
    """A workshop whose parts a test can reach; images and keys lie in a folder."""

    folder: Path
    source: FakeSource = field(default_factory=FakeSource)
    models: FakeModels = field(default_factory=FakeModels)
    engine: FakeEngine = field(default_factory=FakeEngine)

    def __post_init__(self) -> None:
        """Make the store."""
        self.store = store_in(self.folder / "images", self.folder / "keys")

    def parts(self) -> Workshop:
        """Return what is built with."""
        return Workshop(
            source=self.source,
            models=lambda: self.models,
            wheels=FakeWheels(),
            engine=lambda: self.engine,
            store=self.store,
            now=lambda: NOW,
        )

    def left(self) -> list[str]:
        """Return what lies in the folder of images, besides its lock."""
        images = self.folder / "images"
        return sorted(path.name for path in images.glob("*") if path.name != "lock")


def record_of(payload: Payload) -> ImageRecord:
    """Return a record of a payload's image."""
    return ImageRecord(
        service="inference",
        image=SOUND.image,
        payload=payload.digest,
        models=(digest_bytes(b"model"),),
        commit=COMMIT,
        code=payload.code.digest,
        base=BASE,
        sbom=BASE,
        size=100,
        built_with="fake 1.0",
    )
