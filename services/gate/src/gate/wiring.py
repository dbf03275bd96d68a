"""Builds what judges candidates, and what shows them, from the settings."""

import secrets
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from artifacts.errors import ArtifactError
from artifacts.keeper import KeeperSigner
from artifacts.progress import ProgressLine
from artifacts.records.release import Release
from artifacts.ssh_keygen import SshSigner, SshVerifier
from artifacts.ssh_signatures import Namespace
from artifacts.statements import StatementSigner
from artifacts.store import FolderArtifacts, model_store
from gate.dataset import FolderDataset
from gate.doors import HttpDoor, batch_door, training_door
from gate.evidence_store import EvidenceStore, RememberingExaminer
from gate.judge_candidate import Gate
from gate.measures.plan import MeasuringLimits
from gate.measuring_code import measuring_code_digest
from gate.measuring_room import MeasuringRoom
from gate.parity import Parity
from gate.pin_holdout import PinHoldout
from gate.rooms import make_door_rooms
from gate.settings import Settings
from gate.summary import Summary
from judging.policy_files import YamlPolicies
from walls import find_wall

if TYPE_CHECKING:
    from gate.report import Report


def make_gate(settings: Settings, dataset: Path, photos: Path | None = None) -> Gate:
    """Put the gate together; `photos` is the photo store where it isn't the dataset's own."""
    return Gate(
        artifacts=FolderArtifacts(settings.public_key),
        store=model_store(settings.model_store, settings.public_key),
        policies=YamlPolicies(settings.policies),
        releases=partial(Release.of_environment, settings.releases),
        dataset=FolderDataset(dataset, photos),
        examiner=_examiner(settings),
        rebuilder=SshVerifier(settings.reproduction_signers, "training", "plinth-reproduction"),
        clock=_now,
    )


def gate_signer(settings: Settings) -> StatementSigner:
    """Return what signs gate reports."""
    return _signer(settings, "plinth-gate-report")


def _signer(settings: Settings, namespace: Namespace) -> StatementSigner:
    if settings.keeper is not None:
        return KeeperSigner(settings.keeper, "gate", namespace)
    return SshSigner(settings.gate_key, namespace)


def make_pin_holdout(settings: Settings, dataset: Path) -> PinHoldout:
    """Put pinning together."""
    return PinHoldout(YamlPolicies(settings.policies), FolderDataset(dataset))


def make_report(settings: Settings, dataset: Path | None) -> "Report":
    """Put reporting together."""
    # A card shows photos, and the process that judges and signs loads nothing that reads them.
    from gate.report import Report  # noqa: PLC0415

    return Report(
        artifacts=FolderArtifacts(settings.public_key),
        policies=YamlPolicies(settings.policies),
        examiner=_examiner(settings),
        gate=_gate_verifier(settings),
        dataset=FolderDataset(dataset) if dataset else None,
    )


def policy_card(page: str) -> str:
    """Turn a policy page of Markdown into HTML; the pages' libraries load here and not before."""
    from gate.card_page import policy_card as card  # noqa: PLC0415

    return card(page)


def make_summary(settings: Settings) -> Summary:
    """Put summing up together."""
    return Summary(
        artifacts=FolderArtifacts(settings.public_key),
        examiner=_examiner(settings),
        gate=_gate_verifier(settings),
    )


def make_parity(settings: Settings, model: Path) -> Parity:
    """Put the parity check together: training's door is the reference of the other two."""
    folder = model.absolute()
    rooms = make_door_rooms(settings)
    return Parity(
        artifacts=FolderArtifacts(settings.public_key),
        doors=(
            training_door(rooms, folder),
            batch_door(rooms, folder),
            HttpDoor(rooms, folder, secrets.token_urlsafe(32)),
        ),
    )


def _gate_verifier(settings: Settings) -> SshVerifier:
    return SshVerifier(settings.gate_signers, "gate", "plinth-gate-report")


def _limits(settings: Settings, model: str) -> MeasuringLimits:
    """Return what a model's policy lets measuring cost; without one the gate says what lacks."""
    try:
        return MeasuringLimits.of(YamlPolicies(settings.policies).read(model))
    except ArtifactError:
        return MeasuringLimits.of(None)


def _examiner(settings: Settings) -> RememberingExaminer:
    store = EvidenceStore(
        settings.evidence,
        _signer(settings, "plinth-evidence"),
        SshVerifier(settings.gate_signers, "gate", "plinth-evidence"),
    )
    keys, limits = settings.signing, partial(_limits, settings)
    examiner = MeasuringRoom(
        find_wall(), limits, settings.jobs, hidden=keys, progress=_measuring_progress
    )
    return RememberingExaminer(examiner, store, measuring_code_digest)


def _measuring_progress(model: str) -> Callable[[int, int], None]:
    return ProgressLine(f"measuring {model[:15]}", sys.stderr, time.monotonic).advance


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock that others are given
