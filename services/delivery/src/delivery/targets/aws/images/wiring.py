"""Constructs what the commands on images need."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from artifacts.keeper import KeeperSigner
from artifacts.model_copies import StoredModels
from artifacts.records.image import ImageRecord
from artifacts.records.release import Payload
from artifacts.ssh_keygen import SshSigner, SshVerifier
from delivery.git.repository import GitSource
from delivery.settings import TargetSettings, tool_environment
from delivery.targets.aws.aws_clients import AwsClients
from delivery.targets.aws.images.bases import DebootstrapBases
from delivery.targets.aws.images.contents import Layer
from delivery.targets.aws.images.ecr_registry import EcrRegistry
from delivery.targets.aws.images.engines import choose_engine
from delivery.targets.aws.images.image_store import FolderImages
from delivery.targets.aws.images.make_image import Workshop, build_payload, build_service
from delivery.targets.aws.images.oci_layout import OciLayouts
from delivery.targets.aws.images.outcomes import Built, Clean, Pushed, Refused, Undecided
from delivery.targets.aws.images.pip_wheels import PipWheels
from delivery.targets.aws.images.push_image import push_image, require_built
from delivery.targets.aws.images.recipes import Base, Service
from delivery.targets.aws.images.scan_image import scan_image
from delivery.targets.monotonic_clock import SystemClock

PRINCIPAL: Final = "delivery"


@dataclass(frozen=True)
class Shown:
    """An image that was built here: its signed record, its layers, and where they lie."""

    record: ImageRecord
    layers: tuple[Layer, ...]
    folder: Path


def run_build(settings: TargetSettings, payload: Payload, source: Path) -> Built | Refused:
    """Build the image of a payload."""
    return build_payload(payload, _workshop(settings, source))


def run_build_service(
    settings: TargetSettings, service: Service, commit: str, source: Path
) -> Built | Refused:
    """Build the image of a service at a commit."""
    return build_service(service, commit, _workshop(settings, source))


def run_base(settings: TargetSettings, base: Base) -> str:
    """Make a base here; return its digest."""
    return _bases(settings).make(base)


def run_push(settings: TargetSettings, key: str) -> Pushed | Refused:
    """Push what was built of a key."""
    return push_image(key, _store(settings), EcrRegistry(AwsClients(settings.aws_region)))


def run_scan(settings: TargetSettings, key: str, seconds: float) -> Clean | Refused | Undecided:
    """Wait for the scan of what was built of a key."""
    registry = EcrRegistry(AwsClients(settings.aws_region))
    return scan_image(key, _store(settings), registry, SystemClock(), seconds)


def run_show(settings: TargetSettings, key: str) -> Shown:
    """Return what was built of a key, every byte of it checked."""
    store = _store(settings)
    record, layout = require_built(key, store), store.layout(key)
    return Shown(record, OciLayouts().read(layout).layers, layout.parent)


def _workshop(settings: TargetSettings, source: Path) -> Workshop:
    tools = tool_environment()
    images = settings.needed("images")
    return Workshop(
        source=GitSource(source),
        models=lambda: StoredModels(settings.needed("model_store"), settings.needed("public_key")),
        wheels=PipWheels(images / "wheels", tools),
        engine=lambda: choose_engine(_bases(settings), tools),
        reader=OciLayouts(),
        store=_store(settings),
        now=_now,
    )


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock that others are given


def _bases(settings: TargetSettings) -> DebootstrapBases:
    return DebootstrapBases(settings.needed("images") / "base", tool_environment())


def _store(settings: TargetSettings) -> FolderImages:
    signer = (
        KeeperSigner(settings.keeper, PRINCIPAL, "plinth-image")
        if settings.keeper
        else SshSigner(settings.needed("deploy_key"), "plinth-image")
    )
    verifier = SshVerifier(settings.needed("deploy_signers"), PRINCIPAL, "plinth-image")
    return FolderImages(settings.needed("images"), signer, verifier)
