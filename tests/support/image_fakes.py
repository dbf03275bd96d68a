"""Builders of images in memory: they do what a test says, and remember what they were asked."""

# ruff: noqa: ARG002 - a fake has the signatures of its port

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from artifacts.code import code_digest
from artifacts.digests import digest_bytes, digest_file
from artifacts.errors import SignatureRefused
from artifacts.records.image import ImageRecord
from artifacts.records.release import Payload, ReleasedCode, ReleasedModel
from delivery.targets.aws.aws_errors import BuildFailed
from delivery.targets.aws.images.contents import PLACE, ImageContents, Layer, Package
from delivery.targets.aws.images.engines import BuildOrder
from delivery.targets.aws.images.make_image import Workshop
from delivery.targets.aws.images.recipes import BASE_FILE
from delivery.targets.aws.images.scan_findings import Scan

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
    config=digest_bytes(b"config"),
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
    """An engine that writes down what it was told, and may break down."""

    name: str = "fake 1.0"
    broken: bool = False
    orders: list[BuildOrder] = field(default_factory=list)
    found: list[dict[str, str]] = field(default_factory=list)

    def build(self, order: BuildOrder, layout: Path) -> str:
        """Remember the order and the files of its context."""
        if self.broken:
            raise BuildFailed("the engine is broken")
        files = (path for path in order.context.rglob("*") if path.is_file())
        self.orders.append(order)
        self.found.append(
            {path.relative_to(order.context).as_posix(): digest_file(path) for path in files}
        )
        layout.mkdir()
        return BASE


@dataclass
class FakeReader:
    """Says that an image holds what its context had, unless the test says otherwise."""

    engine: FakeEngine
    contents: ImageContents = SOUND

    def read(self, layout: Path) -> ImageContents:
        """Return the contents."""
        own = ("code/", "model/", "public-key.pem")
        files = {p: d for p, d in self.engine.found[-1].items() if p.startswith(own)}
        return replace(self.contents, files={**files, **self.contents.files})


@dataclass
class FakeStore:
    """Images in memory, with drafts in a folder."""

    root: Path
    records: dict[str, ImageRecord] = field(default_factory=dict)
    bills: dict[str, bytes] = field(default_factory=dict)
    built_by_another: ImageRecord | None = None

    @contextmanager
    def building(self) -> Iterator[None]:
        """Let another command be faster, if the test says so."""
        if self.built_by_another:
            self.records[str(self.built_by_another.payload)] = self.built_by_another
        yield

    def find(self, key: str) -> ImageRecord | None:
        """Return a record."""
        return self.records.get(key)

    def draft(self, key: str) -> Path:
        """Return an empty folder."""
        (self.root / "draft").mkdir()
        return self.root / "draft"

    def layout(self, key: str) -> Path:
        """Return where it would lie."""
        return self.root / "layout"

    def keep(self, key: str, draft: Path, record: ImageRecord, bill: bytes) -> None:
        """Keep a record."""
        self.records[key], self.bills[key] = record, bill

    def discard(self, draft: Path) -> None:
        """Remove a draft."""
        shutil.rmtree(draft, ignore_errors=True)


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
    """A workshop whose parts a test can reach."""

    folder: Path
    source: FakeSource = field(default_factory=FakeSource)
    models: FakeModels = field(default_factory=FakeModels)
    engine: FakeEngine = field(default_factory=FakeEngine)
    contents: ImageContents = SOUND

    def __post_init__(self) -> None:
        """Make the store."""
        self.store = FakeStore(self.folder)

    def parts(self) -> Workshop:
        """Return what the use cases take."""
        return Workshop(
            source=self.source,
            models=lambda: self.models,
            wheels=FakeWheels(),
            engine=lambda: self.engine,
            reader=FakeReader(self.engine, self.contents),
            store=self.store,
            now=lambda: NOW,
        )


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
