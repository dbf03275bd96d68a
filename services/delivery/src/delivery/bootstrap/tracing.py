"""The adapters of tracing."""

from collections.abc import Sequence
from pathlib import Path

from delivery.adapters.artifact_folders import model_store
from delivery.adapters.git_repository import GitRepository
from delivery.adapters.prediction_files import PredictionFiles
from delivery.adapters.ssh_signatures import SshSignatures
from delivery.bootstrap.auditing import make_audit_log
from delivery.settings import Settings
from delivery.use_cases.trace import TracePrediction


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
