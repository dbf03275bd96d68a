"""propose: write the change of a release that an allowed gate report stands for."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from artifacts.errors import InvalidArtifact, SignatureRefused, UnknownArtifact
from artifacts.records.gate import GateReport
from artifacts.records.release import Environment, Release
from artifacts.refusal import Refusal
from artifacts.statements import StatementVerifier, read_signed
from artifacts.store import FolderModelStore
from artifacts.write_whole import write_whole
from delivery.releases.proposal import propose_release
from delivery.releases.wanted import release_text
from judging.policy_files import YamlPolicies


@dataclass(frozen=True)
class Proposed:
    """A release that was written, and where."""

    path: Path
    model: str
    digest: str


def propose(
    gate_report: Path,
    version: int,
    environment: Environment,
    *,
    store: FolderModelStore,
    policies: YamlPolicies,
    releases: Path,
    gate: StatementVerifier,
    at: datetime,
) -> Proposed | Refusal:
    """Write the release, or say why not; `gate` believes the gate alone, whose key counts `at`.

    UnreadableRecord where a record is broken.
    """
    try:
        report = read_signed(GateReport, gate_report, gate, new_at=at)
        if report.candidate is None:
            return Refusal(f"the report names no candidate; its decision is {report.decision}")
        artifact = store.get(report.candidate)  # what git is to name is there, whole and signed
    except (UnknownArtifact, InvalidArtifact, SignatureRefused) as exc:
        return Refusal(str(exc))
    release = Release.of_environment(releases, environment)
    policy, tiers = policies.read(report.model), policies.tiers()
    proposal = propose_release(report, artifact, release, policy, tiers, version)
    if isinstance(proposal, Refusal):
        return proposal
    return Proposed(write_release(releases, proposal), report.model, artifact.digest)


def write_release(folder: Path, release: Release) -> Path:
    """Replace the file of a release whole, and return its path."""
    return write_whole(folder / f"{release.environment}.yaml", release_text(release))
