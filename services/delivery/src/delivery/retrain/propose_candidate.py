"""Propose an allowed candidate for staging: one branch, one pull request, however often asked."""

from dataclasses import dataclass
from pathlib import Path

from artifacts.cant_tell import CantTell
from artifacts.errors import ArtifactError
from artifacts.records.gate import GateReport
from artifacts.records.inputs import Registered, TrainingInputs
from artifacts.records.release import Release, ReleasedModel
from artifacts.refusal import Refusal
from artifacts.statements import signature_of
from artifacts.store import FolderModelStore
from delivery.changes.committed_files import CommittedFiles
from delivery.changes.documents import read_ground, release_path, report_path
from delivery.forges.open_proposal import Opened, OpenProposal
from delivery.forges.ports import Forge
from delivery.git.branches import GitBranches
from delivery.git.repository import GitRepository
from delivery.releases.proposal import propose_release
from delivery.releases.read_wanted import release_at
from delivery.releases.release_text import release_text
from delivery.retrain.proposal_page import proposal_body, proposal_title
from delivery.retrain.retraining import proposal_branch


@dataclass(frozen=True)
class Settled:
    """Nothing more is to be proposed, and why."""

    reason: str


@dataclass(frozen=True)
class ProposeCandidate:
    """Proposing with all that it goes through. Main judges: policies are read from its tip."""

    repository: GitRepository
    store: FolderModelStore
    branches: GitBranches
    forge: Forge | None

    def __call__(
        self, inputs: TrainingInputs, report: GateReport, file: Path, page: str, version: Registered
    ) -> Opened | Settled | Refusal:
        """Make the proposal or bring it up to date; `file` is the signed report's."""
        base = self.branches.base()
        release = release_at(self.repository, "staging", base)
        branch = proposal_branch(inputs)
        if settled := self._settled(release, report, branch):
            return settled
        proposed = self._release(base, release, report, version.version)
        if isinstance(proposed, Refusal):
            return proposed
        path = report_path(report.digest)
        files = {
            release_path("staging"): release_text(proposed).encode(),
            path: file.read_bytes(),
            f"{path}.sig": signature_of(file).read_bytes(),
        }
        body = proposal_body(inputs, report, version.version, page)
        opening = OpenProposal(self.branches, self.forge)
        return opening(branch, base, files, proposal_title(report, version.version), body)

    def _settled(self, release: Release, report: GateReport, branch: str) -> Settled | None:
        champion = release.champion(report.model)
        if isinstance(champion, ReleasedModel) and champion.digest == report.candidate:
            return Settled("staging's release on main has this candidate already")
        there = self.forge.pull_request_of(branch) if self.forge else None
        if there and there.state != "open":
            return Settled(f"{there.name} was {there.state}: people have decided")
        return None

    def _release(
        self, base: str, release: Release, report: GateReport, version: int
    ) -> Release | Refusal:
        ground = read_ground(CommittedFiles(self.repository, base, ("policies",)))
        policy = ground.policies.get(report.model) or CantTell(report.model, "it has no policy")
        if isinstance(policy, CantTell):
            return Refusal(str(policy))
        if isinstance(ground.tiers, CantTell):
            return Refusal(str(ground.tiers))
        try:
            artifact = self.store.get(str(report.candidate))
        except ArtifactError as exc:
            return Refusal(f"the registered candidate can't be had: {exc}")
        return propose_release(report, artifact, release, policy, ground.tiers, version)
