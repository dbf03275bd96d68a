"""The only place that constructs adapters."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from delivery.adapters.artifact_folders import FolderArtifacts, model_store
from delivery.adapters.command_door import batch_door, training_door
from delivery.adapters.dataset import FolderDataset
from delivery.adapters.examiner import OnnxExaminer
from delivery.adapters.http_door import HttpDoor
from delivery.adapters.photo_files import find_photos
from delivery.adapters.yaml_files import YamlPolicies, YamlReleases
from delivery.settings import Settings, child_environment
from delivery.use_cases.gate import Gate
from delivery.use_cases.parity import Parity
from delivery.use_cases.propose import Propose
from delivery.use_cases.report import Report


def make_gate(settings: Settings, dataset: Path) -> Gate:
    """Put the gate together."""
    return Gate(
        artifacts=FolderArtifacts(settings.public_key),
        store=model_store(settings.model_store, settings.public_key),
        policies=YamlPolicies(settings.policies),
        releases=YamlReleases(settings.releases),
        dataset=FolderDataset(dataset),
        examiner=OnnxExaminer(),
        clock=_now,
    )


def make_propose(settings: Settings) -> Propose:
    """Put proposing together."""
    return Propose(
        store=model_store(settings.model_store, settings.public_key),
        policies=YamlPolicies(settings.policies),
        releases=YamlReleases(settings.releases),
    )


def make_report(settings: Settings, dataset: Path | None) -> Report:
    """Put reporting together."""
    return Report(
        artifacts=FolderArtifacts(settings.public_key),
        examiner=OnnxExaminer(),
        dataset=FolderDataset(dataset) if dataset else None,
    )


def make_parity(settings: Settings, model: Path) -> Parity:
    """Put the parity check together: training's door is the reference of the other two."""
    launcher, folder = settings.root / "bin" / "plinth", model.absolute()
    api_key = secrets.token_urlsafe(32)
    environment = child_environment(PLINTH_API_KEYS=api_key)
    return Parity(
        artifacts=FolderArtifacts(settings.public_key),
        doors=(
            training_door(launcher, folder),
            batch_door(launcher, folder),
            HttpDoor(launcher, folder, api_key, environment),
        ),
    )


def photo_files(paths: Sequence[Path], limit: int | None) -> tuple[Path, ...]:
    """Return the photos under some files and folders; NoPhotos."""
    return find_photos(paths, limit)


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock that others are given
