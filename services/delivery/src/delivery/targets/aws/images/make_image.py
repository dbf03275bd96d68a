"""Build an image of a payload or of a service, once: what is there and sound stays as it is."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from artifacts.code import code_digest
from artifacts.digests import digest_bytes, digest_file, hex_part
from artifacts.errors import InvalidArtifact, SignatureRefused, UnreadableRecord
from artifacts.locks import lock_file, take
from artifacts.records.image import ImageRecord
from artifacts.refusal import Refusal
from artifacts.statements import read_signed, write_signed
from delivery.targets.aws.aws_errors import BuildFailed, Busy, ImageUnreadable, NotBuilt
from delivery.targets.aws.images.build_tools import BuildOrder
from delivery.targets.aws.images.contents import (
    BASE_FILE,
    RECIPE_OF,
    RECIPES,
    Recipe,
    Service,
    base_named_in,
    bill_of_materials,
    champion_of,
    objections,
)
from delivery.targets.aws.images.oci_layout import manifest_of, read_layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from artifacts.records.release import Payload
    from artifacts.statements import StatementSigner, StatementVerifier
    from artifacts.store import StoredModels
    from delivery.git.repository import GitSource
    from delivery.targets.aws.images.build_tools import Buildah, Docker, PipWheels

CONTEXT, LAYOUT, CODE, MODEL, PUBLIC_KEY = "context", "layout", "code", "model", "public-key.pem"
RECORD, BILL = "image.json", "sbom.cdx.json"
_LOCK_SECONDS = 1800.0
_MB = 1e6


class ImageStore:
    """Images in folders <root>/<hexadecimal key>/, and the key that signs what is said of them.

    Each has image.json, image.json.sig, sbom.cdx.json and layout/.
    """

    def __init__(self, root: Path, signer: StatementSigner, verifier: StatementVerifier) -> None:
        self._root = root
        self._signer = signer
        self._verifier = verifier

    @contextmanager
    def building(self) -> Iterator[None]:
        """Hold the folder's lock, which ends with this process; Busy after half an hour."""
        with lock_file(self._root / "lock") as lock:
            if not take(lock, _LOCK_SECONDS):
                raise Busy(_LOCK_SECONDS)
            yield

    def find(self, key: str) -> ImageRecord | None:
        """Return the signed record of what was built of a key, or None."""
        folder = self._root / hex_part(key)
        if not folder.is_dir():
            return None
        record = read_signed(ImageRecord, folder / RECORD, self._verifier)
        if key not in {record.payload, record.code}:
            raise ImageUnreadable(folder, f"its record is of {record.payload or record.code}")
        bill = folder / BILL
        if not bill.is_file() or digest_file(bill) != record.sbom:
            raise ImageUnreadable(folder, f"{BILL} isn't the record's")
        if manifest_of(folder / LAYOUT)[0] != record.image:
            raise ImageUnreadable(folder, f"{LAYOUT} isn't the record's image")
        return record

    def built(self, key: str) -> ImageRecord:
        """Return the signed record of what was built of a key; NotBuilt."""
        if record := self.find(key):
            return record
        raise NotBuilt(key)

    def layout(self, key: str) -> Path:
        """Return where the image itself lies."""
        return self._root / hex_part(key) / LAYOUT

    @contextmanager
    def draft(self, key: str) -> Iterator[Path]:
        """Lend an empty folder; what it holds and isn't kept is gone afterwards."""
        draft = self._root / f".draft-{hex_part(key)}"
        shutil.rmtree(draft, ignore_errors=True)  # of a build that was killed
        draft.mkdir(parents=True)
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def keep(self, key: str, draft: Path, record: ImageRecord, bill: bytes) -> None:
        """Sign the record of a draft's layout, and put all of it where `find` finds it."""
        (draft / BILL).write_bytes(bill)
        write_signed(record, draft / RECORD, self._signer)
        draft.replace(self._root / hex_part(key))


@dataclass(frozen=True)
class Workshop:
    """All that an image is made with. `engine` is asked for only when something must be built.

    `now` is the time that its record gets.
    """

    source: GitSource
    models: Callable[[], StoredModels]
    wheels: PipWheels
    engine: Callable[[], Docker | Buildah]
    store: ImageStore
    now: Callable[[], datetime]


@dataclass(frozen=True)
class Built:
    """An image that is there; `new` says whether it had to be made."""

    record: ImageRecord
    new: bool

    def __str__(self) -> str:
        record = self.record
        how = f"built with {record.built_with}" if self.new else "is there already"
        return f"{record.service} {record.image} {how}, {record.size / _MB:.1f} MB unpacked"


@dataclass(frozen=True)
class _Order:
    """What is built: the key that the image is kept under, and what goes in."""

    key: str
    recipe: Recipe
    commit: str
    code: str
    files: Mapping[str, bytes]
    payload: str | None = None
    model: str | None = None


