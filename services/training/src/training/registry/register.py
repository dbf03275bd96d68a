"""Register: a version in the model registry, for what the gate allowed and nothing else."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from artifacts.errors import SignatureRefused
from artifacts.folder import open_artifact
from artifacts.records.gate import GateReport
from artifacts.signatures import ArtifactVerifier
from artifacts.statements import StatementVerifier, read_signed
from artifacts.store import FolderModelStore
from training.registry.mlflow_tracking import MlflowTracking


@dataclass(frozen=True)
class Registration:
    """The outcome: a version, or the reason of the refusal."""

    model: str
    digest: str
    version: int | None
    refusal: str | None


def register(
    candidate: Path,
    gate_report: Path,
    verifier: ArtifactVerifier,
    gate: StatementVerifier,
    store: FolderModelStore,
    registry: MlflowTracking,
    now: datetime,
) -> Registration:
    """Give a candidate that the store keeps a version, if the gate signed that it may have one.

    The store is delivery's to write (`delivery register`). The gate's key must count now, too.
    Raises InvalidArtifact or SignatureRefused for the candidate, UnreadableRecord for the report,
    UnknownArtifact where the store doesn't keep it.
    """
    artifact = open_artifact(candidate, verifier)
    name = artifact.manifest.name
    try:
        report = read_signed(GateReport, gate_report, gate, new_at=now)
    except SignatureRefused as exc:
        return Registration(name, artifact.digest, None, str(exc))
    if report.decision != "allowed":
        refusal = f"the gate's decision is {report.decision}"
        return Registration(name, artifact.digest, None, refusal)
    if report.candidate != artifact.digest or report.model != name:
        refusal = f"the gate report is about {report.model} {report.candidate}"
        return Registration(name, artifact.digest, None, refusal)
    store.get(artifact.digest)
    version = registry.register(artifact, store.folder(artifact.digest), report.digest)
    return Registration(name, artifact.digest, version, None)
