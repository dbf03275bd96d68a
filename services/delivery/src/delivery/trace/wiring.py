"""The adapters of tracing."""

from collections.abc import Sequence
from pathlib import Path

from delivery.changes.ssh_signatures import SshSignatures
from delivery.gate.artifact_folders import model_store
from delivery.git.repository import GitRepository
from delivery.settings import Settings
from delivery.trace.prediction_files import PredictionFiles
from delivery.trace.trace import TracePrediction
from delivery.trail.wiring import make_audit_log


def make_trace(settings: Settings, folders: Sequence[Path]) -> TracePrediction:
    """Put tracing together; without folders the host's are searched."""
    return TracePrediction(
        predictions=PredictionFiles(folders or _predictions_of_host(settings)),
        audit=make_audit_log(settings),
        repository=GitRepository(settings.root),
        store=model_store(settings.model_store, settings.public_key),
        signatures=SshSignatures(),
    )


def _predictions_of_host(settings: Settings) -> tuple[Path, ...]:
    host = settings.needed("host")
    return tuple(host / environment / "predictions" for environment in ("staging", "production"))
