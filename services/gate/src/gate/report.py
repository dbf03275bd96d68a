"""report: the model card of a candidate, from the records that the gate left."""

from dataclasses import dataclass
from pathlib import Path

from artifacts.errors import PolicyRefused, UnreadableRecord
from artifacts.statements import StatementVerifier
from artifacts.store import FolderArtifacts
from gate.card import CardRecords
from gate.card_page import ModelCard
from gate.dataset import FolderDataset
from gate.evidence_store import RememberingExaminer
from gate.summary import evidence_of, report_about
from judging.policy import Policy
from judging.policy_files import YamlPolicies


@dataclass(frozen=True)
class Report:
    """Reporting with all that it reads through; `dataset` is None where none was given.

    `gate` believes the gate alone: a card doesn't show a verdict or evidence that it didn't sign.
    """

    artifacts: FolderArtifacts
    policies: YamlPolicies
    examiner: RememberingExaminer
    gate: StatementVerifier
    dataset: FolderDataset | None

    def __call__(self, candidate: Path, gate_report: Path | None, evidence: Path | None) -> str:
        """Return the card as HTML; ArtifactError, UnfitModel, JudgeUnfit or HoldoutUnusable."""
        artifact = self.artifacts.open(candidate)
        report = report_about(artifact, gate_report, self.gate) if gate_report else None
        scored = self.examiner.evaluate(artifact, self.dataset) if self.dataset else None
        records = CardRecords(
            manifest=artifact.manifest,
            policy=self._policy(artifact.manifest.name),
            tiers=self.policies.tiers(),
            evidence=evidence_of(report, evidence) if report and evidence else None,
            report=report,
            evaluation=scored,
        )
        return ModelCard(self.dataset)(records)

    def _policy(self, model: str) -> Policy | None:
        """A card can be made of a model that has no policy yet, and says so."""
        try:
            return self.policies.read(model)
        except (UnreadableRecord, PolicyRefused):
            return None
