"""Build an image of a payload or of a service, once: what is there and sound stays as it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from artifacts.code import code_digest
from artifacts.digests import digest_bytes, digest_file
from artifacts.errors import InvalidArtifact, SignatureRefused, UnreadableRecord
from artifacts.records.image import ImageRecord
from artifacts.records.release import Payload
from delivery.targets.aws.aws_errors import BuildFailed
from delivery.targets.aws.images.contents import ImageContents, objections
from delivery.targets.aws.images.engines import BuildOrder
from delivery.targets.aws.images.outcomes import Built, Refused
from delivery.targets.aws.images.recipes import (
    BASE_FILE,
    RECIPE_OF,
    RECIPES,
    Recipe,
    Service,
    base_named_in,
    champion_of,
)
from delivery.targets.aws.images.sbom import bill_of_materials

if TYPE_CHECKING:
    from artifacts.model_copies import StoredModels
    from delivery.git.repository import GitSource
    from delivery.targets.aws.images.engines import Engine
    from delivery.targets.aws.images.image_store import FolderImages
    from delivery.targets.aws.images.oci_layout import OciLayouts
    from delivery.targets.aws.images.pip_wheels import PipWheels


CONTEXT, LAYOUT, CODE, MODEL, PUBLIC_KEY = "context", "layout", "code", "model", "public-key.pem"


@dataclass(frozen=True)
class Workshop:
    """All that an image is made with. `engine` is asked for only when something must be built.

    `now` is the time that its record gets.
    """

    source: GitSource
    models: Callable[[], StoredModels]
    wheels: PipWheels
    engine: Callable[[], Engine]
    reader: OciLayouts
    store: FolderImages
    now: Callable[[], datetime]


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


def build_payload(payload: Payload, workshop: Workshop) -> Built | Refused:
    """Build the image of a payload: its code and its model.

    A payload that pins an image gets no other one. Raises SourceUnreadable, BuildFailed, Busy,
    ImageUnreadable, UnknownArtifact, or SignatureRefused where a record that is there doesn't hold.
    """
    key = payload.contents
    model = champion_of(payload)
    if isinstance(model, Refused):
        return model
    if found := workshop.store.find(key):
        return _as_pinned(payload, Built(found, new=False))
    recipe = RECIPE_OF["inference"]
    files = workshop.source.files(payload.code.commit, recipe.code)
    if (digest := code_digest(files)) != payload.code.digest:
        return Refused(
            f"the payload's code is {payload.code.digest}; its commit {payload.code.commit} gives "
            f"{digest}"
        )
    commit = payload.code.commit
    order = _Order(key, recipe, commit, digest, files, key, model)
    built = _build(order, workshop)
    return built if isinstance(built, Refused) else _as_pinned(payload, built)


def build_service(service: Service, commit: str, workshop: Workshop) -> Built | Refused:
    """Build the image of a service that no payload names; it is kept under its code's digest."""
    recipe = RECIPE_OF[service]
    files = workshop.source.files(commit, recipe.code)
    digest = code_digest(files)
    if found := workshop.store.find(digest):
        return Built(found, new=False)
    return _build(_Order(digest, recipe, commit, digest, files), workshop)


def _as_pinned(payload: Payload, built: Built) -> Built | Refused:
    if payload.image in {None, built.record.image}:
        return built
    return Refused(f"the payload pins image {payload.image}; here it is {built.record.image}")


def _build(order: _Order, workshop: Workshop) -> Built | Refused:
    with workshop.store.building():
        if found := workshop.store.find(order.key):  # another command may have been faster
            return Built(found, new=False)
        draft = workshop.store.draft(order.key)
        try:
            return _build_in(draft, order, workshop)
        finally:
            workshop.store.discard(draft)


def _build_in(draft: Path, order: _Order, workshop: Workshop) -> Built | Refused:
    context = draft / CONTEXT
    try:
        pinned = _fill(context, order, workshop)
    except (InvalidArtifact, SignatureRefused, UnreadableRecord) as exc:
        return Refused(str(exc))
    engine = workshop.engine()
    base = engine.build(
        BuildOrder(
            context=context,
            dockerfile=Path(order.recipe.dockerfile).name,
            arguments=_arguments(order),
            base=order.recipe.base,
            pinned=pinned,
        ),
        draft / LAYOUT,
    )
    contents = workshop.reader.read(draft / LAYOUT)
    lock = order.files[order.recipe.lock].decode()
    if problems := objections(contents, order.recipe.service, lock, _wanted(context)):
        return Refused(f"the image must not be used: {'; '.join(problems)}")
    models = (order.model,) if order.model else ()
    bill = bill_of_materials(contents, order.recipe.service, order.code, models)
    record = _record(order, contents, base, bill, engine.name, workshop.now())
    shutil.rmtree(context)
    workshop.store.keep(order.key, draft, record, bill)
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
    for path, data in recipe_files.items():
        if path.startswith(RECIPES):
            _write(context / Path(path).relative_to(RECIPES), data)
    for path, data in order.files.items():
        _write(context / CODE / path, data)
    lock = order.files[recipe.lock]
    _write(context / "lock.txt", lock)
    if order.model:
        models = workshop.models()
        models.copy(order.model, context / MODEL)
        models.verify(context / MODEL, order.model)
        _write(context / PUBLIC_KEY, models.public_key())
    locks = (lock, *(recipe_files[path] for path in recipe.tool_locks))
    workshop.wheels.provide(locks, context / "wheels", recipe.from_source)
    _give_plain_modes(context)
    return base


def _give_plain_modes(context: Path) -> None:
    """Let neither a umask here nor a read-only store change the image, or hide it from its user."""
    for path in (context, *context.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _arguments(order: _Order) -> dict[str, str]:
    arguments = {"COMMIT": order.commit, "CODE": order.code}
    if order.payload and order.model:
        arguments |= {"PAYLOAD": order.payload, "MODELS": order.model}
    return arguments


def _wanted(context: Path) -> dict[str, str]:
    """Return the digests of the files that the image must hold, and no others beside them."""
    places = (context / CODE, context / MODEL, context / PUBLIC_KEY)
    files = [file for place in places for file in (place, *place.rglob("*")) if file.is_file()]
    return {file.relative_to(context).as_posix(): digest_file(file) for file in files}


def _record(
    order: _Order, contents: ImageContents, base: str, bill: bytes, engine: str, at: datetime
) -> ImageRecord:
    return ImageRecord(
        service=order.recipe.service,
        image=contents.image,
        payload=order.payload,
        models=(order.model,) if order.model else (),
        commit=order.commit,
        code=order.code,
        base=base,
        sbom=digest_bytes(bill),
        size=contents.size,
        built_with=engine,
        # Whole seconds: as signers' files have them.
        built_at=at.replace(microsecond=0),
    )