def build_payload(payload: Payload, workshop: Workshop) -> Built | Refusal:
    """Build the image of a payload: its code and its model.

    A payload that pins an image gets no other one. Raises SourceUnreadable, BuildFailed, Busy,
    ImageUnreadable, UnknownArtifact, or SignatureRefused where a record that is there doesn't hold.
    """
    key, commit = payload.contents, payload.code.commit
    model = champion_of(payload)
    if isinstance(model, Refusal):
        return model
    built: Built | Refusal
    if found := workshop.store.find(key):
        built = Built(found, new=False)
    else:
        recipe = RECIPE_OF["inference"]
        files = workshop.source.files(commit, recipe.code)
        if (digest := code_digest(files)) != payload.code.digest:
            return Refusal(
                f"the payload's code is {payload.code.digest}; its commit {commit} gives {digest}"
            )
        built = _build(_Order(key, recipe, commit, digest, files, key, model), workshop)
    if isinstance(built, Refusal) or payload.image in {None, built.record.image}:
        return built
    return Refusal(f"the payload pins image {payload.image}; here it is {built.record.image}")


def build_service(service: Service, commit: str, workshop: Workshop) -> Built | Refusal:
    """Build the image of a service that no payload names; it is kept under its code's digest."""
    recipe = RECIPE_OF[service]
    files = workshop.source.files(commit, recipe.code)
    digest = code_digest(files)
    if found := workshop.store.find(digest):
        return Built(found, new=False)
    return _build(_Order(digest, recipe, commit, digest, files), workshop)


def _build(order: _Order, workshop: Workshop) -> Built | Refusal:
    recipe, store = order.recipe, workshop.store
    with store.building():
        if found := store.find(order.key):  # another command may have been faster
            return Built(found, new=False)
        with store.draft(order.key) as draft:
            context = draft / CONTEXT
            try:
                pinned = _fill(context, order, workshop)
            except (InvalidArtifact, SignatureRefused, UnreadableRecord) as exc:
                return Refusal(str(exc))
            arguments = {"COMMIT": order.commit, "CODE": order.code}
            if order.payload and order.model:
                arguments |= {"PAYLOAD": order.payload, "MODELS": order.model}
            engine, dockerfile = workshop.engine(), Path(recipe.dockerfile).name
            told = BuildOrder(context, dockerfile, arguments, recipe.base, pinned)
            base = engine.build(told, draft / LAYOUT)
            contents = read_layout(draft / LAYOUT)
            lock = order.files[recipe.lock].decode()
            if problems := objections(contents, recipe.service, lock, _digests(context)):
                return Refusal(f"the image must not be used: {'; '.join(problems)}")
            models = (order.model,) if order.model else ()
            bill = bill_of_materials(contents, recipe.service, order.code, models)
            record = ImageRecord(
                service=recipe.service,
                image=contents.image,
                payload=order.payload,
                models=models,
                commit=order.commit,
                code=order.code,
                base=base,
                sbom=digest_bytes(bill),
                size=contents.size,
                built_with=engine.name,
                # Whole seconds: as signers' files have them.
                built_at=workshop.now().replace(microsecond=0),
            )
            shutil.rmtree(context)
            store.keep(order.key, draft, record, bill)
    return Built(record, new=True)


def _fill(context: Path, order: _Order, workshop: Workshop) -> str:
    """Put all that the image is made of into a folder; return the base that the recipe names."""
    recipe = order.recipe
    recipe_files = workshop.source.files(order.commit, (RECIPES, *recipe.tool_locks))
    base = base_named_in(recipe_files.get(BASE_FILE, b"").decode())
    missing = {BASE_FILE, recipe.dockerfile, *recipe.tool_locks} - recipe_files.keys()
    if missing or base is None:
        problem = f"lacks {', '.join(sorted(missing))}" if missing else f"{BASE_FILE} pins no base"
        raise BuildFailed(f"commit {order.commit} has no recipe for this image: it {problem}")
    lock = order.files[recipe.lock]
    placed = {f"{CODE}/{path}": data for path, data in order.files.items()}
    placed |= {
        path.removeprefix(f"{RECIPES}/"): data
        for path, data in recipe_files.items()
        if path.startswith(RECIPES)
    }
    for name, data in {**placed, "lock.txt": lock}.items():
        path = context / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    if order.model:
        models = workshop.models()
        models.copy(order.model, context / MODEL)
        models.verify(context / MODEL, order.model)
        (context / PUBLIC_KEY).write_bytes(models.public_key())
    locks = (lock, *(recipe_files[path] for path in recipe.tool_locks))
    workshop.wheels.provide(locks, context / "wheels", recipe.from_source)
    # Neither a umask here nor a read-only store changes the image, or hides it from its user.
    for path in (context, *context.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return base


def _digests(context: Path) -> dict[str, str]:
    """Return the digests of the files that the image must hold, and no others beside them."""
    places = (context / CODE, context / MODEL, context / PUBLIC_KEY)
    files = [file for place in places for file in (place, *place.rglob("*")) if file.is_file()]
    return {file.relative_to(context).as_posix(): digest_file(file) for file in files}
