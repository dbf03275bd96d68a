"""propose: write the change of a release that an allowed gate report stands for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from artifacts.errors import InvalidArtifact, SignatureRefused, UnknownArtifact
from artifacts.folder import ModelArtifact
from artifacts.records.gate import GateReport
from artifacts.records.release import Environment
from artifacts.refusal import Refusal
from artifacts.statements import StatementVerifier, read_signed
from artifacts.store import FolderModelStore
from delivery.releases.proposal import propose_release
from delivery.releases.yaml_releases import YamlReleases
from judging.policy_files import YamlPolicies


@dataclass(frozen=True)
class Proposed:
    """A release that was written, and where."""

    path: Path
    model: str
    digest: str


@dataclass(frozen=True)
class Propose:
    """Proposing with all that it reads and writes through; `gate` believes the gate alone."""

    store: FolderModelStore
    policies: YamlPolicies
    releases: YamlReleases
    gate: StatementVerifier
    clock: Callable[[], datetime]

    def __call__(
        self, gate_report: Path, version: int, environment: Environment
    ) -> Proposed | Refusal:
        """Write the release, or say why not. UnreadableRecord where a record is broken."""
        try:
            report = read_signed(GateReport, gate_report, self.gate, new_at=self.clock())
        except SignatureRefused as exc:
            return Refusal(str(exc))
        if report.candidate is None:
            return Refusal(f"the report names no candidate; its decision is {report.decision}")
        artifact = self._stored(report.candidate)
        if isinstance(artifact, Refusal):
            return artifact
        release, policy = self.releases.read(environment), self.policies.read(report.model)
        tiers = self.policies.tiers()
        proposal = propose_release(report, artifact, release, policy, tiers, version)
        if isinstance(proposal, Refusal):
            return proposal
        path = self.releases.write(proposal)
        return Proposed(path, report.model, artifact.digest)

    def _stored(self, digest: str) -> ModelArtifact | Refusal:
        """What git is to name must be there, whole and signed."""
        try:
            return self.store.get(digest)
        except (UnknownArtifact, InvalidArtifact, SignatureRefused) as exc:
            return Refusal(str(exc))
