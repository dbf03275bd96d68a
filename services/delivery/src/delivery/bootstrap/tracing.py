"""The adapters of those who ask what happened."""

from collections.abc import Sequence
from pathlib import Path

from artifacts.statements import create_statement_key
from delivery.adapters.artifact_folders import model_store
from delivery.adapters.git_repository import GitRepository
from delivery.adapters.prediction_files import PredictionFiles
from delivery.adapters.ssh_signatures import SshSignatures
from delivery.bootstrap.auditing import PRINCIPAL, make_audit_log
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


def create_key(settings: Settings) -> None:
    """Create the key that signs audit entries and the commits of proposals, where there is none."""
    key, signers = settings.needed("deploy_key"), settings.needed("deploy_signers")
    create_statement_key(key, signers, PRINCIPAL, ("plinth-audit", "git"))


__all__ = ["PRINCIPAL", "create_key", "make_audit_log", "make_trace"]
